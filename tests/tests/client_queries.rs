//! The official client's queries on files of the product, in the SQLite build that the client uses.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use dumpus_adapters::report_sqlite::{Layout, SqliteOptions, SqliteWriter};
use dumpus_ports::conformance::samples;
use dumpus_ports::domain::report::Report;
use dumpus_ports::report::{Packing, ReportWriter as _};

fn client() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("client")
}

async fn ask(report: &Report, packing: Packing) -> Result<serde_json::Value, String> {
    assert!(
        client().join("node_modules/sql.js").is_dir(),
        "sql.js is not installed: run `npm ci` in tests/client"
    );
    let bytes = SqliteWriter::new(SqliteOptions::unlimited(Layout::Compact))
        .write(report, "local", packing)
        .await
        .unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    let output = Command::new("node")
        .arg("queries.mjs")
        .arg(file.path())
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
