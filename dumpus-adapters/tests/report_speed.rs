//! Figures of the statistics file: `cargo test --release -p dumpus-adapters --features sqlite --test report_speed -- --ignored --nocapture`.
//!
//! `REPORT_ROWS` is the number of activity rows; `REPORT_FILE` names a file to write the result to.

#![cfg(feature = "sqlite")]

use std::env;
use std::time::{Duration, Instant};

use dumpus_adapters::report_sqlite::SqliteWriter;
use dumpus_ports::conformance::samples;
use dumpus_ports::report::{Packing, ReportWriter as _};

const ROWS: usize = 500_000;
const LIMIT: Duration = Duration::from_millis(2_500);

#[tokio::test]
#[ignore = "a figure of release builds"]
async fn half_a_million_rows_are_written_in_time() {
    let rows = env::var("REPORT_ROWS").map_or(ROWS, |text| text.parse().unwrap());
    let report = samples::heavy(rows);
    let start = Instant::now();
    let plain = SqliteWriter.write(&report, "local", Packing::Plain).await.unwrap();
    let took = start.elapsed();
    let start = Instant::now();
    let packed = SqliteWriter.write(&report, "local", Packing::Gzip).await.unwrap();
    println!(
        "{rows} rows: {took:?}, {} bytes; packed {:?}, {} bytes",
        plain.len(),
        start.elapsed(),
        packed.len()
    );
    if let Some(path) = env::var_os("REPORT_FILE") {
        std::fs::write(path, plain).unwrap();
    }
    assert!(rows > ROWS || took <= LIMIT, "{rows} rows took {took:?}");
}
