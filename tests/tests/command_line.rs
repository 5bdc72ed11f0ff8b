//! `dumpus-worker analyze` as people use it: files, output and exit codes.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dumpus_tests::{PackageSpec, Truth, generate_in_memory};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a package in it.
struct Place {
    folder: TempDir,
    truth: Truth,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spec = PackageSpec {
            seed: 3,
            size: 400_000,
            ..PackageSpec::default()
        };
        let (package, truth) = generate_in_memory(&spec);
        fs::write(folder.path().join("package.zip"), package).unwrap();
        Self { folder, truth }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `analyze` in the folder.
    fn analyze(&self, arguments: &[&str]) -> Output {
        Command::new(program())
            .arg("analyze")
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }
}

/// The worker that was built with these tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.ancestors().nth(2).unwrap().join("dumpus-worker");
    assert!(program.exists(), "build the programs first: cargo build --workspace");
    program
}

fn query(database: &Path, sql: &str) -> String {
    let script = "import sqlite3,sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])";
    let output = Command::new("python3")
        .args(["-c", script])
        .arg(database)
        .arg(sql)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_package_becomes_a_database_and_a_summary() {
    let place = Place::new();
    let output = place.analyze(&["package.zip", "--out", "stats.sqlite"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let summary = String::from_utf8(output.stdout).unwrap();
    let owner = place.truth.owner.as_ref().unwrap();
    assert!(
        summary.starts_with(&format!("{} ({})", owner.name, owner.id)),
        "{summary}"
    );
    assert!(
        summary.contains(&format!("messages  {}\n", place.truth.archive.messages)),
        "{summary}"
    );
    assert_eq!(
        query(&place.path("stats.sqlite"), "SELECT package_id FROM package_data"),
        "local"
    );
    // Nothing else is left, and nothing of the archive was unpacked.
    let mut names: Vec<_> = fs::read_dir(place.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["package.zip", "stats.sqlite"]);
}

#[test]
fn the_summary_as_json_equals_the_truth() {
    let place = Place::new();
    let output = place.analyze(&["package.zip", "--out", "stats.sqlite.gz", "--gzip", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    let truth = &place.truth;
    let minutes = |rows: &mut dyn Iterator<Item = i64>| rows.sum::<i64>();
    assert_eq!(summary["owner"]["id"], truth.owner.as_ref().unwrap().id.as_str());
    assert_eq!(summary["messages"], truth.archive.messages);
    assert_eq!(summary["channels"]["direct"], truth.dm_channels_data.len());
    assert_eq!(summary["channels"]["server"], truth.guild_channels_data.len());
    assert_eq!(summary["servers"], truth.guilds.len());
    let voice = minutes(&mut truth.voice_sessions.iter().map(|row| row.duration_mins));
    assert_eq!(summary["voice_minutes"], voice);
    let sessions = minutes(&mut truth.sessions.iter().map(|row| row.duration_mins));
    assert_eq!(summary["session_minutes"], sessions);
    assert_eq!(
        summary["first_day"],
        truth.activity.iter().map(|row| row.day.as_str()).min().unwrap()
    );
    assert_eq!(
        summary["last_day"],
        truth.activity.iter().map(|row| row.day.as_str()).max().unwrap()
    );
    let spent: i64 = summary["spent"]
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_i64)
        .sum();
    assert_eq!(spent, truth.payments.iter().map(|row| row.payment_amount).sum::<i64>());
    let packed = fs::read(place.path("stats.sqlite.gz")).unwrap();
    assert!(packed.starts_with(&[0x1f, 0x8b]));
    assert_eq!(summary["statistics_bytes"], packed.len());
}

#[test]
fn where_no_terminal_is_progress_comes_in_plain_lines() {
    let place = Place::new();
    let output = place.analyze(&["package.zip", "--out", "stats.sqlite"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!told.contains('\u{1b}') && !told.contains('\r'), "{told}");
}

#[test]
fn a_package_that_cannot_be_analysed_is_one_sentence_and_exit_code_one() {
    let place = Place::new();
    fs::write(place.path("broken.zip"), "no archive").unwrap();
    fs::write(place.path("stats.sqlite"), "as it was").unwrap();
    let output = place.analyze(&["broken.zip", "--out", "stats.sqlite"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(
        told.starts_with("the package cannot be analysed: the file is not a readable archive"),
        "{told}"
    );
    assert_eq!(fs::read_to_string(place.path("stats.sqlite")).unwrap(), "as it was");
}

#[test]
fn wrong_use_is_exit_code_two() {
    let place = Place::new();
    for arguments in [
        &["package.zip"][..],
        &["package.zip", "--out"],
        &["missing.zip", "--out", "stats.sqlite"],
        &["package.zip", "--out", "no/such/folder/stats.sqlite"],
        &["package.zip", "--out", "stats.sqlite", "--wrong"],
    ] {
        let output = place.analyze(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
        assert!(!place.path("stats.sqlite").exists(), "{arguments:?}");
    }
}
