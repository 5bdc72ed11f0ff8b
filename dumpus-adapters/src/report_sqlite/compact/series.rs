//! `activity` as one list of numbers for each event and place.
//!
//! A number holds what differs within a list, `((detail * days + day) * 24 + hour) * counts + count`, where `day` counts from
//! the first day of the list, and `days` and `counts` are powers of ten: equal digits of neighbours are found by compression.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use dumpus_ports::domain::report::{Activity, Report};
use dumpus_ports::domain::time::Day;

use super::super::event::{EventColumns, event_name};
use super::numbers::{Details, Numbers};

/// Event, guild and channel, as numbers.
type Place = (i64, i64, i64);

/// A row of `stored_activity`.
pub(super) struct Row {
    pub(super) place: Place,
    /// The earliest day, counted from the first one of the report.
    pub(super) first_day: i64,
    /// A JSON array.
    pub(super) numbers: String,
}

/// What the parts of a number are multiplied with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) first_day: Day,
    days: i64,
    /// More than any count.
    pub(super) counts: i64,
}

impl Scale {
    /// `None` if the numbers would exceed 63 bits, which takes counts or details that no package has.
    fn of(days: &BTreeSet<Day>, largest_count: u32, largest_detail: i64) -> Option<Self> {
        let first_day = days.first().copied().unwrap_or(Day(0));
        let last_day = days.last().copied().unwrap_or(Day(0));
        let scale = Self {
            first_day,
            days: power_above(i64::from(last_day.0) - i64::from(first_day.0))?,
            counts: power_above(largest_count.into())?,
        };
        let details = largest_detail.checked_add(1)?;
        details.checked_mul(scale.details()?)?;
        Some(scale)
    }

    /// What a day is multiplied with.
    pub(super) const fn day(self) -> i64 {
        24 * self.counts
    }

    fn details(self) -> Option<i64> {
        self.days.checked_mul(24)?.checked_mul(self.counts)
    }

    /// What a detail is multiplied with.
    pub(super) const fn detail(self) -> i64 {
        self.days * self.day()
    }

    pub(super) const fn days(self) -> i64 {
        self.days
    }

    fn number(self, detail: i64, day: Day, hour: u8, count: u32) -> i64 {
        let day = i64::from(day.0) - i64::from(self.first_day.0);
        ((detail * self.days + day) * 24 + i64::from(hour)) * self.counts + i64::from(count)
    }
}

/// The power of ten above a number.
fn power_above(number: i64) -> Option<i64> {
    10_i64.checked_pow(number.checked_ilog10().unwrap_or(0) + 1)
}

/// Everything that `activity` is made of.
pub(super) struct Series<'a> {
    pub(super) scale: Scale,
    pub(super) details: Details<'a>,
    pub(super) events: Numbers<'a>,
    /// Days with anything.
    pub(super) days: BTreeSet<Day>,
    lists: BTreeMap<Place, Vec<i64>>,
}

