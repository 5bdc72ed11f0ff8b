//! `activity` as one list of numbers for each event and place.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use dumpus_ports::domain::report::{Activity, Report};
use dumpus_ports::domain::time::Day;

use super::super::event::{EventColumns, event_name};
use super::numbers::{Details, Numbers};
use super::scale::{Entry, Scale};

/// Event, guild and channel, as numbers.
type Place = (i64, i64, i64);

/// A row of `stored_activity`.
pub(super) struct Row {
    pub(super) place: Place,
    /// The earliest day, counted from the first one of the report.
    pub(super) first_day: i64,
    pub(super) scale: Scale,
    /// A JSON array.
    pub(super) numbers: String,
}

/// Everything that `activity` is made of.
pub(super) struct Series<'a> {
    pub(super) first_day: Day,
    /// Of the numbers below, whose days count from the first one of the report.
    scale: Scale,
    pub(super) details: Details<'a>,
    pub(super) events: Numbers<'a>,
    /// Days with anything.
    pub(super) days: BTreeSet<Day>,
    lists: BTreeMap<Place, Vec<i64>>,
}

impl<'a> Series<'a> {
    /// `None` if the numbers would be too large, or if a row counts nothing.
    pub(super) fn of(report: &'a Report, channels: &Numbers<'_>, guilds: &Numbers<'_>) -> Option<Self> {
        let message_hours = || report.message_hours.iter().flat_map(|channel| &channel.hours);
        let columns = || report.events.iter().map(|row| EventColumns::of(&row.activity));
        let days: BTreeSet<_> = report.events.iter().map(|row| row.day).collect();
        let days: BTreeSet<_> = days
            .into_iter()
            .chain(message_hours().map(|(hour, _)| hour.day()))
            .collect();
        let counts = report.events.iter().map(|row| row.count);
        let counts = counts.chain(message_hours().map(|(_, count)| *count));
        let (least_count, largest_count) =
            counts.fold((1, 1), |(least, largest), count| (count.min(least), count.max(largest)));
        let details = Details::of(columns());
        let first_day = days.first().copied().unwrap_or(Day(0));
        let from_first = |day: Day| i64::from(day.0) - i64::from(first_day.0);
        let scale = Scale {
            days: days.last().map_or(0, |last| from_first(*last)) + 1,
            hours: 24,
            counts: largest_count.into(),
        };
        if least_count == 0 || !scale.holds(details.largest()) {
            return None;
        }
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
            let number = scale.number(Entry {
                detail: details.number(columns),
                day: from_first(row.day),
                hour: row.hour.into(),
                count: row.count.into(),
            });
            lists.entry(place).or_default().push(number);
        }
        for channel in &report.message_hours {
            let list = lists.entry(place(sent, channel.guild_id.as_deref(), Some(&channel.channel_id)));
            let entries = channel.hours.iter().map(|(hour, count)| Entry {
                detail: 0,
                day: from_first(hour.day()),
                hour: hour.of_day().into(),
                count: (*count).into(),
            });
            list.or_default().extend(entries.map(|entry| scale.number(entry)));
        }
        for list in lists.values_mut() {
            list.sort_unstable();
        }
        Some(Self {
            first_day,
            scale,
            details,
            events,
            days,
            lists,
        })
    }

    /// The lists, with their numbers as they are, or each as its difference from the one before.
    pub(super) fn rows(&self, is_differences: bool) -> impl Iterator<Item = Row> + Send + '_ {
        self.lists.iter().map(move |(place, list)| {
            let (first_day, scale) = self.least(list);
            let mut before = None;
            let numbers = self.numbers(list, first_day, scale).map(|number| {
                let difference = scale.difference(before, number);
                before = Some(number);
                if is_differences { difference } else { number }
            });
            Row {
                place: *place,
                first_day,
                scale,
                numbers: json_array(numbers),
            }
        })
    }

    /// Bytes of the numbers as they are.
    pub(super) fn bytes(&self) -> u64 {
        let numbers = self.lists.values().flat_map(|list| {
            let (first_day, scale) = self.least(list);
            self.numbers(list, first_day, scale)
        });
        numbers
            .map(|number| u64::from(number.checked_ilog10().unwrap_or(0)) + 2)
            .sum()
    }

    /// The first day of a list, from which its days count, and the scale that it needs then.
    fn least(&self, list: &[i64]) -> (i64, Scale) {
        let days = list.iter().map(|number| self.scale.entry(*number).day);
        let first_day = days.min().unwrap_or(0);
        (first_day, Scale::of(self.entries(list, first_day)))
    }

    fn entries<'b>(&'b self, list: &'b [i64], first_day: i64) -> impl Iterator<Item = Entry> + Send + 'b {
        list.iter().map(move |number| {
            let entry = self.scale.entry(*number);
            Entry {
                day: entry.day - first_day,
                ..entry
            }
        })
    }

    fn numbers<'b>(&'b self, list: &'b [i64], first_day: i64, scale: Scale) -> impl Iterator<Item = i64> + Send + 'b {
        self.entries(list, first_day).map(move |entry| scale.number(entry))
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
