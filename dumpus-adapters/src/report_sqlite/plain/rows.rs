//! The tables of places and of time.

use std::sync::Arc;

use dumpus_ports::domain::report::{Report, VoiceSessionRow};
use sqlx::sqlite::SqliteConnection;

use super::super::insert::Table;
use super::super::integer;
use crate::discord_cdn::avatar;

const GUILDS: Table = Table {
    name: "guilds",
    columns: &["guild_id", "guild_name", "total_message_count"],
};
const GUILD_CHANNELS: Table = Table {
    name: "guild_channels_data",
    columns: &[
        "channel_id",
        "channel_name",
        "guild_id",
        "total_message_count",
        "total_voice_channel_duration",
    ],
};
const DM_CHANNELS: Table = Table {
    name: "dm_channels_data",
    columns: &[
        "channel_id",
        "dm_user_id",
        "user_name",
        "display_name",
        "user_avatar_url",
        "total_message_count",
        "total_voice_channel_duration",
        "sentiment_score",
    ],
};
const GROUP_CHANNELS: Table = Table {
    name: "group_channels_data",
    columns: &[
        "channel_id",
        "channel_name",
        "recipient_count",
        "total_message_count",
        "total_voice_channel_duration",
    ],
};
const VOICE_SESSIONS: Table = Table {
    name: "voice_sessions",
    columns: &["channel_id", "guild_id", "duration_mins", "started_date", "ended_date"],
};
const SESSIONS: Table = Table {
    name: "sessions",
    columns: &["started_date", "ended_date", "duration_mins", "device_os"],
};

pub(super) async fn insert_places(connection: &mut SqliteConnection, report: &Report) -> Result<(), sqlx::Error> {
    GUILDS
        .insert(connection, report.guilds.iter(), |statement, row| {
            statement
                .bind(Arc::clone(&row.guild_id))
                .bind(Arc::clone(&row.name))
                .bind(integer(row.message_count))
        })
        .await?;
    GUILD_CHANNELS
        .insert(connection, report.guild_channels.iter(), |statement, row| {
            statement
                .bind(Arc::clone(&row.channel_id))
                .bind(Arc::clone(&row.name))
                .bind(Arc::clone(&row.guild_id))
                .bind(integer(row.message_count))
                .bind(integer(row.voice_minutes))
        })
        .await?;
    DM_CHANNELS
        .insert(connection, report.dm_channels.iter(), |statement, row| {
            statement
                .bind(Arc::clone(&row.channel_id))
                .bind(Arc::clone(&row.user_id))
                .bind(Arc::clone(&row.user_name))
                .bind(row.display_name.clone())
                .bind(row.avatar_hash.as_deref().map(|hash| avatar(&row.user_id, hash)))
                .bind(integer(row.message_count))
                .bind(integer(row.voice_minutes))
                .bind(f64::from(row.sentiment) / 1e4)
        })
        .await?;
    GROUP_CHANNELS
        .insert(connection, report.group_channels.iter(), |statement, row| {
            statement
                .bind(Arc::clone(&row.channel_id))
                .bind(Arc::clone(&row.name))
                .bind(row.recipient_count)
                .bind(integer(row.message_count))
                .bind(integer(row.voice_minutes))
        })
        .await
}

pub(super) async fn insert_sessions(connection: &mut SqliteConnection, report: &Report) -> Result<(), sqlx::Error> {
    // In order of the table's key, so that pages are filled.
    let mut voice: Vec<&VoiceSessionRow> = report.voice_sessions.iter().collect();
    voice.sort_by(|a, b| a.channel_id.cmp(&b.channel_id).then(a.started.cmp(&b.started)));
    VOICE_SESSIONS
        .insert(connection, voice.into_iter(), |statement, row| {
            statement
                .bind(Arc::clone(&row.channel_id))
                .bind(row.guild_id.clone())
                .bind(integer(row.minutes()))
                .bind(instant(row.started))
                .bind(instant(row.ended))
        })
        .await?;
    SESSIONS
        .insert(connection, report.sessions.iter(), |statement, row| {
            statement
                .bind(instant(row.started))
                .bind(instant(row.ended))
                .bind(integer(row.minutes()))
                .bind(Arc::clone(&row.os))
        })
        .await
}

/// Clients compare instants as text with seconds of ten digits.
fn instant(seconds: i64) -> String {
    format!("{seconds}.0")
}
