//! `dumpus-worker config check` as operators run it.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::fs;
use std::process::{Command, Output};

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dumpus-worker"))
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn a_worker_needs_the_services_that_it_shares_with_a_server() {
    for arguments in [&["config", "check"][..], &["run"], &[]] {
        let output = run(arguments, &[("DUMPUS_CONCURENCY", "2")]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            "the configuration has 3 problem(s):\n  POSTGRES_URL is required\n  REDIS_URL is required\n  \
             Unknown setting DUMPUS_CONCURENCY; did you mean DUMPUS_CONCURRENCY?\n"
        );
    }
}

#[test]
fn secrets_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    fs::write(&file, "postgres://u:hunter2@db/x\n").unwrap();
    let variables = [
        ("POSTGRES_URL_FILE", file.to_str().unwrap()),
        ("REDIS_URL", "redis://:hunter2@cache"),
        ("DUMPUS_LANES", "premium"),
    ];
    let output = run(&["config", "check"], &variables);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let table = String::from_utf8(output.stdout).unwrap();
    let line = |name: &str| {
        let line = table
            .lines()
            .find(|line| line.split_whitespace().next() == Some(name))
            .unwrap();
        line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("POSTGRES_URL"), format!("*** file {}", file.display()));
    assert_eq!(line("REDIS_URL"), "*** environment");
    assert_eq!(line("DUMPUS_LANES"), "premium environment");
    assert_eq!(line("DUMPUS_MAX_DOWNLOAD"), "20GiB default");
    assert!(
        !table.contains("hunter2") && !table.contains("DUMPUS_LISTEN"),
        "{table}"
    );
}

#[test]
fn help_lists_the_worker_s_settings_only() {
    let help = String::from_utf8(run(&["--help"], &[]).stdout).unwrap();
    assert!(
        help.contains("[env: DUMPUS_CONCURRENCY]") && help.contains("REDIS_URL"),
        "{help}"
    );
    assert!(!help.contains("DUMPUS_LISTEN"), "{help}");
}
