//! The layout that clients get: the tables are views of smaller ones, a fifth of the size.
//!
//! The official client compresses the file in the page and keeps what it can, so each byte is time that somebody waits.
//! `docs/sqlite_database_structure.md` has the measurements, and says how the tables are stored.

mod insert;
mod numbers;
mod scale;
mod series;

use dumpus_ports::domain::report::Report;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use self::numbers::Numbers;
use self::series::Series;
use crate::discord_cdn::CDN;

const TABLES: &str = include_str!("tables.sql");
const VIEWS: &str = include_str!("views.sql");

/// The numbers of `activity` as they are in the file.
const NUMBERS: &str = "json_each(s.numbers)";

/// The numbers of `activity` out of their differences. Summed list by list: one window over all takes three times as long.
const SUMS: &str = "json_each((SELECT json_group_array(number) FROM (SELECT (sum(value / s.counts) OVER (ORDER BY key ROWS UNBOUNDED PRECEDING) + key) * s.counts + value % s.counts AS number FROM json_each(s.numbers))))";

/// A report with its texts numbered.
pub(super) struct Compact<'a> {
    report: &'a Report,
    channels: Numbers<'a>,
    guilds: Numbers<'a>,
    series: Series<'a>,
}

impl<'a> Compact<'a> {
    /// `None` if the report has numbers that the layout cannot hold.
    pub(super) fn of(report: &'a Report) -> Option<Self> {
        let channels = Numbers::of(channel_ids(report));
        let guilds = Numbers::of(guild_ids(report));
        Some(Self {
            series: Series::of(report, &channels, &guilds)?,
            report,
            channels,
            guilds,
        })
    }

    /// Whether the numbers of `activity`, which are nearly all of a large file, take no more than so many bytes.
    pub(super) fn fits(&self, most: u64) -> bool {
        self.series.fits(most)
    }

    /// Writes tables and views. As differences, numbers take two thirds of the space, and queries twice the time.
    pub(super) async fn insert(
        &self,
        connection: &mut SqliteConnection,
        is_differences: bool,
    ) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(TABLES).execute(&mut *connection).await?;
        insert::numbered_texts(connection, self).await?;
        insert::places(connection, self).await?;
        insert::periods(connection, self).await?;
        insert::activity(connection, &self.series, is_differences).await?;
        // Without the numbers of rows, SQLite reads every list for each question about one person.
        sqlx::raw_sql("ANALYZE").execute(&mut *connection).await?;
        let views = VIEWS
            .replace("{cdn}", CDN)
            .replace("{numbers}", if is_differences { SUMS } else { NUMBERS });
        // Made of the texts in this module.
        sqlx::raw_sql(AssertSqlSafe(views).into_sql_str())
            .execute(&mut *connection)
            .await?;
        Ok(())
    }
}

fn channel_ids(report: &Report) -> impl Iterator<Item = &str> {
    let of_events = report.events.iter().filter_map(|row| row.channel_id.as_deref());
    of_events
        .chain(report.message_hours.iter().map(|channel| &*channel.channel_id))
        .chain(report.voice_sessions.iter().map(|session| &*session.channel_id))
        .chain(report.dm_channels.iter().map(|channel| &*channel.channel_id))
        .chain(report.group_channels.iter().map(|channel| &*channel.channel_id))
        .chain(report.guild_channels.iter().map(|channel| &*channel.channel_id))
}

fn guild_ids(report: &Report) -> impl Iterator<Item = &str> {
    let of_events = report.events.iter().filter_map(|row| row.guild_id.as_deref());
    of_events
        .chain(
            report
                .message_hours
                .iter()
                .filter_map(|channel| channel.guild_id.as_deref()),
        )
        .chain(
            report
                .voice_sessions
                .iter()
                .filter_map(|session| session.guild_id.as_deref()),
        )
        .chain(report.guild_channels.iter().map(|channel| &*channel.guild_id))
        .chain(report.guilds.iter().map(|guild| &*guild.guild_id))
}
