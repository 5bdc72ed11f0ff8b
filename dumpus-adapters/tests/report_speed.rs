//! Measurements of the statistics file: `cargo test --release -p dumpus-adapters --features sqlite --test report_speed -- --ignored --nocapture`.
//!
//! `REPORT_ROWS` is the number of activity rows; `REPORT_FILE` is a file to write the result to.

#![cfg(feature = "sqlite")]

use std::env;
use std::time::{Duration, Instant};

use dumpus_adapters::report_sqlite::SqliteWriter;
use dumpus_ports::conformance::samples;
use dumpus_ports::report::{Packing, ReportWriter as _};

const ROWS: usize = 500_000;
const LIMIT: Duration = Duration::from_millis(2_500);

#[tokio::test]
#[ignore = "a measurement for release builds"]
async fn half_a_million_rows_are_written_in_time() {
    let rows = env::var("REPORT_ROWS").map_or(ROWS, |text| text.parse().unwrap());
    let report = samples::heavy(rows);
    let before = peak_memory_from_now();
    let (start, busy) = (Instant::now(), processor_time());
    let plain = SqliteWriter::default()
        .write(&report, "local", Packing::Plain)
        .await
        .unwrap();
    let (took, busy) = (start.elapsed(), processor_time().saturating_sub(busy));
    let kilobytes = resident("VmHWM").saturating_sub(before);
    let start = Instant::now();
    let packed = SqliteWriter::default()
        .write(&report, "local", Packing::Gzip)
        .await
        .unwrap();
    println!(
        "{rows} rows: {took:?} ({busy:?} of processor), {} bytes, {kilobytes} kB of memory; packed {:?}, {} bytes",
        plain.len(),
        start.elapsed(),
        packed.len()
    );
    if let Some(path) = env::var_os("REPORT_FILE") {
        std::fs::write(path, plain).unwrap();
    }
    // Processor time, so that the load of the machine does not matter.
    assert!(rows > ROWS || busy <= LIMIT, "{rows} rows took {busy:?}");
}

/// Processor time of all threads so far, in steps of 10 ms (Linux).
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may contain spaces; user and system time are the 12th and 13th field after it.
    let fields = stat.rsplit(')').next().unwrap_or("").split_whitespace();
    let ticks: u64 = fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Resets the peak (Linux), and returns the memory in use, in kB.
fn peak_memory_from_now() -> u64 {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    resident("VmRSS")
}

fn resident(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|rest| rest.trim_matches([':', ' ', '\t', 'k', 'B']).parse().ok())
        .unwrap_or(0)
}
