//! `dumpus-worker analyze`: files, output and exit codes.
#![expect(clippy::unwrap_used, reason = "a failing setup fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dumpus_tests::{PackageSpec, Truth, generate_in_memory};
use serde_json::Value;
use tempfile::TempDir;

/// A folder that contains a package.
struct Folder {
    folder: TempDir,
    truth: Truth,
}

impl Folder {
    fn new() -> Self {
        Self::with_package_of(400_000)
    }

    /// `size` is in uncompressed bytes.
    fn with_package_of(size: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spec = PackageSpec {
            seed: 3,
            size,
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

/// The worker, which cargo builds beside the tests.
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
fn analysis_of_a_package_gives_a_database_and_a_summary() {
    let folder = Folder::new();
    let output = folder.analyze(&["package.zip", "--out", "stats.sqlite"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let summary = String::from_utf8(output.stdout).unwrap();
    let owner = folder.truth.owner.as_ref().unwrap();
    assert!(
        summary.starts_with(&format!("{} ({})", owner.name, owner.id)),
        "{summary}"
    );
    assert!(
        summary.contains(&format!("messages  {}\n", folder.truth.archive.messages)),
        "{summary}"
    );
    assert_eq!(
        query(&folder.path("stats.sqlite"), "SELECT package_id FROM package_data"),
        "local"
    );
    // Nothing else is left; in particular, nothing was extracted.
    let mut names: Vec<_> = fs::read_dir(folder.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["package.zip", "stats.sqlite"]);
}

#[test]
fn the_json_summary_equals_the_truth() {
    let folder = Folder::new();
    let output = folder.analyze(&["package.zip", "--out", "stats.sqlite.gz", "--gzip", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    let truth = &folder.truth;
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
    let packed = fs::read(folder.path("stats.sqlite.gz")).unwrap();
    assert!(packed.starts_with(&[0x1f, 0x8b]));
    assert_eq!(summary["statistics_bytes"], packed.len());
}

#[test]
fn thirty_two_processes_write_the_same_bytes() {
    // Tables are hashed with another seed in each process.
    let folder = Folder::new();
    let files: Vec<_> = (0..32)
        .map(|number| {
            let threads = if number % 2 == 0 { "1" } else { "2" };
            let output = folder.analyze(&["package.zip", "--out", "stats.sqlite", "--threads", threads]);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            fs::read(folder.path("stats.sqlite")).unwrap()
        })
        .collect();
    assert!(files.iter().all(|file| *file == files[0]));
}

#[test]
fn without_a_terminal_progress_is_printed_as_plain_lines() {
    let folder = Folder::with_package_of(100_000_000);
    let output = folder.analyze(&["package.zip", "--out", "stats.sqlite"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!errors.contains('\u{1b}') && !errors.contains('\r'), "{errors}");
    let percents = errors
        .lines()
        .map(|line| line.split(' ').nth(1).unwrap().parse::<u8>().unwrap());
    let percents: Vec<_> = percents.collect();
    assert!(percents.is_sorted(), "{errors}");
    assert_eq!(percents.last(), Some(&100), "{errors}");
}

#[test]
fn a_package_that_cannot_be_analysed_gives_one_sentence_and_exit_code_one() {
    let folder = Folder::new();
    fs::write(folder.path("broken.zip"), "no archive").unwrap();
    fs::write(folder.path("stats.sqlite"), "as it was").unwrap();
    let output = folder.analyze(&["broken.zip", "--out", "stats.sqlite"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(
        errors.starts_with("the package cannot be analysed: the file is not a readable archive"),
        "{errors}"
    );
    assert_eq!(fs::read_to_string(folder.path("stats.sqlite")).unwrap(), "as it was");
}

#[test]
fn a_usage_error_gives_exit_code_two() {
    let folder = Folder::new();
    for arguments in [
        &["package.zip"][..],
        &["package.zip", "--out"],
        &["missing.zip", "--out", "stats.sqlite"],
        &["package.zip", "--out", "no/such/folder/stats.sqlite"],
        &["package.zip", "--out", "stats.sqlite", "--wrong"],
    ] {
        let output = folder.analyze(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
        assert!(!folder.path("stats.sqlite").exists(), "{arguments:?}");
    }
}
