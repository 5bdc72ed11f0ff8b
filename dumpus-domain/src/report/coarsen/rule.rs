//! Which hours and days are combined, and into what.

use super::Detail;
use crate::time::{Day, Hour};

/// The days before which hours are combined into days, and days into months.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    days_before: Day,
    months_before: Day,
}

impl Rule {
    pub(super) fn of(detail: Detail, newest: Day, is_quiet: bool) -> Self {
        const YEAR: i32 = 365;
        const NEVER: Day = Day(i32::MIN);
        const ALWAYS: Day = Day(i32::MAX);
        let year_ago = Day(newest.0.saturating_sub(YEAR));
        Self {
            days_before: match detail {
                Detail::Full => NEVER,
                Detail::DistantDays => Day(newest.0.saturating_sub(3 * YEAR)),
                Detail::OldDays => year_ago,
                _ => ALWAYS,
            },
            months_before: match detail {
                Detail::QuietMonths if is_quiet => year_ago,
                Detail::Months => ALWAYS,
                _ => NEVER,
            },
        }
    }

    /// Of hours in order.
    pub(super) fn combined(self, hours: &[(Hour, u32)]) -> Vec<(Hour, u32)> {
        let days = busiest(hours, |hour| match hour.day() {
            day if day < self.days_before => Period::Combined(i64::from(day.0)),
            _ => Period::Own(hour),
        });
        busiest(&days, |hour| match hour.day() {
            day if day < self.months_before => Period::Combined(month(day)),
            _ => Period::Own(hour),
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Period {
    Own(Hour),
    /// The number of a day or month.
    Combined(i64),
}

/// Combines neighbours of the same period into the one with the highest count, the earliest of several.
fn busiest(hours: &[(Hour, u32)], period: impl Fn(Hour) -> Period) -> Vec<(Hour, u32)> {
    let periods = hours.chunk_by(|(a, _), (b, _)| period(*a) == period(*b));
    periods
        .filter_map(|same| {
            let (hour, _) = same.iter().rev().max_by_key(|(_, count)| *count)?;
            let total = same
                .iter()
                .fold(0_u32, |total, (_, count)| total.saturating_add(*count));
            Some((*hour, total))
        })
        .collect()
}

/// Numbers the months.
fn month(day: Day) -> i64 {
    let (year, month, _) = day.civil();
    year * 12 + month
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i32, hour: u8, count: u32) -> (Hour, u32) {
        (Hour(day * 24 + i32::from(hour)), count)
    }

    fn combined(hours: &[(Hour, u32)], detail: Detail, newest: i32, is_quiet: bool) -> Vec<(Hour, u32)> {
        Rule::of(detail, Day(newest), is_quiet).combined(hours)
    }

    #[test]
    fn hours_are_combined_into_the_busiest_of_their_day_and_days_into_the_busiest_of_their_month() {
        // 1 and 2 January 1970, then 1 February.
        let hours = [
            at(0, 3, 2),
            at(0, 5, 7),
            at(0, 9, 7),
            at(1, 0, 10),
            at(1, 23, 11),
            at(31, 4, 1),
        ];
        let of = |detail| combined(&hours, detail, 31, false);
        assert_eq!(of(Detail::Full), hours);
        assert_eq!(of(Detail::OldDays), hours, "nothing is a year old");
        let days = [at(0, 5, 16), at(1, 23, 21), at(31, 4, 1)];
        assert_eq!(of(Detail::Days), days);
        assert_eq!(of(Detail::QuietMonths), days);
        assert_eq!(of(Detail::Months), [at(1, 23, 37), at(31, 4, 1)]);
    }

    #[test]
    fn what_is_old_is_combined_first() {
        let hours = [
            at(0, 1, 1),
            at(0, 2, 2),
            at(1, 5, 5),
            at(800, 1, 1),
            at(800, 2, 2),
            at(1_200, 1, 1),
            at(1_200, 2, 2),
        ];
        let of = |detail, is_quiet| combined(&hours, detail, 1_200, is_quiet);
        assert_eq!(of(Detail::DistantDays, true)[..2], [at(0, 2, 3), at(1, 5, 5)]);
        assert_eq!(of(Detail::DistantDays, true)[2..], hours[3..]);
        assert_eq!(
            of(Detail::OldDays, true)[2..],
            [at(800, 2, 3), at(1_200, 1, 1), at(1_200, 2, 2)]
        );
        assert_eq!(of(Detail::QuietMonths, false).len(), 4);
        assert_eq!(
            of(Detail::QuietMonths, true),
            [at(1, 5, 8), at(800, 2, 3), at(1_200, 2, 3)]
        );
    }
}
