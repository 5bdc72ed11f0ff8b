//! Times, of which an export has several spellings.

use std::array;

use dumpus_ports::domain::time::{Day, HOUR, Millis, SECOND};

/// Reads an instant in any spelling that packages are known to use:
/// `YYYY-MM-DD` and `HH:MM:SS` joined by `T` or a space, an optional fraction of a second, then nothing,
/// `Z`, ` UTC` or an offset such as `+00:00`; all of it inside up to two pairs of quotes, plain or escaped.
pub(crate) fn parse_time(text: impl AsRef<[u8]>) -> Option<Millis> {
    let text = text.as_ref();
    let bytes = if is_bare(text) {
        text
    } else {
        unquote(unquote(text.trim_ascii()))
    };
    let (date, rest) = bytes.split_first_chunk()?;
    let (clock, rest) = rest.split_first_chunk()?;
    let (day, time) = (civil_date(date)?, time_of_day(clock)?);
    let (millis, zone) = fraction(rest)?;
    Some(Millis(day.start().0 + time + millis - offset(zone)?))
}

/// Reads the times of messages. They come sorted, so that most are of the same day as the one before.
#[derive(Debug, Default)]
pub(crate) struct Times {
    last: Option<(Date, Day)>,
}

/// `2024-01-01`
type Date = [u8; 10];
/// `T18:37:01`
type Clock = [u8; 9];

impl Times {
    /// The same as [`parse_time`].
    pub(crate) fn parse(&mut self, text: &[u8]) -> Option<Millis> {
        if let Some((date, day)) = &self.last
            && let Some(clock) = text.strip_prefix(date)
            && let Ok(clock) = clock.try_into()
        {
            return Some(Millis(day.start().0 + time_of_day(clock)?));
        }
        let time = parse_time(text)?;
        // A zone would change the day.
        let has_zone = text.len() > size_of::<Date>() + size_of::<Clock>();
        self.last = text.first_chunk().filter(|_| !has_zone).map(|date| (*date, time.day()));
        Some(time)
    }
}

fn civil_date(text: &Date) -> Option<Day> {
    let [_, _, _, _, b'-', _, _, b'-', _, _] = text else {
        return None;
    };
    // All digits at once: a check of each would be a branch for each.
    let digits = [0, 1, 2, 3, 5, 6, 8, 9].map(|at| text[at].wrapping_sub(b'0'));
    if digits.into_iter().fold(0, u8::max) > 9 {
        return None;
    }
    let [century, year, month, day] = array::from_fn(|pair| i64::from(digits[2 * pair] * 10 + digits[2 * pair + 1]));
    Day::from_civil(century * 100 + year, month, day)
}

/// Milliseconds since the beginning of the day.
fn time_of_day(text: &Clock) -> Option<i64> {
    let [b'T' | b't' | b' ', _, _, b':', _, _, b':', _, _] = text else {
        return None;
    };
    let digits = [1, 2, 4, 5, 7, 8].map(|at| text[at].wrapping_sub(b'0'));
    if digits.into_iter().fold(0, u8::max) > 9 {
        return None;
    }
    let [hour, minute, second] = array::from_fn(|pair| i64::from(digits[2 * pair] * 10 + digits[2 * pair + 1]));
    // A leap second is the last one of its minute here, as in Unix time.
    let is_time = hour <= 23 && minute <= 59 && second <= 60;
    is_time.then_some((hour * 3_600 + minute * 60 + second.min(59)) * SECOND)
}

/// Whether the text has no quotes or blanks around the instant. That is so in messages, of which there are millions.
fn is_bare(text: &[u8]) -> bool {
    matches!(text, [b'0'..=b'9', .., b'0'..=b'9'])
}

/// Takes off one pair of quotes, which are escaped in text that was encoded twice and not decoded.
fn unquote(text: &[u8]) -> &[u8] {
    let inner = text.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let escaped = || text.strip_prefix(br#"\""#).and_then(|rest| rest.strip_suffix(br#"\""#));
    inner.or_else(escaped).unwrap_or(text)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

/// Splits a fraction of a second off, cut to milliseconds.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some(after_point) = rest.strip_prefix(b".") else {
        return Some((0, rest));
    };
    let length = after_point.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return None;
    }
    let kept = length.min(3);
    let scale = [0, 100, 10, 1][kept];
    Some((number(&after_point[..kept])? * scale, &after_point[length..]))
}

/// Milliseconds that the zone is ahead of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    let zone = zone.trim_ascii();
    if zone.is_empty() || zone.eq_ignore_ascii_case(b"z") || zone.eq_ignore_ascii_case(b"utc") {
        return Some(0);
    }
    let (sign, digits) = match zone {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [a, b] => (number(&[*a, *b])?, 0),
        [a, b, c, d] | [a, b, b':', c, d] => (number(&[*a, *b])?, number(&[*c, *d])?),
        _ => return None,
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * HOUR + minutes * 60 * SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_instant_are_equal() {
        let expected = Some(Millis(1_585_199_274_364));
        for text in [
            "2020-03-26T05:07:54.364Z",
            "2020-03-26 05:07:54.364 UTC",
            "\"2020-03-26T05:07:54.364Z\"",
            "\\\"2020-03-26T05:07:54.364Z\\\"",
            "\"\\\"2020-03-26T05:07:54.364Z\\\"\"",
            "2020-03-26 05:07:54.364999+00:00",
            "2020-03-26 07:07:54.364+0200",
            "2020-03-26T00:07:54.364-05",
        ] {
            assert_eq!(parse_time(text), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_are_rejected() {
        for text in [
            "",
            "null",
            "\"null\"",
            "2020-13-01T00:00:00Z",
            "2021-02-29 00:00:00",
            "2020-01-01",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:00:00.Z",
            "2020-01-01T00:00:00 PST",
            "2020-01-01T0é:00:00Z",
            "2020-01-01T00:00:00é",
            "２０２０-01-01T00:00:00Z",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn times_of_one_day_are_read_like_all_others() {
        let mut times = Times::default();
        for text in [
            "2024-02-28 23:59:59",
            "2024-02-28 23:59:60",
            "2024-02-28T00:00:01",
            "2024-02-28 24:00:00",
            "2024-02-28 1é:00:0",
            "2024-02-28 20:00:00-0800",
            "2024-02-28 20:00:00",
            "2024-02-29 20:00:00",
            "2024-02-30 20:00:00",
            "2024-02-29",
            "\0\0\0\0\0\0\0\0\0\0 20:00:00",
        ] {
            assert_eq!(times.parse(text.as_bytes()), parse_time(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_never_panics(text in "\\PC*") {
            let _ = parse_time(&text);
        }

        #[test]
        fn text_of_the_right_length_never_panics(text in "[0-9TZ:.+é \"-]{19,32}") {
            let _ = parse_time(&text);
        }
    }
}
