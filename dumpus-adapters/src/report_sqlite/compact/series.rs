//! `activity` as one list of numbers for each event and place.

use std::collections::BTreeMap;

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
    pub(super) scale: Scale,
    /// A JSON array.
    pub(super) numbers: String,
}

/// The entries of a place, in order.
struct List {
    scale: Scale,
    entries: Vec<Entry>,
}

impl List {
    fn numbers(&self) -> impl Iterator<Item = i64> + Send + '_ {
        self.entries.iter().map(|entry| self.scale.number(*entry))
    }
}

/// Everything that `activity` is made of.
pub(super) struct Series<'a> {
    pub(super) first_day: Day,
    pub(super) details: Details<'a>,
    pub(super) events: Numbers<'a>,
    /// Days with anything, in order.
    pub(super) days: Vec<Day>,
    lists: BTreeMap<Place, List>,
}

impl<'a> Series<'a> {
    /// `None` if a list has no [`Scale`].
    pub(super) fn of(report: &'a Report, channels: &Numbers<'_>, guilds: &Numbers<'_>) -> Option<Self> {
        let columns = || report.events.iter().map(|row| EventColumns::of(&row.activity));
        let days = days(report);
        let first_day = days.first().copied().unwrap_or(Day(0));
        let from_first = |day: Day| day.0.abs_diff(first_day.0);
        let details = Details::of(columns());
        let sent = event_name(&Activity::MessageSent);
        let has_messages = !report.message_hours.is_empty();
        let names = columns().map(|columns| columns.event_name);
        let events = Numbers::of(names.chain(has_messages.then_some(sent)));

        let mut lists: BTreeMap<Place, Vec<Entry>> = BTreeMap::new();
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
            lists.entry(place).or_default().push(Entry {
                detail: u32::try_from(details.number(columns)).ok()?,
                day: from_first(row.day),
                hour: row.hour,
                count: row.count,
            });
        }
        for channel in &report.message_hours {
            let list = lists.entry(place(sent, channel.guild_id.as_deref(), Some(&channel.channel_id)));
            list.or_default()
                .extend(channel.hours.iter().map(|(hour, count)| Entry {
                    detail: 0,
                    day: from_first(hour.day()),
                    hour: hour.of_day(),
                    count: *count,
                }));
        }
        let lists = lists.into_iter().map(|(place, mut entries)| {
            entries.sort_unstable();
            let scale = Scale::of(&entries)?;
            Some((place, List { scale, entries }))
        });
        Some(Self {
            lists: lists.collect::<Option<_>>()?,
            first_day,
            details,
            events,
            days,
        })
    }

    /// The lists, with their numbers as they are, or each as its difference from the one before.
    pub(super) fn rows(&self, is_differences: bool) -> impl Iterator<Item = Row> + Send + '_ {
        self.lists.iter().map(move |(place, list)| {
            let scale = list.scale;
            let mut before = None;
            let numbers = list.numbers().map(|number| {
                if !is_differences {
                    return number;
                }
                let difference = scale.difference(before, number);
                before = Some(number);
                difference
            });
            Row {
                place: *place,
                scale,
                numbers: json_array(numbers),
            }
        })
    }

    /// Whether the numbers as they are take no more than so many bytes.
    pub(super) fn fits(&self, most: u64) -> bool {
        let bytes = |number: i64| u64::from(number.checked_ilog10().unwrap_or(0)) + 2;
        let lists = self.lists.values();
        lists.flat_map(List::numbers).map(bytes).sum::<u64>() <= most
    }
}

/// Days with anything, in order: marked in a list of all days, because sorting those of all rows takes much longer.
fn days(report: &Report) -> Vec<Day> {
    let Some((Day(first), Day(last))) = report.day_range() else {
        return Vec::new();
    };
    let place = |day: i32| day.abs_diff(first) as usize;
    let mut is_used = vec![false; place(last) + 1];
    for row in &report.events {
        is_used[place(row.day.0)] = true;
    }
    for (hour, _) in report.message_hours.iter().flat_map(|channel| &channel.hours) {
        is_used[place(hour.day().0)] = true;
    }
    let days = (first..).zip(is_used);
    days.filter_map(|(day, is_used)| is_used.then_some(Day(day))).collect()
}

fn json_array(numbers: impl Iterator<Item = i64>) -> String {
    let mut text = String::from("[");
    let mut digits = itoa::Buffer::new();
    for number in numbers {
        text.push_str(digits.format(number));
        text.push(',');
    }
    if text.len() > 1 {
        text.pop();
    }
    text.push(']');
    text
}
