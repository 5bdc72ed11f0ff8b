//! Coarser reports, for people whose statistics would not fit into a file of the allowed size.

use super::{Activity, ActivityRow, MessageHours, Report, Section};
use crate::time::{Day, Hour};

/// How much a report tells. Numbers of coarser reports are never wrong: what they cannot tell is left out, or combined
/// where it was most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Everything.
    Full,
    /// The hours of a day are combined into its busiest hour, for each channel and kind of event. Days do not change.
    Days,
    /// The days of a month are combined into its busiest day too. Months do not change.
    Months,
    /// Totals of channels and servers, without the times of anything.
    Totals,
    /// The owner, and what was read of the package.
    Sections,
}

impl Detail {
    /// All, from the finest to the coarsest.
    pub const ALL: [Self; 5] = [Self::Full, Self::Days, Self::Months, Self::Totals, Self::Sections];

    /// What the report says about itself.
    const fn note(self) -> Option<&'static str> {
        match self {
            Self::Full => None,
            Self::Days => {
                Some("the hours of each day were combined into its busiest one, because the statistics were too large")
            }
            Self::Months => {
                Some("the days of each month were combined into its busiest one, because the statistics were too large")
            }
            Self::Totals => Some("times were left out, because the statistics were too large"),
            Self::Sections => Some("statistics were left out, because they were too large"),
        }
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
        Self {
            owner: self.owner.clone(),
            is_partial: self.is_partial || !with_times,
            message_count: self.message_count,
            events: if with_times {
                combined_events(&self.events, detail)
            } else {
                Vec::new()
            },
            message_hours: if with_times {
                combined_messages(&self.message_hours, detail)
            } else {
                Vec::new()
            },
            dm_channels: kept(&self.dm_channels, with_totals),
            group_channels: kept(&self.group_channels, with_totals),
            guild_channels: kept(&self.guild_channels, with_totals),
            guilds: kept(&self.guilds, with_totals),
            payments: kept(&self.payments, with_totals),
            voice_sessions: kept(&self.voice_sessions, with_times),
            sessions: kept(&self.sessions, with_times),
            sections,
        }
    }
}

fn kept<T: Clone>(rows: &[T], is_kept: bool) -> Vec<T> {
    if is_kept { rows.to_vec() } else { Vec::new() }
}

fn combined_messages(channels: &[MessageHours], detail: Detail) -> Vec<MessageHours> {
    let combined = |channel: &MessageHours| MessageHours {
        channel_id: channel.channel_id.clone(),
        guild_id: channel.guild_id.clone(),
        hours: combined_hours(channel.hours.clone(), detail),
    };
    channels.iter().map(combined).collect()
}

/// Of hours in order.
fn combined_hours(hours: Vec<(Hour, u32)>, detail: Detail) -> Vec<(Hour, u32)> {
    match detail {
        Detail::Full => hours,
        Detail::Days => busiest(&hours, |hour| i64::from(hour.day().0)),
        _ => busiest(&combined_hours(hours, Detail::Days), |hour| month(hour.day())),
    }
}

/// Combines neighbours of the same period into the one with the highest count, the earliest of several.
fn busiest(hours: &[(Hour, u32)], period: impl Fn(Hour) -> i64) -> Vec<(Hour, u32)> {
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

fn combined_events(events: &[ActivityRow], detail: Detail) -> Vec<ActivityRow> {
    if detail == Detail::Full {
        return events.to_vec();
    }
    let mut events: Vec<&ActivityRow> = events.iter().collect();
    events.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| hour(a).0.cmp(&hour(b).0)));
    let mut combined = Vec::new();
    for same in events.chunk_by(|a, b| key(a) == key(b)) {
        let hours = same.iter().map(|row| (hour(row), row.count)).collect();
        combined.extend(
            combined_hours(hours, detail)
                .into_iter()
                .map(|(hour, count)| ActivityRow {
                    day: hour.day(),
                    hour: hour.of_day(),
                    count,
                    ..same[0].clone()
                }),
        );
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

/// Numbers the months.
fn month(day: Day) -> i64 {
    let (year, month, _) = day.civil();
    year * 12 + month
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
    fn hours_are_combined_into_the_busiest_of_their_day_and_days_into_the_busiest_of_their_month() {
        // 1 and 2 January 1970, then 1 February.
        let hours = vec![
            at(0, 3, 2),
            at(0, 5, 7),
            at(0, 9, 7),
            at(1, 0, 10),
            at(1, 23, 11),
            at(31, 4, 1),
        ];
        assert_eq!(combined_hours(hours.clone(), Detail::Full), hours);
        let days = [at(0, 5, 16), at(1, 23, 21), at(31, 4, 1)];
        assert_eq!(combined_hours(hours.clone(), Detail::Days), days);
        assert_eq!(combined_hours(hours, Detail::Months), [at(1, 23, 37), at(31, 4, 1)]);
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
        assert_eq!(combined_events(&events, Detail::Days), expected);
    }
}
