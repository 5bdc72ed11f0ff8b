//! The statistics that an analysis of a generated package must produce.
//!
//! Recorded while the package is written; nothing here reads a package.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{calendar, spec::Section};

/// The expected content of the statistics file, and the sizes of the package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// `None` if nothing in the package identifies an owner; the analysis must fail.
    pub owner: Option<OwnerRow>,
    /// Whether messages, servers or usable events are missing.
    pub package_is_partial: bool,
    /// Every section of `package_sections`.
    pub sections: BTreeMap<Section, SectionStatus>,
    /// Sorted, like all lists here.
    pub activity: Vec<ActivityRow>,
    /// One-to-one conversations.
    pub dm_channels_data: Vec<DmChannelRow>,
    /// Group conversations.
    pub group_channels_data: Vec<GroupChannelRow>,
    /// Channels of known guilds.
    pub guild_channels_data: Vec<GuildChannelRow>,
    /// Guilds.
    pub guilds: Vec<GuildRow>,
    /// Payments.
    pub payments: Vec<PaymentRow>,
    /// Periods in voice channels.
    pub voice_sessions: Vec<VoiceSessionRow>,
    /// Periods connected to Discord.
    pub sessions: Vec<SessionRow>,
    /// The days that have rows.
    pub window: Window,
    /// Sizes, for benchmarks.
    pub archive: ArchiveFacts,
}

/// The row of `package_data`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerRow {
    /// Discord's id.
    pub id: String,
    /// Handle, or `Unknown`.
    pub name: String,
    /// Name shown to others.
    pub display_name: Option<String>,
    /// Address of the avatar.
    pub avatar_url: Option<String>,
}

/// How much of a section could be read. Unreadable entries and lines make it damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionStatus {
    /// Complete.
    Ok,
    /// Not in the package.
    Missing,
    /// In the package, with nothing to count.
    Empty,
    /// An entry or a line of it could not be read.
    Damaged,
}

/// A row of `activity`; the columns are those of the statistics file.
#[expect(missing_docs, reason = "columns are documented where the file is specified")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ActivityRow {
    pub event_name: String,
    pub day: String,
    pub hour: u8,
    pub occurence_count: u64,
    pub associated_user_id: Option<String>,
    pub associated_channel_id: Option<String>,
    pub associated_guild_id: Option<String>,
    pub extra_field_1: Option<String>,
    pub extra_field_2: Option<String>,
}

/// A row of `dm_channels_data`.
#[expect(missing_docs, reason = "columns are documented where the file is specified")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DmChannelRow {
    pub channel_id: String,
    pub dm_user_id: String,
    pub user_name: String,
    pub display_name: Option<String>,
    pub user_avatar_url: Option<String>,
    pub total_message_count: u64,
    pub total_voice_channel_duration: u64,
    /// In units of 1e-4; `None` if the texts have no published scores.
    pub sentiment_score: Option<i32>,
}

/// A row of `group_channels_data`.
#[expect(missing_docs, reason = "columns are documented where the file is specified")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupChannelRow {
    pub channel_id: String,
    pub channel_name: String,
    pub recipient_count: u32,
    pub total_message_count: u64,
    pub total_voice_channel_duration: u64,
}

/// A row of `guild_channels_data`.
#[expect(missing_docs, reason = "columns are documented where the file is specified")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GuildChannelRow {
    pub channel_id: String,
    pub channel_name: String,
    pub guild_id: String,
    pub total_message_count: u64,
    pub total_voice_channel_duration: u64,
}

/// A row of `guilds`.
#[expect(missing_docs, reason = "columns are documented where the file is specified")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GuildRow {
    pub guild_id: String,
    pub guild_name: String,
    pub total_message_count: u64,
}

/// A row of `payments`.
#[expect(missing_docs, reason = "columns are documented where the file is specified")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PaymentRow {
    pub payment_id: String,
    pub payment_date: String,
    pub payment_amount: i64,
    pub payment_currency: String,
    pub payment_description: String,
}

/// A row of `voice_sessions`, with start and end in seconds since 1970.
#[expect(missing_docs, reason = "columns are documented where the file is specified")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VoiceSessionRow {
    pub started: i64,
    pub ended: i64,
    pub channel_id: String,
    pub guild_id: Option<String>,
    pub duration_mins: i64,
}

/// A row of `sessions`, with start and end in seconds since 1970.
#[expect(missing_docs, reason = "columns are documented where the file is specified")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SessionRow {
    pub started: i64,
    pub ended: i64,
    pub device_os: String,
    pub duration_mins: i64,
}

/// The days that are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First day, as days since 1970.
    pub first_day: i64,
    /// Last day; `None` if no entry has a usable date.
    pub last_day: Option<i64>,
}

impl Window {
    /// Whether the day of a time (milliseconds since 1970) is counted.
    #[must_use]
    pub fn contains(self, ms: i64) -> bool {
        let day = calendar::day_of(ms);
        day >= self.first_day && self.last_day.is_none_or(|last| day <= last)
    }
}

/// Sizes of the package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveFacts {
    /// Bytes of the archive.
    pub bytes: u64,
    /// Entries, including directories.
    pub entries: u64,
    /// Uncompressed bytes of all entries.
    pub unpacked_bytes: u64,
    /// Uncompressed bytes of the message files.
    pub message_bytes: u64,
    /// Uncompressed bytes of the event files.
    pub event_bytes: u64,
    /// Lines of the event files, of any kind.
    pub event_lines: u64,
    /// Lines of a counted type, including copies.
    pub counted_event_lines: u64,
    /// Lines that are neither blank nor JSON objects.
    pub unreadable_lines: u64,
    /// Messages; those in two files are counted once.
    pub messages: u64,
    /// The event files, in archive order.
    pub event_entries: Vec<EventEntry>,
}

/// Size of one event file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventEntry {
    /// Name in the archive.
    pub name: String,
    /// Bytes of the content.
    pub unpacked: u64,
    /// Bytes in the archive.
    pub packed: u64,
}
