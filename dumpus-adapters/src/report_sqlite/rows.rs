//! Every table but `activity`.

use std::sync::Arc;

use dumpus_ports::domain::report::{Report, VoiceSessionRow};
use sqlx::sqlite::SqliteConnection;

use super::PACKAGE_VERSION;
use super::insert::Table;
use crate::discord_cdn::avatar;

const PACKAGE_DATA: Table = Table {
    name: "package_data",
    columns: &[
        "package_id",
        "package_version",
        "package_owner_id",
        "package_owner_name",
        "package_owner_display_name",
        "package_owner_avatar_url",
        "package_is_partial",
    ],
};
const PACKAGE_SECTIONS: Table = Table {
    name: "package_sections",
    columns: &["section", "status", "detail"],
};
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
const PAYMENTS: Table = Table {
    name: "payments",
    columns: &[
        "payment_id",
        "payment_date",
        "payment_amount",
        "payment_currency",
        "payment_description",
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

pub(super) async fn insert_package(
    connection: &mut SqliteConnection,
    report: &Report,
    package_id: &str,
) -> Result<(), sqlx::Error> {
    let owner = &report.owner;
    PACKAGE_DATA
        .insert(connection, [package_id].into_iter(), |statement, package_id| {
            statement
                .bind(package_id.to_owned())
                .bind(PACKAGE_VERSION)
                .bind(Arc::clone(&owner.id))
                .bind(Arc::clone(&owner.name))
                .bind(owner.display_name.clone())
                .bind(owner.avatar_hash.as_deref().map(|hash| avatar(&owner.id, hash)))
                .bind(report.is_partial)
        })
        .await?;
    PACKAGE_SECTIONS
        .insert(connection, report.sections.iter(), |statement, row| {
            statement
                .bind(row.section.name())
                .bind(row.status.name())
                .bind(row.detail.clone())
        })
        .await?;
    PAYMENTS
        .insert(connection, report.payments.iter(), |statement, row| {
            statement
                .bind(Arc::clone(&row.payment_id))
                .bind(row.day.to_string())
                .bind(row.amount)
                .bind(Arc::clone(&row.currency))
                .bind(Arc::clone(&row.description))
        })
        .await
}

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

fn integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
