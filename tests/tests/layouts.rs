//! Whatever is asked of a statistics file, every layout gives the same rows, in the SQLite build that the client uses.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::path::Path;
use std::process::Command;

use dumpus_adapters::report_sqlite::Layout;
use dumpus_ports::conformance::samples;
use dumpus_ports::domain::report::Report;
use dumpus_ports::report::Packing;
use dumpus_tests::{PackageSpec, generate};
use support::engine::{analyse, written_as};

/// Every table, the client's queries and 300 random SELECTs.
fn assert_equal_layouts(report: &Report, name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let files = [Layout::Plain, Layout::Numbers, Layout::Differences].map(|layout| {
        let path = folder.path().join(format!("{layout:?}.sqlite"));
        std::fs::write(&path, written_as(report, Packing::Plain, layout)).unwrap();
        path
    });
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("client");
    let output = Command::new("node")
        .arg("layouts.mjs")
        .args(&files)
        .current_dir(client)
        .output();
    let output = output.unwrap();
    assert!(
        output.status.success(),
        "{name}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn layouts_of_generated_packages_give_the_same_rows() {
    for seed in 0..12 {
        let mut package = std::io::Cursor::new(Vec::new());
        generate(&PackageSpec::random(seed), &mut package).unwrap();
        if let Ok(report) = analyse(package.into_inner(), 2) {
            assert_equal_layouts(&report, &format!("seed {seed}"));
        }
    }
}

#[test]
fn layouts_of_a_heavy_person_give_the_same_rows() {
    assert_equal_layouts(&samples::heavy(10_000), "heavy");
}

#[test]
fn layouts_of_odd_statistics_give_the_same_rows() {
    let mut report = samples::every_table();
    // Sessions that begin in the same second, and counts that are larger than all others.
    report.sessions.push(report.sessions[0].clone());
    let mut elsewhere = report.voice_sessions[0].clone();
    elsewhere.channel_id = "1004".into();
    report.voice_sessions.push(elsewhere);
    report.message_hours[0].hours[0].1 = u32::MAX;
    assert_equal_layouts(&report, "every table");
    report.events.clear();
    report.message_hours.clear();
    assert_equal_layouts(&report, "no activity");
}
