//! The one large table: nearly all bytes and all time of a file are here.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use dumpus_ports::domain::report::{Activity, ActivityRow, MessageHours, Report, Text};
use dumpus_ports::domain::time::Day;
use sqlx::sqlite::SqliteConnection;

use super::super::event::{EventColumns, event_name};
use super::super::insert::{Statement, Table};

const ACTIVITY: Table = Table {
    name: "activity",
    columns: &[
        "event_name",
        "day",
        "hour",
        "occurence_count",
        "associated_user_id",
        "associated_channel_id",
        "associated_guild_id",
        "extra_field_1",
        "extra_field_2",
    ],
};

/// Neighbours share event, guild and channel: such a file packs to half of one in order of days.
pub(super) async fn insert(connection: &mut SqliteConnection, report: &Report) -> Result<(), sqlx::Error> {
    let mut events: Vec<&ActivityRow> = report.events.iter().collect();
    events.sort_by(|a, b| in_file(a, b));
    let mut channels: Vec<&MessageHours> = report.message_hours.iter().collect();
    channels.sort_by(|a, b| (&a.guild_id, &a.channel_id).cmp(&(&b.guild_id, &b.channel_id)));
    let sent = event_name(&Activity::MessageSent);
    let (before, after) = events.split_at(events.partition_point(|row| event_name(&row.activity) < sent));
    let messages = channels.into_iter().flat_map(MessageHours::rows);
    let rows = before.iter().copied().cloned().chain(messages);
    let rows = rows.chain(after.iter().copied().cloned());
    let mut texts = Texts::default();
    ACTIVITY
        .insert(connection, rows, |statement, row| bind(statement, row, &mut texts))
        .await
}

fn in_file(a: &ActivityRow, b: &ActivityRow) -> Ordering {
    event_name(&a.activity)
        .cmp(event_name(&b.activity))
        .then_with(|| a.guild_id.cmp(&b.guild_id))
        .then_with(|| a.channel_id.cmp(&b.channel_id))
        .then_with(|| (a.day, a.hour, &a.activity).cmp(&(b.day, b.hour, &b.activity)))
}

fn bind(statement: Statement, row: ActivityRow, texts: &mut Texts) -> Statement {
    let columns = EventColumns::of(&row.activity);
    statement
        .bind(texts.event(columns.event_name))
        .bind(texts.day(row.day))
        .bind(row.hour)
        .bind(row.count)
        .bind(columns.user_id.map(str::to_owned))
        .bind(row.channel_id)
        .bind(row.guild_id)
        .bind(columns.extra_field_1.map(str::to_owned))
        .bind(columns.extra_field_2)
}

/// Texts that come again in many rows, made once.
#[derive(Default)]
struct Texts {
    events: HashMap<&'static str, Text>,
    days: HashMap<Day, Text>,
}

impl Texts {
    fn event(&mut self, event: &'static str) -> Text {
        Arc::clone(self.events.entry(event).or_insert_with(|| event.into()))
    }

    fn day(&mut self, day: Day) -> Text {
        Arc::clone(self.days.entry(day).or_insert_with(|| day.to_string().into()))
    }
}
