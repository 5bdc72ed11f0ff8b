//! `dumpus-server config check` as operators run it.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::fs;
use std::process::{Command, Output};

fn check(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dumpus-server"))
        .args(arguments)
        .args(["config", "check"])
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn words(text: &[u8]) -> Vec<String> {
    let lines = std::str::from_utf8(text).unwrap().lines();
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn effective_settings_are_printed_with_their_origins_and_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "hunter2hunter2hunter2\n").unwrap();
    let file = file.to_str().unwrap();
    let variables = [
        ("DUMPUS_MAX_DOWNLOAD", "1GiB"),
        ("DUMPUS_ADMIN_TOKEN_FILE", file),
        ("DISCORD_BOT_TOKEN", "hunter2"),
        ("DUMPUS_LISTENN", "x"),
    ];
    let output = check(&["--concurrency", "3"], &variables);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let lines = words(&output.stdout);
    for line in [
        "DUMPUS_LISTEN 127.0.0.1:5000 default",
        "DUMPUS_CONCURRENCY 3 option",
        "DUMPUS_MAX_DOWNLOAD 1GiB environment",
        &format!("DUMPUS_ADMIN_TOKEN *** file {file}"),
        "DISCORD_BOT_TOKEN *** environment",
        "POSTGRES_URL (unset) default",
        "DUMPUS_LEASE 1m default",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line} is not in {lines:#?}");
    }
    assert_eq!(
        words(&output.stderr),
        ["Unknown setting DUMPUS_LISTENN; did you mean DUMPUS_LISTEN?"]
    );
    assert!(!lines.concat().contains("hunter2"));
}

#[test]
fn every_problem_is_reported_at_once_and_without_values() {
    let variables = [
        ("DUMPUS_LISTEN", "hunter2"),
        ("DUMPUS_LEASE", "hunter2"),
        ("DUMPUS_ADMIN_TOKEN_FILE", "/nowhere/token"),
        ("DUMPUS_INSTANCE_KEY", "a"),
        ("DUMPUS_INSTANCE_KEY_FILE", "/nowhere/key"),
        ("POSTGRES_URL", "postgres://u:hunter2@db/x"),
    ];
    for arguments in [&["config", "check"][..], &[]] {
        let output = Command::new(env!("CARGO_BIN_EXE_dumpus-server"))
            .args(arguments)
            .env_clear()
            .envs(variables)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let problems = String::from_utf8(output.stderr).unwrap();
        for text in [
            "the configuration has 6 problem(s):",
            "DUMPUS_LISTEN: ",
            "DUMPUS_LEASE: expected a duration of at least 5s",
            "DUMPUS_ADMIN_TOKEN_FILE: there is no file /nowhere/token",
            "DUMPUS_INSTANCE_KEY and DUMPUS_INSTANCE_KEY_FILE are both set",
            "DUMPUS_INSTANCE_KEY: ",
            "POSTGRES_URL must be set together with REDIS_URL",
        ] {
            assert!(problems.contains(text), "{text} is not in {problems}");
        }
        assert!(!problems.contains("hunter2") && !String::from_utf8_lossy(&output.stdout).contains("hunter2"));
    }
}

#[test]
fn secrets_are_not_accepted_as_options() {
    let output = check(&["--admin-token", "hunter2hunter2hunter2"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
}
