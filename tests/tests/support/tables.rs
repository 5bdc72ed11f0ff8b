//! Compares a statistics file with the truth of a generated package.

use std::collections::BTreeMap;
use std::fmt::Debug;

use dumpus_tests::{
    ActivityRow, DmChannelRow, GroupChannelRow, GuildChannelRow, GuildRow, OwnerRow, PaymentRow, SessionRow, Truth,
    VoiceSessionRow,
};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row};

use super::engine::runtime;

/// Asserts that each table of the file contains exactly the rows of the truth.
pub fn assert_file_equals(file: &[u8], truth: &Truth) {
    runtime().block_on(async {
        let mut database = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        database
            .deserialize(None, file.try_into().unwrap(), true)
            .await
            .unwrap();
        let tables = Tables { database };
        tables.assert(truth).await;
    });
}

struct Tables {
    database: SqliteConnection,
}

impl Tables {
    async fn assert(mut self, truth: &Truth) {
        let owner = self.rows("package_data", |row| OwnerRow {
            id: row.get("package_owner_id"),
            name: row.get("package_owner_name"),
            display_name: row.get("package_owner_display_name"),
            avatar_url: row.get("package_owner_avatar_url"),
        });
        assert_eq!(owner.await, truth.owner.clone().into_iter().collect::<Vec<_>>());
        let is_partial = self
            .rows("package_data", |row| row.get::<bool, _>("package_is_partial"))
            .await;
        assert_eq!(is_partial, [truth.package_is_partial], "package_is_partial");

        let sections = self
            .rows("package_sections", |row| (row.get("section"), row.get("status")))
            .await;
        let sections: BTreeMap<String, String> = sections.into_iter().collect();
        let expected = truth
            .sections
            .iter()
            .map(|(section, status)| (name(section), name(status)))
            .collect();
        assert_eq!(sections, expected, "package_sections");

        let activity = self.rows("activity", |row| ActivityRow {
            event_name: row.get("event_name"),
            day: row.get("day"),
            hour: row.get("hour"),
            occurence_count: row.get("occurence_count"),
            associated_user_id: row.get("associated_user_id"),
            associated_channel_id: row.get("associated_channel_id"),
            associated_guild_id: row.get("associated_guild_id"),
            extra_field_1: row.get("extra_field_1"),
            extra_field_2: row.get("extra_field_2"),
        });
        same("activity", activity.await, &truth.activity);

        let dms = self.rows("dm_channels_data", |row| DmChannelRow {
            channel_id: row.get("channel_id"),
            dm_user_id: row.get("dm_user_id"),
            user_name: row.get("user_name"),
            display_name: row.get("display_name"),
            user_avatar_url: row.get("user_avatar_url"),
            total_message_count: row.get("total_message_count"),
            total_voice_channel_duration: row.get("total_voice_channel_duration"),
            sentiment_score: Some(ten_thousandths(row.get("sentiment_score"))),
        });
        let mut dms = dms.await;
        for (row, expected) in dms.iter_mut().zip(&truth.dm_channels_data) {
            // The truth does not contain scores of texts without published scores.
            if expected.channel_id == row.channel_id && expected.sentiment_score.is_none() {
                row.sentiment_score = None;
            }
        }
        same("dm_channels_data", dms, &truth.dm_channels_data);

        let groups = self.rows("group_channels_data", |row| GroupChannelRow {
            channel_id: row.get("channel_id"),
            channel_name: row.get("channel_name"),
            recipient_count: row.get("recipient_count"),
            total_message_count: row.get("total_message_count"),
            total_voice_channel_duration: row.get("total_voice_channel_duration"),
        });
        same("group_channels_data", groups.await, &truth.group_channels_data);

        let guild_channels = self.rows("guild_channels_data", |row| GuildChannelRow {
            channel_id: row.get("channel_id"),
            channel_name: row.get("channel_name"),
            guild_id: row.get("guild_id"),
            total_message_count: row.get("total_message_count"),
            total_voice_channel_duration: row.get("total_voice_channel_duration"),
        });
        same("guild_channels_data", guild_channels.await, &truth.guild_channels_data);

        let guilds = self.rows("guilds", |row| GuildRow {
            guild_id: row.get("guild_id"),
            guild_name: row.get("guild_name"),
            total_message_count: row.get("total_message_count"),
        });
        same("guilds", guilds.await, &truth.guilds);

        let payments = self.rows("payments", |row| PaymentRow {
            payment_id: row.get("payment_id"),
            payment_date: row.get("payment_date"),
            payment_amount: row.get("payment_amount"),
            payment_currency: row.get("payment_currency"),
            payment_description: row.get("payment_description"),
        });
        same("payments", payments.await, &truth.payments);

        let voice = self.rows("voice_sessions", |row| VoiceSessionRow {
            started: seconds(row, "started_date"),
            ended: seconds(row, "ended_date"),
            channel_id: row.get("channel_id"),
            guild_id: row.get("guild_id"),
            duration_mins: row.get("duration_mins"),
        });
        same("voice_sessions", voice.await, &truth.voice_sessions);

        let sessions = self.rows("sessions", |row| SessionRow {
            started: seconds(row, "started_date"),
            ended: seconds(row, "ended_date"),
            device_os: row.get("device_os"),
            duration_mins: row.get("duration_mins"),
        });
        same("sessions", sessions.await, &truth.sessions);
    }

    async fn rows<T>(&mut self, table: &str, read: impl Fn(&SqliteRow) -> T) -> Vec<T> {
        let query = AssertSqlSafe(format!("SELECT * FROM {table}"));
        sqlx::query(query)
            .fetch_all(&mut self.database)
            .await
            .unwrap()
            .iter()
            .map(read)
            .collect()
    }
}

/// Asserts that the rows are equal as sets, and prints only the first differences.
fn same<T: Debug + Ord + Clone>(table: &str, mut read: Vec<T>, expected: &[T]) {
    let mut expected = expected.to_vec();
    read.sort();
    expected.sort();
    let missing: Vec<_> = expected
        .iter()
        .filter(|row| read.binary_search(row).is_err())
        .take(5)
        .collect();
    let unexpected: Vec<_> = read
        .iter()
        .filter(|row| expected.binary_search(row).is_err())
        .take(5)
        .collect();
    assert!(
        missing.is_empty() && unexpected.is_empty(),
        "{table}: missing {missing:#?}, unexpected {unexpected:#?}"
    );
    assert_eq!(read.len(), expected.len(), "{table}: repeated rows");
}

/// Seconds since 1970 are text that ends with `.0`.
fn seconds(row: &SqliteRow, column: &str) -> i64 {
    let text: String = row.get(column);
    text.strip_suffix(".0").unwrap().parse().unwrap()
}

#[expect(clippy::cast_possible_truncation, reason = "scores are between -1 and 1")]
fn ten_thousandths(score: f64) -> i32 {
    (score * 10_000.0).round() as i32
}

/// An enumeration has the same spelling in the truth and in the file.
fn name(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}
