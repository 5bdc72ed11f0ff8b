//! The schema and the values of a statistics file, and their documentation.

#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use dumpus_adapters::report_sqlite::{Layout, SqliteOptions, SqliteWriter};
use dumpus_ports::conformance::samples;
use dumpus_ports::domain::report::{MessageHours, PaymentRow, Report};
use dumpus_ports::domain::time::Hour;
use dumpus_ports::report::{Packing, ReportWriter as _};
use sqlx::sqlite::{SqliteConnection, SqliteOwnedBuf, SqliteRow};
use sqlx::{AssertSqlSafe, Column as _, Connection as _, Row as _, TypeInfo as _, ValueRef as _};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every way in which tables are stored.
const LAYOUTS: [Layout; 3] = [Layout::Plain, Layout::Numbers, Layout::Differences];

async fn open(report: &Report) -> SqliteConnection {
    open_as(report, Layout::Plain).await
}

async fn open_as(report: &Report, layout: Layout) -> SqliteConnection {
    let bytes = SqliteWriter::new(SqliteOptions::unlimited(layout))
        .write(report, "demo", Packing::Plain)
        .await
        .unwrap();
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let buffer = SqliteOwnedBuf::try_from(bytes.as_slice()).unwrap();
    connection.deserialize(None, buffer, true).await.unwrap();
    connection
}

async fn rows(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await;
    rows.unwrap_or_else(|error| panic!("{error}\n{sql}"))
        .iter()
        .map(shown)
        .collect()
}

