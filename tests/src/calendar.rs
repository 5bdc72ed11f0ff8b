//! UTC dates and their text formats, from day numbers and milliseconds since 1970.

/// Milliseconds per second.
pub const SECOND: i64 = 1000;
/// Milliseconds per minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Milliseconds per hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds per day.
pub const DAY: i64 = 24 * HOUR;
/// The epoch of Discord's ids: 2015-01-01, in milliseconds since 1970.
pub const DISCORD_EPOCH: i64 = 1_420_070_400_000;

/// Days since 1970 of a Gregorian date.
#[must_use]
pub const fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a day number.
#[must_use]
pub const fn date(day_number: i64) -> (i64, i64, i64) {
    let shifted = day_number + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// The day of a time.
#[must_use]
pub const fn day_of(ms: i64) -> i64 {
    ms.div_euclid(DAY)
}

/// The hour of the day, 0 to 23.
#[must_use]
pub const fn hour_of(ms: i64) -> i64 {
    ms.rem_euclid(DAY) / HOUR
}

/// `2024-01-31`.
#[must_use]
pub fn day_text(day_number: i64) -> String {
    let mut text = Vec::with_capacity(10);
    push_day(&mut text, day_number);
    String::from_utf8(text).unwrap_or_default()
}

/// Appends the digits of `number`.
pub fn push_number(out: &mut Vec<u8>, number: u64) {
    push_digits(out, number, 1);
}

/// Appends the non-negative `number` with at least `width` digits.
pub fn push_padded(out: &mut Vec<u8>, number: i64, width: usize) {
    push_digits(out, number.unsigned_abs(), width);
}

fn push_digits(out: &mut Vec<u8>, number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut start = digits.len();
    while rest > 0 || digits.len() - start < width {
        start -= 1;
        digits[start] = b'0' + (rest % 10).to_le_bytes()[0];
        rest /= 10;
    }
    out.extend_from_slice(&digits[start..]);
}

/// Appends `2024-01-31`.
pub fn push_day(out: &mut Vec<u8>, day_number: i64) {
    let (year, month, day) = date(day_number);
    push_padded(out, year, 4);
    out.push(b'-');
    push_padded(out, month, 2);
    out.push(b'-');
    push_padded(out, day, 2);
}

/// Appends `2024-01-31T18:04:31` with `separator` instead of the `T`.
pub fn push_seconds(out: &mut Vec<u8>, ms: i64, separator: u8) {
    push_day(out, day_of(ms));
    out.push(separator);
    push_padded(out, hour_of(ms), 2);
    out.push(b':');
    push_padded(out, ms.rem_euclid(HOUR) / MINUTE, 2);
    out.push(b':');
    push_padded(out, ms.rem_euclid(MINUTE) / SECOND, 2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_day_numbers_are_inverse() {
        for number in (-40_000..60_000).step_by(37) {
            let (year, month, day) = date(number);
            assert_eq!(day_number(year, month, day), number);
        }
        assert_eq!(day_number(1970, 1, 1), 0);
        assert_eq!(day_text(19_753), "2024-01-31");
        assert_eq!(day_number(2024, 2, 29) + 1, day_number(2024, 3, 1));
    }

    #[test]
    fn times_are_formatted_to_the_second() {
        let mut out = Vec::new();
        push_seconds(&mut out, 1_704_132_271_512, b'T');
        assert_eq!(out, b"2024-01-01T18:04:31");
    }
}
