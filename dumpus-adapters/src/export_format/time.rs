//! Times, of which an export has several spellings.

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
    let (instant, rest) = bytes.split_first_chunk::<19>()?;
    let [
        ..,
        b'-',
        _,
        _,
        b'-',
        _,
        _,
        b'T' | b't' | b' ',
        _,
        _,
        b':',
        _,
        _,
        b':',
        _,
        _,
    ] = instant
    else {
        return None;
    };
    // All digits at once: a check of each would be a branch for each.
    let digits = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18].map(|at| instant[at].wrapping_sub(b'0'));
    if digits.into_iter().fold(0, u8::max) > 9 {
        return None;
    }
    let [century, year, month, day, hour, minute, second] =
        std::array::from_fn(|pair| i64::from(digits[2 * pair] * 10 + digits[2 * pair + 1]));
    let date = Day::from_civil(century * 100 + year, month, day)?;
    // A leap second is the last one of its minute here, as in Unix time.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (millis, zone) = fraction(rest)?;
    let time = (hour * 3_600 + minute * 60 + second.min(59)) * SECOND + millis;
    Some(Millis(date.start().0 + time - offset(zone)?))
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