/// A row as SQL literals, so that `1`, `1.0`, `'1'` and NULL differ.
fn shown(row: &SqliteRow) -> String {
    let values = row.columns().iter().map(|column| {
        let value = row.try_get_raw(column.ordinal()).unwrap();
        match (value.is_null(), value.type_info().name()) {
            (true, _) => "NULL".to_owned(),
            (_, "TEXT") => format!("'{}'", row.get_unchecked::<String, _>(column.ordinal())),
            (_, "REAL") => format!("{:?}", row.get_unchecked::<f64, _>(column.ordinal())),
            _ => row.get_unchecked::<i64, _>(column.ordinal()).to_string(),
        }
    });
    values.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_schema_is_the_committed_one() {
    for (layout, name) in [
        (Layout::Plain, "plain"),
        (Layout::Numbers, "numbers"),
        (Layout::Differences, "differences"),
    ] {
        is_committed(layout, &format!("tests/golden/result_schema_{name}.sql")).await;
    }
}

async fn is_committed(layout: Layout, path: &str) {
    let mut connection = open_as(&samples::every_table(), layout).await;
    let mut current = String::new();
    for sql in rows(
        &mut connection,
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid",
    )
    .await
    {
        writeln!(current, "{};", sql.trim_matches('\'')).unwrap();
    }
    let version = rows(&mut connection, "PRAGMA user_version").await.concat();
    writeln!(current, "PRAGMA user_version = {version};").unwrap();
    let path = here(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == current,
        "clients query this schema. If the change is meant, run this test with UPDATE_GOLDEN=1:\n{current}"
    );
}

#[tokio::test]
async fn values_have_the_format_that_clients_expect() {
    let expected: [(&str, &[&str]); 10] = [
        (
            "activity",
            &[
                "'add_reaction' '2023-07-19' 0 2 NULL '1001' NULL '👍' '0'",
                "'add_reaction' '2023-07-19' 0 2 NULL '1003' NULL 'kekw' '1'",
                "'app_opened' '2023-07-19' 0 2 NULL NULL NULL 'Windows' NULL",
                "'application_command_used' '2023-07-19' 0 2 '4001' NULL '2001' NULL NULL",
                "'email_opened' '2023-07-19' 0 2 NULL NULL NULL NULL NULL",
                "'guild_joined' '2023-07-19' 23 1 NULL NULL '2001' NULL NULL",
                "'message_sent' '2023-07-19' 12 5 NULL '1001' NULL NULL NULL",
                "'message_sent' '2015-05-13' 7 11 NULL '1003' '2001' NULL NULL",
            ],
        ),
        (
            "dm_channels_data",
            &["'1001' '3001' 'naïve 'friend'; --' 'Friend ✨' NULL 5 0 -0.4019"],
        ),
        ("group_channels_data", &["'1002' 'Unnamed group' 4 7 61"]),
        ("guild_channels_data", &["'1003' 'general' '2001' 11 1"]),
        ("guilds", &["'2001' 'A \"server\"' 11"]),
        ("payments", &["'5001' '2022-01-08' 999 'eur' 'Nitro'"]),
        (
            "voice_sessions",
            &[
                "'1002' NULL 61 '1689768000.0' '1689771660.0'",
                "'1003' '2001' 1 '1689771660.0' '1689771779.0'",
            ],
        ),
        ("sessions", &["'1689768000.0' '1689768059.0' 0 'Windows'"]),
        (
            "package_data",
            &["'demo' '0.1.0' '1' 'somebody' 'Somebody' 'https://cdn.discordapp.com/avatars/1/a_2.gif' 1"],
        ),
        (
            "package_sections",
            &[
                "'account' 'ok' 'read'",
                "'activity' 'damaged' '3 of 812,004 event lines could not be read'",
                "'messages' 'missing' '12 channels'",
                "'payments' 'ok' NULL",
                "'servers' 'empty' 'nothing'",
            ],
        ),
    ];
    for layout in LAYOUTS {
        let mut connection = open_as(&samples::every_table(), layout).await;
        for (table, expected) in expected {
            let mut found = rows(&mut connection, &format!("SELECT * FROM {table}")).await;
            let mut expected = expected.to_vec();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{table}, {layout:?}");
        }
    }
}

#[tokio::test]
async fn a_file_contains_every_row_and_is_valid() {
    for layout in LAYOUTS {
        contains_every_row(&samples::heavy(12_345), layout).await;
    }
}

async fn contains_every_row(report: &Report, layout: Layout) {
    let mut connection = open_as(report, layout).await;
    assert_eq!(rows(&mut connection, "PRAGMA integrity_check").await, ["'ok'"]);
    assert_eq!(rows(&mut connection, "PRAGMA freelist_count").await, ["0"]);
    let count: u64 = report.activity().map(|row| u64::from(row.count)).sum();
    let totals = "SELECT COUNT(*), SUM(occurence_count) FROM activity";
    assert_eq!(rows(&mut connection, totals).await, [format!("12345 {count}")]);
    for (table, expected) in [
        ("voice_sessions", report.voice_sessions.len()),
        ("sessions", report.sessions.len()),
        ("guild_channels_data", report.guild_channels.len()),
        ("dm_channels_data", report.dm_channels.len()),
    ] {
        let found = rows(&mut connection, &format!("SELECT COUNT(*) FROM {table}")).await;
        assert_eq!(found, [expected.to_string()], "{table}");
    }
}

#[tokio::test]
async fn gzip_contains_the_plain_file() {
    let report = samples::heavy(1_000);
    let plain = SqliteWriter::default()
        .write(&report, "local", Packing::Plain)
        .await
        .unwrap();
    let packed = SqliteWriter::default()
        .write(&report, "local", Packing::Gzip)
        .await
        .unwrap();
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_end(&mut unpacked)
        .unwrap();
    assert!(unpacked == plain);
}

/// Every column that the documentation lists, as `table.column TYPE NULL`.
fn documented(document: &str) -> Vec<String> {
    let mut table = "";
    let mut columns = Vec::new();
    for line in document.lines() {
        if let Some(heading) = line.strip_prefix('#') {
            table = heading.split('`').nth(1).unwrap_or("");
        }
        let cells: Vec<&str> = line
            .split(" | ")
            .map(|cell| cell.trim_matches(['|', ' ', '`']))
            .collect();
        if let [column, kind @ ("TEXT" | "INTEGER" | "REAL" | "BOOLEAN"), null, meaning] = cells[..] {
            assert!(!meaning.is_empty(), "{table}.{column} is not explained");
            columns.push(format!("'{table}' '{column}' '{kind}' '{null}'"));
        }
    }
    columns.sort();
    columns
}

#[tokio::test]
async fn the_documentation_names_every_column() {
    let mut connection = open(&samples::every_table()).await;
    let columns = "SELECT t.name, c.name, c.type, CASE c.\"notnull\" WHEN 1 THEN 'never' ELSE 'yes' END
        FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'";
    let mut schema = rows(&mut connection, columns).await;
    schema.sort();
    let document = std::fs::read_to_string(here("../docs/sqlite_database_structure.md")).unwrap();
    assert_eq!(documented(&document), schema);
}

#[tokio::test]
async fn every_query_of_the_documentation_finds_rows() {
    let document = std::fs::read_to_string(here("../docs/sqlite_database_structure.md")).unwrap();
    let queries: Vec<&str> = document
        .split("```sql\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .collect();
    assert!(queries.len() > 10, "{} queries", queries.len());
    for layout in LAYOUTS {
        let mut connection = open_as(&samples::every_table(), layout).await;
        for sql in &queries {
            assert!(!rows(&mut connection, sql).await.is_empty(), "no rows for\n{sql}");
        }
    }
}

/// A report whose times take most of the file: a channel with this many hours of messages, and payments with this much text.
fn large(hours: i32, payments: usize) -> Report {
    let mut report = samples::every_table();
    report.message_hours = vec![MessageHours {
        channel_id: "200".into(),
        guild_id: None,
        hours: (0..hours).map(|hour| (Hour(400_008 + hour), 1)).collect(),
    }];
    report.payments = (0..payments)
        .map(|number| PaymentRow {
            payment_id: format!("{number:08}").into(),
            description: "d".repeat(800).into(),
            ..report.payments[0].clone()
        })
        .collect();
    report
}

async fn limited(report: &Report) -> SqliteConnection {
    let mut options = SqliteOptions::default();
    options.max_bytes = 1 << 20;
    let bytes = SqliteWriter::new(options)
        .write(report, "demo", Packing::Plain)
        .await
        .unwrap();
    assert!(bytes.len() <= 1 << 20, "{}", bytes.len());
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let buffer = SqliteOwnedBuf::try_from(bytes.as_slice()).unwrap();
    connection.deserialize(None, buffer, true).await.unwrap();
    connection
}

#[tokio::test]
async fn a_report_that_is_too_large_is_written_with_less_detail_and_says_so() {
    let sent = "SELECT count(*), sum(occurence_count) FROM activity WHERE event_name = 'message_sent'";
    let stated = "SELECT detail FROM package_sections WHERE section = 'activity'";
    let partial = "SELECT package_is_partial FROM package_data";
    for (hours, payments, expected, statement) in [
        (1_000, 10, "1000 1000", None),
        (400_000, 10, "41867 400000", Some("more than three years ago")),
        (400_000, 545, "25077 400000", Some("more than a year ago")),
        (
            400_000,
            580,
            "16667 400000",
            Some("the hours of each day were combined"),
        ),
        (400_000, 700, "549 400000", Some("the days of each month were combined")),
        (400_000, 926, "0 NULL", Some("times were left out")),
        (400_000, 2_000, "0 NULL", Some("statistics were left out")),
    ] {
        let report = large(hours, payments);
        let mut connection = limited(&report).await;
        assert_eq!(rows(&mut connection, sent).await, [expected], "{hours} {payments}");
        let detail = rows(&mut connection, stated).await.concat();
        match statement {
            None => assert!(!detail.contains("too large"), "{detail}"),
            Some(statement) => assert!(detail.contains(statement), "{detail}"),
        }
        let is_partial = rows(&mut connection, partial).await;
        let expected = report.is_partial || expected.starts_with("0 ");
        assert_eq!(is_partial, [i32::from(expected).to_string()]);
        let owner = rows(&mut connection, "SELECT package_owner_id FROM package_data").await;
        assert_eq!(owner, [format!("'{}'", report.owner.id)]);
    }
}
