//! Fills the tables behind the views.

use std::collections::BTreeMap;
use std::sync::Arc;

use dumpus_ports::domain::time::Day;
use sqlx::sqlite::SqliteConnection;

use super::super::insert::Table;
use super::super::integer;
use super::Compact;
use super::series::Series;

const EVENTS: Table = Table {
    name: "stored_events",
    columns: &["n", "name"],
};
const DAYS: Table = Table {
    name: "stored_days",
    columns: &["n", "day"],
};
const DETAILS: Table = Table {
    name: "stored_details",
    columns: &["n", "user_id", "extra_field_1"],
};
const CHANNEL_IDS: Table = Table {
    name: "stored_channel_ids",
    columns: &["n", "id"],
};
const GUILD_IDS: Table = Table {
    name: "stored_guild_ids",
    columns: &["n", "id"],
};
const GUILDS: Table = Table {
    name: "stored_guilds",
    columns: &["n", "name", "messages"],
};
const GUILD_CHANNELS: Table = Table {
    name: "stored_guild_channels",
    columns: &["n", "name", "guild", "messages", "voice"],
};
const DM_CHANNELS: Table = Table {
    name: "stored_dm_channels",
    columns: &[
        "n",
        "user_id",
        "name",
        "display_name",
        "avatar",
        "messages",
        "voice",
        "sentiment",
    ],
};
const GROUP_CHANNELS: Table = Table {
    name: "stored_group_channels",
    columns: &["n", "name", "recipients", "messages", "voice"],
};
const VOICE_SESSIONS: Table = Table {
    name: "stored_voice_sessions",
    columns: &["channel", "guild", "sessions"],
};
const SESSIONS: Table = Table {
    name: "stored_sessions",
    columns: &["os", "sessions"],
};
const ACTIVITY: Table = Table {
    name: "stored_activity",
    columns: &[
        "event",
        "guild",
        "channel",
        "first_day",
        "detail",
        "day",
        "counts",
        "numbers",
    ],
};

pub(super) async fn numbered_texts(
    connection: &mut SqliteConnection,
    compact: &Compact<'_>,
) -> Result<(), sqlx::Error> {
    let series = &compact.series;
    for (table, numbers) in [
        (EVENTS, &series.events),
        (CHANNEL_IDS, &compact.channels),
        (GUILD_IDS, &compact.guilds),
    ] {
        table
            .insert(connection, numbers.rows(), |statement, (number, text)| {
                statement.bind(number).bind(text)
            })
            .await?;
    }
    let Day(first) = series.first_day;
    DAYS.insert(connection, series.days.iter(), |statement, day| {
        statement.bind(day.0 - first).bind(day.to_string())
    })
    .await?;
    DETAILS
        .insert(connection, series.details.rows().into_iter(), |statement, detail| {
            let (number, user_id, extra_field_1) = detail;
            statement.bind(number).bind(user_id).bind(extra_field_1)
        })
        .await
}

pub(super) async fn places(connection: &mut SqliteConnection, compact: &Compact<'_>) -> Result<(), sqlx::Error> {
    let (report, channels, guilds) = (compact.report, &compact.channels, &compact.guilds);
    GUILDS
        .insert(connection, report.guilds.iter(), |statement, row| {
            statement
                .bind(guilds.number(Some(&row.guild_id)))
                .bind(Arc::clone(&row.name))
                .bind(integer(row.message_count))
        })
        .await?;
    GUILD_CHANNELS
        .insert(connection, report.guild_channels.iter(), |statement, row| {
            statement
                .bind(channels.number(Some(&row.channel_id)))
                .bind(Arc::clone(&row.name))
                .bind(guilds.number(Some(&row.guild_id)))
                .bind(integer(row.message_count))
                .bind(integer(row.voice_minutes))
        })
        .await?;
    DM_CHANNELS
        .insert(connection, report.dm_channels.iter(), |statement, row| {
            statement
                .bind(channels.number(Some(&row.channel_id)))
                .bind(Arc::clone(&row.user_id))
                .bind(Arc::clone(&row.user_name))
                .bind(row.display_name.clone())
                .bind(row.avatar_hash.clone())
                .bind(integer(row.message_count))
                .bind(integer(row.voice_minutes))
                .bind(row.sentiment)
        })
        .await?;
    GROUP_CHANNELS
        .insert(connection, report.group_channels.iter(), |statement, row| {
            statement
                .bind(channels.number(Some(&row.channel_id)))
                .bind(Arc::clone(&row.name))
                .bind(row.recipient_count)
                .bind(integer(row.message_count))
                .bind(integer(row.voice_minutes))
        })
        .await
}

/// Sessions as JSON objects: their starts as the views show them, and their lengths in seconds.
pub(super) async fn periods(connection: &mut SqliteConnection, compact: &Compact<'_>) -> Result<(), sqlx::Error> {
    let mut voice: BTreeMap<(i64, i64), Vec<(i64, i64)>> = BTreeMap::new();
    for row in &compact.report.voice_sessions {
        let channel = compact.channels.number(Some(&row.channel_id));
        let guild = compact.guilds.number(row.guild_id.as_deref());
        let sessions = voice.entry((channel, guild)).or_default();
        sessions.push((row.started, row.ended - row.started));
    }
    VOICE_SESSIONS
        .insert(
            connection,
            voice.into_iter(),
            |statement, ((channel, guild), sessions)| statement.bind(channel).bind(guild).bind(json_object(&sessions)),
        )
        .await?;
    let mut by_os: BTreeMap<&str, Vec<(i64, i64)>> = BTreeMap::new();
    for row in &compact.report.sessions {
        let sessions = by_os.entry(&row.os).or_default();
        sessions.push((row.started, row.ended - row.started));
    }
    SESSIONS
        .insert(connection, by_os.into_iter(), |statement, (os, sessions)| {
            statement.bind(os.to_owned()).bind(json_object(&sessions))
        })
        .await
}

fn json_object(sessions: &[(i64, i64)]) -> String {
    let pairs: Vec<_> = sessions
        .iter()
        .map(|(start, length)| format!("\"{start}.0\":{length}"))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

pub(super) async fn activity(
    connection: &mut SqliteConnection,
    series: &Series<'_>,
    is_differences: bool,
) -> Result<(), sqlx::Error> {
    ACTIVITY
        .insert(connection, series.rows(is_differences), |statement, row| {
            let (event, guild, channel) = row.place;
            statement
                .bind(event)
                .bind(guild)
                .bind(channel)
                .bind(row.scale.first_day)
                .bind(row.scale.detail())
                .bind(row.scale.day())
                .bind(row.scale.counts)
                .bind(row.numbers)
        })
        .await
}
