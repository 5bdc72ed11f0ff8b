//! What an analysis of a generated package must find, number by number.
//!
//! Filled while the package is written, from what is written; nothing here ever reads a package.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{calendar, spec::Section};

/// The expected content of the statistics file, and the sizes of the package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// None when the package names no owner anywhere, and an analysis must fail.
    pub owner: Option<OwnerRow>,
    /// Whether messages, servers or usable events are missing.
    pub package_is_partial: bool,
    /// Every section of `package_sections`.
    pub sections: BTreeMap<Section, SectionStatus>,
    /// Sorted, as all lists here.
    pub activity: Vec<ActivityRow>,
    /// One-to-one conversations.
    pub dm_channels_data: Vec<DmChannelRow>,
    /// Group conversations.
    pub group_channels_data: Vec<GroupChannelRow>,
    /// Channels of guilds that are known.
    pub guild_channels_data: Vec<GuildChannelRow>,
    /// Guilds.
    pub guilds: Vec<GuildRow>,
    /// Payments.
    pub payments: Vec<PaymentRow>,
    /// Time in voice.
    pub voice_sessions: Vec<VoiceSessionRow>,
    /// Time connected.
    pub sessions: Vec<SessionRow>,
    /// Days outside of this have no rows.
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

/// What became of a section. Lines that cannot be read do not make it damaged, entries do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionStatus {
    /// Whole.
    Ok,
    /// Not in the package.
    Missing,
    /// In the package, nothing to count.
    Empty,
    /// An entry of it could not be read.
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
    /// Units of 1e-4; none where the texts have no published scores.
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

/// A row of `voice_sessions`, with its ends as seconds since 1970.
#[expect(missing_docs, reason = "columns are documented where the file is specified")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VoiceSessionRow {
    pub started: i64,
    pub ended: i64,
    pub channel_id: String,
    pub guild_id: Option<String>,
    pub duration_mins: i64,
}

/// A row of `sessions`, with its ends as seconds since 1970.
#[expect(missing_docs, reason = "columns are documented where the file is specified")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SessionRow {
    pub started: i64,
    pub ended: i64,
    pub device_os: String,
    pub duration_mins: i64,
}

/// The days that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First day, as days since 1970.
    pub first_day: i64,
    /// Last day; none when no entry has a usable date.
    pub last_day: Option<i64>,
}

impl Window {
    /// Whether the day that holds a moment (milliseconds since 1970) counts.
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
    /// Entries, directories included.
    pub entries: u64,
    /// Bytes of all entries before packing.
    pub unpacked_bytes: u64,
    /// Bytes of the message files before packing.
    pub message_bytes: u64,
    /// Bytes of the event files before packing.
    pub event_bytes: u64,
    /// Lines of the event files, of whatever kind.
    pub event_lines: u64,
    /// Lines of a type that counts, copies included.
    pub counted_event_lines: u64,
    /// Lines that are neither blank nor objects of JSON.
    pub unreadable_lines: u64,
    /// Messages, those that are in two files once.
    pub messages: u64,
    /// The event files, in the order of the archive.
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
