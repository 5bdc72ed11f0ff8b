//! Instants, hours and days in UTC, and the civil calendar.

use std::fmt;
use std::time::Duration;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

/// Milliseconds in a second.
pub const SECOND: i64 = 1_000;
/// Milliseconds in an hour.
pub const HOUR: i64 = 3_600 * SECOND;
/// Milliseconds in a day.
pub const DAY: i64 = 24 * HOUR;

/// First millisecond of Discord's snowflake ids, 2015-01-01.
const SNOWFLAKE_EPOCH: i64 = 1_420_070_400_000;

impl Millis {
    /// The instant at which a snowflake id was made.
    #[must_use]
    pub fn of_snowflake(id: u64) -> Self {
        // 42 bits of milliseconds: the sum fits an i64.
        Self(i64::try_from(id >> 22).unwrap_or(i64::MAX / 2) + SNOWFLAKE_EPOCH)
    }

    /// The UTC day that holds this instant.
    #[must_use]
    pub fn day(self) -> Day {
        Day(i32::try_from(self.0.div_euclid(DAY)).unwrap_or(if self.0 < 0 { i32::MIN } else { i32::MAX }))
    }

    /// The UTC hour of its day, 0 to 23.
    #[must_use]
    pub fn hour(self) -> u8 {
        u8::try_from(self.0.rem_euclid(DAY) / HOUR).unwrap_or(0)
    }

    /// Whole seconds since 1970, fractions cut.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// This much later, in whole milliseconds. A length beyond half the range of instants is reduced to that.
    #[must_use]
    pub fn plus(self, length: Duration) -> Self {
        let millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis.min(i64::MAX / 2)))
    }

    /// The time from here to a later instant; none to an earlier one.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        Duration::from_millis(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }

    /// Whether at least this much time has passed since `start`.
    #[must_use]
    pub fn is_past(self, start: Self, length: Duration) -> bool {
        self >= start.plus(length)
    }
}

/// A UTC day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The day on which Discord was published: nothing in a package is older.
    pub const DISCORD_LAUNCH: Self = Self(16_568);

    /// The day of a civil date of the years 1 to 9999, `None` when the calendar has no such day.
    #[must_use]
    pub fn from_civil(year: i64, month: i64, day: i64) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        let (year, month, day) = (
            u32::try_from(year).ok()?,
            u32::try_from(month).ok()?,
            u32::try_from(day).ok()?,
        );
        // Years that begin in March put the leap day last.
        let shifted = year - u32::from(month <= 2);
        let leap_days = shifted / 4 - shifted / 100 + shifted / 400;
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days = shifted * 365 + leap_days + day_of_year;
        Some(Self(days.cast_signed() - 719_468))
    }

    /// Year, month and day.
    #[must_use]
    pub fn civil(self) -> (i64, i64, i64) {
        let days = i64::from(self.0) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        (year, month, day)
    }

    /// Its first instant.
    #[must_use]
    pub const fn start(self) -> Millis {
        Millis(self.0 as i64 * DAY)
    }
}

impl fmt::Display for Day {
    /// `YYYY-MM-DD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A UTC hour, as hours since 1970-01-01T00.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(pub i32);

impl Hour {
    /// The hour that holds an instant; those of the years 1 to 9999 have one.
    #[must_use]
    pub fn of(time: Millis) -> Self {
        let hours = time.0.div_euclid(HOUR);
        Self(i32::try_from(hours).unwrap_or(if hours < 0 { i32::MIN } else { i32::MAX }))
    }

    /// Its day.
    #[must_use]
    pub const fn day(self) -> Day {
        Day(self.0.div_euclid(24))
    }

    /// Which hour of its day it is, 0 to 23.
    #[must_use]
    pub fn of_day(self) -> u8 {
        u8::try_from(self.0.rem_euclid(24)).unwrap_or(0)
    }
}

/// The days that a package can speak of. One junk date would stretch every chart of the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayWindow {
    last: Option<Day>,
}

impl DayWindow {
    /// From Discord's first day to two days after the newest entry of the archive, for clocks and zones.
    /// Without a usable date there is no upper bound.
    #[must_use]
    pub fn until(newest_entry: Option<Day>) -> Self {
        let usable = newest_entry.filter(|day| *day >= Day::DISCORD_LAUNCH);
        Self {
            last: usable.map(|day| Day(day.0.saturating_add(2))),
        }
    }

    /// Whether the day lies inside.
    #[must_use]
    pub fn contains(&self, day: Day) -> bool {
        day >= Day::DISCORD_LAUNCH && self.last.map_or(day.0 < 2_932_897, |last| day <= last)
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