impl<'a> Series<'a> {
    /// `None` if the numbers would be too large.
    pub(super) fn of(report: &'a Report, channels: &Numbers<'_>, guilds: &Numbers<'_>) -> Option<Self> {
        let message_hours = || report.message_hours.iter().flat_map(|channel| &channel.hours);
        let columns = || report.events.iter().map(|row| EventColumns::of(&row.activity));
        let days: BTreeSet<_> = report.events.iter().map(|row| row.day).collect();
        let days: BTreeSet<_> = days
            .into_iter()
            .chain(message_hours().map(|(hour, _)| hour.day()))
            .collect();
        let counts = report.events.iter().map(|row| row.count);
        let largest_count = counts
            .chain(message_hours().map(|(_, count)| *count))
            .max()
            .unwrap_or(0);
        let details = Details::of(columns());
        let scale = Scale::of(&days, largest_count, details.largest())?;
        let sent = event_name(&Activity::MessageSent);
        let has_messages = !report.message_hours.is_empty();
        let names = columns().map(|columns| columns.event_name);
        let events = Numbers::of(names.chain(has_messages.then_some(sent)));

        let mut lists: BTreeMap<Place, Vec<i64>> = BTreeMap::new();
        let place = |event: &str, guild_id: Option<&str>, channel_id: Option<&str>| {
            (
                events.number(Some(event)),
                guilds.number(guild_id),
                channels.number(channel_id),
            )
        };
        for row in &report.events {
            let columns = EventColumns::of(&row.activity);
            let place = place(columns.event_name, row.guild_id.as_deref(), row.channel_id.as_deref());
            let number = scale.number(details.number(columns), row.day, row.hour, row.count);
            lists.entry(place).or_default().push(number);
        }
        for channel in &report.message_hours {
            let list = lists.entry(place(sent, channel.guild_id.as_deref(), Some(&channel.channel_id)));
            let hours = channel.hours.iter();
            let numbers = hours.map(|(hour, count)| scale.number(0, hour.day(), hour.of_day(), *count));
            list.or_default().extend(numbers);
        }
        for list in lists.values_mut() {
            list.sort_unstable();
        }
        Some(Self {
            scale,
            details,
            events,
            days,
            lists,
        })
    }

    /// The lists, with their numbers as they are, or each as its difference from the one before.
    pub(super) fn rows(&self, is_differences: bool) -> impl Iterator<Item = Row> + Send + '_ {
        self.relative_lists().map(move |(place, first_day, numbers)| {
            let mut before = 0;
            let numbers = numbers.map(|number| {
                let difference = number - before;
                before = number;
                if is_differences { difference } else { number }
            });
            let numbers = json_array(numbers);
            Row {
                place,
                first_day,
                numbers,
            }
        })
    }

    /// Bytes of the numbers as they are.
    pub(super) fn bytes(&self) -> u64 {
        let numbers = self.relative_lists().flat_map(|(.., numbers)| numbers);
        numbers
            .map(|number| u64::from(number.checked_ilog10().unwrap_or(0)) + 2)
            .sum()
    }

    /// The lists with the first day of each, from which its days count: shorter numbers take less space.
    fn relative_lists(&self) -> impl Iterator<Item = (Place, i64, impl Iterator<Item = i64> + Send + '_)> + Send + '_ {
        let scale = self.scale;
        self.lists.iter().map(move |(place, list)| {
            let days = list.iter().map(|number| number / scale.day() % scale.days());
            let first_day = days.min().unwrap_or(0);
            (
                *place,
                first_day,
                list.iter().map(move |number| number - first_day * scale.day()),
            )
        })
    }
}

fn json_array(numbers: impl Iterator<Item = i64>) -> String {
    let mut text = String::from("[");
    for number in numbers {
        // Writing to a string does not fail.
        let _ = write!(text, "{number},");
    }
    if text.len() > 1 {
        text.pop();
    }
    text.push(']');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scales_are_powers_of_ten_above_everything() {
        assert_eq!(
            [0, 9, 10, 99, 100].map(power_above),
            [10, 10, 100, 100, 1_000].map(Some)
        );
        assert_eq!(power_above(i64::MAX), None);
        let days = BTreeSet::from([Day(16_000), Day(19_999)]);
        assert!(Scale::of(&days, u32::MAX, 3_000).is_some());
        assert_eq!(Scale::of(&days, u32::MAX, 3_000_000_000), None);
    }

    proptest! {
        #[test]
        fn every_part_of_a_number_is_found_again(detail in 0_i64..3_000, day in 0..9_999, hour in 0_u8..24, count: u32) {
            let days = BTreeSet::from([Day(16_000), Day(25_999)]);
            let scale = Scale::of(&days, u32::MAX, 3_000).unwrap();
            let number = scale.number(detail, Day(16_000 + day), hour, count);
            prop_assert_eq!(number % scale.counts, i64::from(count));
            prop_assert_eq!(number / scale.counts % 24, i64::from(hour));
            prop_assert_eq!(number / scale.day() % scale.days(), i64::from(day));
            prop_assert_eq!(number / scale.detail(), detail);
        }
    }
}
