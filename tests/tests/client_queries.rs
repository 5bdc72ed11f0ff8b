//! The official client's queries on files of the product, in the SQLite build that the client uses.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use dumpus_adapters::report_sqlite::{Layout, SqliteOptions, SqliteWriter};
use dumpus_ports::conformance::samples;
use dumpus_ports::domain::report::Report;
use dumpus_ports::report::{Packing, ReportWriter as _};
use dumpus_server::demo::Demo;

fn client() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("client")
}

async fn ask(report: &Report, packing: Packing) -> Result<serde_json::Value, String> {
    let bytes = SqliteWriter::new(SqliteOptions::unlimited(Layout::Compact))
        .write(report, "local", packing)
        .await
        .unwrap();
    ask_file(&bytes, None)
}

/// Asks about all days of the file or, as the client does when its user has chosen a range, about the last ones only.
fn ask_file(bytes: &[u8], last_days: Option<u32>) -> Result<serde_json::Value, String> {
    assert!(
        client().join("node_modules/sql.js").is_dir(),
        "sql.js is not installed: run `npm ci` in tests/client"
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let output = Command::new("node")
        .arg("queries.mjs")
        .arg(file.path())
        .args(last_days.map(|days| days.to_string()))
        .current_dir(client())
        .output()
        .expect("Node.js is needed: install version 20 or newer, then run `npm ci` in tests/client");
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[tokio::test]
async fn a_file_with_a_row_in_every_table_satisfies_the_client() {
    for packing in [Packing::Plain, Packing::Gzip] {
        let result = ask(&samples::every_table(), packing).await.unwrap();
        let answers = &result["answers"];
        assert_eq!(answers["owner"][0]["package_id"], "local");
        assert_eq!(answers["time range"][0]["first"], "2015-05-13");
        assert_eq!(answers["top DMs"][0]["message_count"], 5);
        assert_eq!(answers["top guilds"][0]["message_count"], 11);
        assert_eq!(answers["sessions in range"][0]["count"], 1);
    }
}

#[tokio::test]
async fn a_heavy_file_satisfies_the_client() {
    let result = ask(&samples::heavy(20_000), Packing::Gzip).await.unwrap();
    assert_eq!(result["rows"]["activity"], 20_000);
}

#[tokio::test]
async fn a_file_without_activity_satisfies_the_client() {
    let result = ask(&samples::heavy(0), Packing::Gzip).await.unwrap();
    assert_eq!(result["rows"]["activity"], 0);
}

#[tokio::test]
async fn a_violated_rule_is_detected() {
    let mut report = samples::every_table();
    report.sessions[0].ended = report.sessions[0].started;
    report.dm_channels[0].sentiment = 10_001;
    let complaints = ask(&report, Packing::Plain).await.unwrap_err();
    assert!(complaints.contains("ends come after starts"), "{complaints}");
    assert!(complaints.contains("within -1 to 1"), "{complaints}");
}

/// Numbers of which the client shows nothing if they are 0.
const COUNTED: [&str; 6] = ["amount", "count", "mean", "message_count", "minutes", "sentiment_score"];

/// What the client cannot show: queries without a row, columns without a value in any row or in some, and numbers that are 0
/// although the query asks for nothing else.
fn missing(answers: &serde_json::Value) -> BTreeSet<String> {
    let mut missing = BTreeSet::new();
    for (query, rows) in answers.as_object().unwrap() {
        let rows = rows.as_array().unwrap();
        let Some(first) = rows.first() else {
            missing.insert(format!("{query}: no row"));
            continue;
        };
        for column in first.as_object().unwrap().keys() {
            let is_only_number = rows.len() == 1 && COUNTED.contains(&column.as_str());
            let is_missing = |row: &&serde_json::Value| row[column].is_null() || (is_only_number && row[column] == 0);
            let number = rows.iter().filter(is_missing).count();
            if number == rows.len() {
                missing.insert(format!("{query}: {column}"));
            } else if number > 0 {
                missing.insert(format!("{query}: {column} in {number}"));
            }
        }
    }
    missing
}

#[tokio::test]
async fn the_demo_fills_every_screen_of_the_client_in_every_range() {
    let demo = Demo::new(Arc::new(SqliteWriter::default())).file().await.unwrap();
    let unavoidable = BTreeSet::from(
        [
            // Nobody in the demo has an avatar: the address of an invented one would be a broken picture.
            "owner: package_owner_avatar_url",
            "top DMs: user_avatar_url",
            "a DM's person: user_avatar_url",
            "a guild's bots: user_avatar_url",
            // Calls in conversations belong to no guild.
            "voice by guild: guild_id in 1",
            "voice by guild: guild_name in 1",
            // There is nothing to count in the account.
            "what was read: detail in 1",
        ]
        .map(String::from),
    );
    for last_days in [None, Some(365), Some(182), Some(28)] {
        let result = ask_file(&demo, last_days).unwrap();
        let answers = &result["answers"];
        let mut missing = missing(answers);
        if last_days.is_some() {
            // The guild with the most messages may have been joined earlier. The client shows 0.
            missing.remove("a guild's joins: count");
        }
        assert_eq!(missing, unavoidable, "{last_days:?}");
        assert_eq!(answers["owner"][0]["package_id"], "demo");
        for list in ["top DMs", "top channels", "top guilds"] {
            let rows = answers[list].as_array().unwrap().len();
            assert!(rows >= 10, "{rows} {list} in {last_days:?}");
        }
    }
}

#[test]
fn what_the_client_cannot_show_is_found() {
    let answers = serde_json::json!({
        "full": [{"count": 1, "name": "a"}],
        "no rows": [],
        "zero": [{"count": 0}],
        "zeros among others": [{"count": 0}, {"count": 2}],
        "half": [{"name": null}, {"name": "b"}],
    });
    let expected = ["half: name in 1", "no rows: no row", "zero: count"];
    assert_eq!(missing(&answers), BTreeSet::from(expected.map(String::from)));
}
