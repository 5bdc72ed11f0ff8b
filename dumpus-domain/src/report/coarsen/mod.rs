//! Coarser reports, for people whose statistics would not fit into a file of the allowed size.

mod rule;

use std::collections::BTreeSet;

use self::rule::Rule;
use super::{Activity, ActivityRow, MessageHours, Report, Section};
use crate::time::{Day, Hour};

/// How much a report tells. Numbers of coarser reports are never wrong: what they cannot tell is left out, or combined
/// where it was most, so that totals of channels, servers and years do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Everything.
    Full,
    /// The hours of a day are combined into its busiest one, for each channel and kind of event, where they are more than
    /// three years older than the newest day.
    DistantDays,
    /// The same where they are more than a year older.
    OldDays,
    /// The same everywhere. Days do not change.
    Days,
    /// In the channels with the fewest messages, which have a tenth of all, days that are more than a year older than the
    /// newest are combined into the busiest of their month too.
    QuietMonths,
    /// The same in all channels and for all days. Months do not change.
    Months,
    /// Totals of channels and servers, without the times of anything.
    Totals,
    /// The owner, and what was read of the package.
    Sections,
}

impl Detail {
    /// All, from the finest to the coarsest.
    pub const ALL: [Self; 8] = [
        Self::Full,
        Self::DistantDays,
        Self::OldDays,
        Self::Days,
        Self::QuietMonths,
        Self::Months,
        Self::Totals,
        Self::Sections,
    ];

    /// What the report says about itself.
    const fn note(self) -> Option<&'static str> {
        Some(match self {
            Self::Full => return None,
            Self::DistantDays => {
                "the hours of each day more than three years ago were combined into its busiest one, because the statistics \
                 were too large"
            }
            Self::OldDays => {
                "the hours of each day more than a year ago were combined into its busiest one, because the statistics were \
                 too large"
            }
            Self::Days => {
                "the hours of each day were combined into its busiest one, because the statistics were too large"
            }
            Self::QuietMonths => {
                "the hours of each day were combined into its busiest one, and in channels with few messages the days of each \
                 month more than a year ago, because the statistics were too large"
            }
            Self::Months => {
                "the days of each month were combined into its busiest one, because the statistics were too large"
            }
            Self::Totals => "times were left out, because the statistics were too large",
            Self::Sections => "statistics were left out, because they were too large",
        })
    }
}

impl Report {
    /// The report with this much detail. It states what is missing in the sections of messages and activity.
    #[must_use]
    pub fn coarsened(&self, detail: Detail) -> Self {
        let mut sections = self.sections.clone();
        if let Some(note) = detail.note() {
            let affected = |section| matches!(section, Section::Messages | Section::Activity);
            for row in sections.iter_mut().filter(|row| affected(row.section)) {
                let known = row.detail.take().map(|known| known + "; ").unwrap_or_default();
                row.detail = Some(known + note);
            }
        }
        let with_totals = detail < Detail::Sections;
        let with_times = detail < Detail::Totals;
        let quiet = self.quiet_channels();
        let newest = self.day_range().map_or(Day(0), |(_, last)| last);
        let rule = |channel_id: Option<&str>| {
            let is_quiet = channel_id.is_some_and(|id| quiet.contains(id));
            Rule::of(detail, newest, is_quiet)
        };
        let mut coarsened = Self {
            is_partial: self.is_partial || !with_times,
            owner: self.owner.clone(),
            message_count: self.message_count,
            events: Vec::new(),
            message_hours: Vec::new(),
            dm_channels: kept(&self.dm_channels, with_totals),
            group_channels: kept(&self.group_channels, with_totals),
            guild_channels: kept(&self.guild_channels, with_totals),
            guilds: kept(&self.guilds, with_totals),
            payments: kept(&self.payments, with_totals),
            voice_sessions: kept(&self.voice_sessions, with_times),
            sessions: kept(&self.sessions, with_times),
            sections,
        };
        if with_times {
            coarsened.events = combined_events(&self.events, rule);
            coarsened.message_hours = combined_messages(&self.message_hours, rule);
        }
        coarsened
    }

