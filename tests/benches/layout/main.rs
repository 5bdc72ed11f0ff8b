//! Compares the layouts of the statistics file: `cargo bench -p dumpus-tests --bench layout [-- light typical heavy extreme]`.
//! With `browser`, opens the files of those people in headless Chromium as the official client does.
//!
//! For each person and layout, prints the size, what the official client keeps of it and how long it compresses, the time of
//! all of its queries in the SQLite that it uses, and the time to write the file. Fails if any row differs between layouts.
#![expect(clippy::unwrap_used, reason = "a failing setup fails the run")]

mod person;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use dumpus_adapters::report_sqlite::{Layout, SqliteOptions, SqliteWriter};
use dumpus_ports::domain::report::Report;
use dumpus_ports::report::{Packing, ReportWriter as _};
use serde_json::Value;

use self::person::{PEOPLE, Person, report};

/// Characters that the official client can keep.
const STORAGE: f64 = 5_242_880.0;

/// Runs of writing; the fastest counts.
const RUNS: usize = 5;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let names: Vec<_> = arguments.iter().filter(|argument| *argument != "browser").collect();
    let is_wanted = |person: &Person| match &*names {
        [] => person.rows <= 500_000,
        names => names.iter().any(|name| *name == person.name),
    };
    if arguments.len() > names.len() {
        let is_open = PEOPLE
            .into_iter()
            .filter(is_wanted)
            .all(|person| open_in_browser(&report(person), person.name));
        return if is_open { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    println!("| Person | Layout | SQLite | gzip | Characters | Storage | Compression | Queries | Random | Written |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut is_equal = true;
    for person in PEOPLE.into_iter().filter(is_wanted) {
        is_equal &= compare(person);
    }
    if is_equal { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints a row for each layout; whether all give the same rows.
fn compare(person: Person) -> bool {
    let report = report(person);
    let folder = tempfile::tempdir().unwrap();
    let layouts = [Layout::Plain, Layout::Numbers, Layout::Differences, Layout::Compact];
    let written: Vec<(PathBuf, Duration)> = layouts
        .into_iter()
        .map(|layout| {
            let path = folder.path().join(format!("{}-{layout:?}.sqlite", person.name));
            let time = write(&report, layout, &path);
            (path, time)
        })
        .collect();
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("client");
    let output = Command::new("node")
        .args(["--max-old-space-size=8192", "layouts.mjs", "--measure"])
        .args(written.iter().map(|(path, _)| path))
        .current_dir(client)
        .output()
        .unwrap();
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    for ((line, (_, time)), layout) in lines.lines().zip(&written).zip(layouts) {
        let measured: Value = serde_json::from_str(line).unwrap();
        print_row(person, layout, &measured, *time);
    }
    output.status.success()
}

/// Prints what happens in the browser, for today's plain tables too; whether the compact file could be kept.
fn open_in_browser(report: &Report, name: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let is_kept = [Layout::Plain, Layout::Compact].map(|layout| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let writer = SqliteWriter::new(SqliteOptions::unlimited(layout));
        let file = runtime.block_on(writer.write(report, "bench", Packing::Gzip)).unwrap();
        let path = folder.path().join(format!("{name}-{layout:?}.sqlite.gz"));
        std::fs::write(&path, file).unwrap();
        let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("client");
        let status = Command::new("node")
            .arg("browser.mjs")
            .arg(&path)
            .current_dir(client)
            .status();
        status.unwrap().success()
    });
    is_kept[1]
}

fn write(report: &Report, layout: Layout, path: &Path) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let writer = SqliteWriter::new(match layout {
        Layout::Compact => SqliteOptions::default(),
        layout => SqliteOptions::unlimited(layout),
    });
    let run = || {
        let start = Instant::now();
        // With packing, as servers write it.
        runtime.block_on(writer.write(report, "bench", Packing::Gzip)).unwrap();
        start.elapsed()
    };
    let fastest = (0..RUNS).map(|_| run()).min().unwrap_or_default();
    let file = runtime.block_on(writer.write(report, "bench", Packing::Plain)).unwrap();
    std::fs::write(path, file).unwrap();
    fastest
}

fn print_row(person: Person, layout: Layout, measured: &Value, written: Duration) {
    let number = |key: &str| measured[key].as_f64().unwrap_or(0.0);
    println!(
        "| {} | {layout:?} | {:.2} MB | {:.2} MB | {:.0} k | {:.1} % | {:.1} s | {:.2} s | {:.1} s | {:.2} s |",
        person.name,
        number("bytes") / 1e6,
        number("gzip") / 1e6,
        number("characters") / 1e3,
        number("characters") / STORAGE * 100.0,
        number("compression_ms") / 1e3,
        number("client_ms") / 1e3,
        number("random_ms") / 1e3,
        written.as_secs_f64(),
    );
    for key in ["slow", "slow_random"] {
        for query in measured[key].as_array().into_iter().flatten() {
            eprintln!("{} {layout:?} {key}: {}", person.name, query.as_str().unwrap_or(""));
        }
    }
}
