//! What an analysis concludes: the rows of every result table, as plain data.
//!
//! Every list has an order that the package alone decides, so that equal packages give equal reports.

mod activity;
mod coarsen;
mod section;

use std::sync::Arc;

pub use self::activity::{Activity, ActivityRow, DailyEvent, MessageHours};
pub use self::coarsen::Detail;
pub use self::section::{Section, SectionRow, SectionStatus};
use crate::time::Day;

/// Text that many rows share.
pub type Text = Arc<str>;

/// Everything that the statistics file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The person whose package it is.
    pub owner: Owner,
    /// Whether messages, servers or usable events are missing.
    pub is_partial: bool,
    /// Messages of all channels, those without a row of their own included.
    pub message_count: u64,
    /// Events by their key. No two rows agree in everything but the count.
    pub events: Vec<ActivityRow>,
    /// Messages by channel and hour, sorted by channel id.
    pub message_hours: Vec<MessageHours>,
    /// Sorted by channel id.
    pub dm_channels: Vec<DmChannelRow>,
    /// Sorted by channel id.
    pub group_channels: Vec<GroupChannelRow>,
    /// Sorted by channel id.
    pub guild_channels: Vec<GuildChannelRow>,
    /// Sorted by guild id.
    pub guilds: Vec<GuildRow>,
    /// Sorted by payment id.
    pub payments: Vec<PaymentRow>,
    /// Sorted by start; they do not overlap.
    pub voice_sessions: Vec<VoiceSessionRow>,
    /// Sorted by start; they do not overlap.
    pub sessions: Vec<SessionRow>,
    /// One row per section, in the order of [`Section::ALL`].
    pub sections: Vec<SectionRow>,
}

impl Report {
    /// Every row of activity: events by their key, then messages by channel and hour.
    pub fn activity(&self) -> impl Iterator<Item = ActivityRow> + '_ {
        let messages = self.message_hours.iter().flat_map(MessageHours::rows);
        self.events.iter().cloned().chain(messages)
    }

    /// First and last day of any activity: the client's time range.
    #[must_use]
    pub fn day_range(&self) -> Option<(Day, Day)> {
        let of_events = self.events.iter().map(|row| row.day);
        let hours = self.message_hours.iter().flat_map(|channel| &channel.hours);
        let days = of_events.chain(hours.map(|(hour, _)| hour.day()));
        days.fold(None, |range, day| {
            let (first, last) = range.unwrap_or((day, day));
            Some((first.min(day), last.max(day)))
        })
    }
}

/// The person whose package it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Discord's id of the user.
    pub id: Text,
    /// The handle, or `Unknown`.
    pub name: Text,
    /// The name shown to others.
    pub display_name: Option<Text>,
    /// Hash of the avatar, which names it on Discord's content network.
    pub avatar_hash: Option<Text>,
}

/// A conversation with one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DmChannelRow {
    /// Channel id.
    pub channel_id: Text,
    /// The other person's id, or `deleted:<channel>` or `unknown:<channel>`.
    pub user_id: Text,
    /// The other person's handle.
    pub user_name: Text,
    /// The name they show to others.
    pub display_name: Option<Text>,
    /// Hash of their avatar, which names it on Discord's content network.
    pub avatar_hash: Option<Text>,
    /// Messages that the owner sent.
    pub message_count: u64,
    /// Minutes of voice in this channel.
    pub voice_minutes: u64,
    /// Mean VADER compound score of the owner's messages in units of 1e-4, within -10000..=10000.
    pub sentiment: i32,
}

/// A conversation with several people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupChannelRow {
    /// Channel id.
    pub channel_id: Text,
    /// The group's name, or `Unnamed group`.
    pub name: Text,
    /// People in the group when the package was made, the owner included.
    pub recipient_count: u32,
    /// Messages that the owner sent.
    pub message_count: u64,
    /// Minutes of voice in this channel.
    pub voice_minutes: u64,
}

/// A channel of a guild that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuildChannelRow {
    /// Channel id.
    pub channel_id: Text,
    /// The channel's name, or `Unknown channel`.
    pub name: Text,
    /// The guild it belongs to.
    pub guild_id: Text,
    /// Messages that the owner sent.
    pub message_count: u64,
    /// Minutes of voice in this channel.
    pub voice_minutes: u64,
}

/// A guild ("server"), present or left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuildRow {
    /// Guild id.
    pub guild_id: Text,
    /// The guild's name, or `Unknown server`.
    pub name: Text,
    /// Messages that the owner sent in all its channels.
    pub message_count: u64,
}

/// Money that the owner paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    /// Payment id.
    pub payment_id: Text,
    /// UTC day.
    pub day: Day,
    /// Minor units of the currency (cents), refunds taken off.
    pub amount: i64,
    /// Lower-case ISO 4217 code.
    pub currency: Text,
    /// What it was for; may be empty.
    pub description: Text,
}

/// A stretch of time in one voice channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoiceSessionRow {
    /// Channel id.
    pub channel_id: Text,
    /// Guild id, none for calls in conversations.
    pub guild_id: Option<Text>,
    /// Start, seconds since 1970.
    pub started: i64,
    /// End, seconds since 1970.
    pub ended: i64,
}

impl VoiceSessionRow {
    /// Whole minutes.
    #[must_use]
    pub fn minutes(&self) -> u64 {
        whole_minutes(self.started, self.ended)
    }
}

/// A stretch of time connected to Discord.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Start, seconds since 1970.
    pub started: i64,
    /// End, seconds since 1970.
    pub ended: i64,
    /// Operating system that began it.
    pub os: Text,
}

impl SessionRow {
    /// Whole minutes.
    #[must_use]
    pub fn minutes(&self) -> u64 {
        whole_minutes(self.started, self.ended)
    }
}

fn whole_minutes(started: i64, ended: i64) -> u64 {
    u64::try_from(ended - started).unwrap_or(0) / 60
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report of nothing.
    pub(super) fn empty() -> Report {
        Report {
            owner: Owner {
                id: "1".into(),
                name: "Unknown".into(),
                display_name: None,
                avatar_hash: None,
            },
            is_partial: true,
            message_count: 0,
            events: Vec::new(),
            message_hours: Vec::new(),
            dm_channels: Vec::new(),
            group_channels: Vec::new(),
            guild_channels: Vec::new(),
            guilds: Vec::new(),
            payments: Vec::new(),
            voice_sessions: Vec::new(),
            sessions: Vec::new(),
            sections: Vec::new(),
        }
    }
}