    /// The channels with the fewest messages, which together have at most a tenth of all.
    fn quiet_channels(&self) -> BTreeSet<&str> {
        let count = |channel: &MessageHours| channel.hours.iter().map(|(_, count)| u64::from(*count)).sum::<u64>();
        let mut channels: Vec<_> = self
            .message_hours
            .iter()
            .map(|channel| (count(channel), &*channel.channel_id))
            .collect();
        channels.sort_unstable();
        let mut left = channels.iter().map(|(count, _)| count).sum::<u64>() / 10;
        let quiet = channels.into_iter().take_while(|(count, _)| {
            let is_within = *count <= left;
            left = left.saturating_sub(*count);
            is_within
        });
        quiet.map(|(_, id)| id).collect()
    }
}

fn kept<T: Clone>(rows: &[T], is_kept: bool) -> Vec<T> {
    if is_kept { rows.to_vec() } else { Vec::new() }
}

fn combined_messages(channels: &[MessageHours], rule: impl Fn(Option<&str>) -> Rule) -> Vec<MessageHours> {
    let combined = |channel: &MessageHours| MessageHours {
        channel_id: channel.channel_id.clone(),
        guild_id: channel.guild_id.clone(),
        hours: rule(Some(&channel.channel_id)).combined(&channel.hours),
    };
    channels.iter().map(combined).collect()
}

fn combined_events(events: &[ActivityRow], rule: impl Fn(Option<&str>) -> Rule) -> Vec<ActivityRow> {
    let mut events: Vec<&ActivityRow> = events.iter().collect();
    events.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| hour(a).0.cmp(&hour(b).0)));
    let mut combined = Vec::new();
    for same in events.chunk_by(|a, b| key(a) == key(b)) {
        let hours: Vec<_> = same.iter().map(|row| (hour(row), row.count)).collect();
        let hours = rule(same[0].channel_id.as_deref()).combined(&hours);
        combined.extend(hours.into_iter().map(|(hour, count)| ActivityRow {
            day: hour.day(),
            hour: hour.of_day(),
            count,
            ..same[0].clone()
        }));
    }
    combined.sort_unstable();
    combined
}

/// Everything but the time and the count.
fn key(row: &ActivityRow) -> (&Activity, Option<&str>, Option<&str>) {
    (&row.activity, row.channel_id.as_deref(), row.guild_id.as_deref())
}

fn hour(row: &ActivityRow) -> Hour {
    Hour(row.day.0.saturating_mul(24).saturating_add(i32::from(row.hour)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{DailyEvent, Text};

    fn at(day: i32, hour: u8, count: u32) -> (Hour, u32) {
        (Hour(day * 24 + i32::from(hour)), count)
    }

    fn event(activity: Activity, (hour, count): (Hour, u32)) -> ActivityRow {
        ActivityRow {
            activity,
            day: hour.day(),
            hour: hour.of_day(),
            channel_id: None,
            guild_id: None,
            count,
        }
    }

    #[test]
    fn quiet_channels_have_at_most_a_tenth_of_all_messages() {
        let channel = |id: &str, count| MessageHours {
            channel_id: id.into(),
            guild_id: None,
            hours: vec![at(0, 0, count)],
        };
        let mut report = crate::report::tests::empty();
        report.message_hours = vec![channel("1", 80), channel("2", 4), channel("3", 7), channel("4", 9)];
        assert_eq!(report.quiet_channels(), ["2"].into());
    }

    #[test]
    fn events_are_combined_with_their_own_kind_only() {
        let os: Text = "linux".into();
        let opened = Activity::AppOpened { os };
        let crashed = Activity::Daily(DailyEvent::AppCrashed);
        let events = [
            event(opened.clone(), at(0, 8, 1)),
            event(opened.clone(), at(0, 1, 2)),
            event(crashed.clone(), at(0, 0, 5)),
            event(opened.clone(), at(2, 1, 1)),
        ];
        let expected = [
            event(opened.clone(), at(0, 1, 3)),
            event(opened, at(2, 1, 1)),
            event(crashed, at(0, 0, 5)),
        ];
        let rule = |_: Option<&str>| Rule::of(Detail::Days, Day(2), false);
        assert_eq!(combined_events(&events, rule), expected);
    }
}
