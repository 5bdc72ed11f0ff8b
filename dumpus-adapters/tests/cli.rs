//! Settings of a made-up program: where values come from, and what is said when they are wrong.
#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::collections::BTreeMap;
use std::fs;

use clap::{Args, Command, ValueEnum};

use dumpus_adapters::cli::{self, Configuration, values};

#[derive(Args, Debug)]
#[command(next_help_heading = "Things")]
struct Settings {
    /// Where to listen.
    #[arg(long, env = "DUMPUS_PORT", value_name = "PORT", default_value_t = 5000)]
    port: u16,
    /// Numbers.
    #[arg(long, env = "DUMPUS_NUMBERS", value_delimiter = ',')]
    numbers: Vec<u8>,
    /// Color.
    #[arg(long, env = "DUMPUS_COLOR", default_value = "red")]
    color: Color,
    /// The first half.
    #[arg(long, env = "LEFT", hide_env_values = true, requires = "right")]
    left: Option<String>,
    /// The second half.
    #[arg(long, env = "RIGHT", hide_env_values = true, value_parser = values::address, requires = "left")]
    right: Option<String>,
    /// A token.
    #[arg(long, env = "DUMPUS_TOKEN", hide_env_values = true, required = true)]
    token: String,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Color {
    Red,
    Green,
}

fn declaration() -> Command {
    Settings::augment_args(Command::new("program"))
}

fn configuration(arguments: &[&str], variables: &[(&str, &str)]) -> Configuration {
    let command = cli::command(Command::new("program"), &declaration());
    let matches = command
        .try_get_matches_from([&["program"], arguments].concat())
        .unwrap();
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Configuration::new(&declaration(), &matches, &variables.collect::<BTreeMap<_, _>>())
}

fn problems(arguments: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
    configuration(arguments, variables).parse::<Settings>().unwrap_err().0
}

#[test]
fn options_win_over_the_environment_and_the_environment_over_defaults() {
    let variables = [
        ("DUMPUS_TOKEN", "t"),
        ("DUMPUS_PORT", "1"),
        ("DUMPUS_NUMBERS", "1, 2,,3 "),
    ];
    let settings: Settings = configuration(&["--port", "2"], &variables).parse().unwrap();
    assert_eq!((settings.port, settings.color, &*settings.token), (2, Color::Red, "t"));
    assert_eq!(settings.numbers, [1, 2, 3]);
    assert_eq!((settings.left, settings.right), (None, None));
}

#[test]
fn an_empty_value_counts_as_unset() {
    let variables = [
        ("DUMPUS_TOKEN", "t"),
        ("DUMPUS_PORT", " "),
        ("DUMPUS_NUMBERS", ","),
        ("LEFT", ""),
        ("RIGHT_FILE", ""),
    ];
    let settings: Settings = configuration(&[], &variables).parse().unwrap();
    assert_eq!(settings.port, 5000);
    assert!(settings.numbers.is_empty());
}

#[test]
fn a_secret_is_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "hunter2\n").unwrap();
    let configuration = configuration(&[], &[("DUMPUS_TOKEN_FILE", path.to_str().unwrap())]);
    assert_eq!(configuration.parse::<Settings>().unwrap().token, "hunter2");
    let table = configuration.to_string();
    assert!(table.contains(&format!("***      file {}", path.display())), "{table}");
}

#[test]
fn a_file_of_a_secret_has_to_be_readable_and_the_only_source() {
    let folder = tempfile::tempdir().unwrap();
    let (absent, empty) = (folder.path().join("absent"), folder.path().join("empty"));
    fs::write(&empty, " \n").unwrap();
    let (absent, empty) = (absent.to_str().unwrap(), empty.to_str().unwrap());
    let variables = [
        ("DUMPUS_TOKEN", "hunter2"),
        ("DUMPUS_TOKEN_FILE", empty),
        ("LEFT_FILE", absent),
        ("RIGHT_FILE", empty),
    ];
    assert_eq!(
        problems(&[], &variables),
        [
            format!("LEFT_FILE: there is no file {absent}"),
            format!("RIGHT_FILE: {empty} is empty"),
            "DUMPUS_TOKEN and DUMPUS_TOKEN_FILE are both set".to_owned(),
        ]
    );
}

#[test]
fn every_problem_is_reported_without_values() {
    let variables = [
        ("DUMPUS_PORT", "hunter2"),
        ("DUMPUS_NUMBERS", "1,hunter2"),
        ("DUMPUS_COLOR", "hunter2"),
        ("RIGHT", "hunter2"),
        ("DUMPUS_TOKENN", "hunter2"),
        ("DUMPUS_WHATEVER", "hunter2"),
        ("DUMPUS_TEST_URL", "hunter2"),
        ("HOME", "hunter2"),
    ];
    assert_eq!(
        problems(&[], &variables),
        [
            "DUMPUS_PORT: invalid digit found in string",
            "DUMPUS_NUMBERS: invalid digit found in string",
            "DUMPUS_COLOR: expected red or green",
            "RIGHT: expected an address such as https://host.example.org",
            "DUMPUS_TOKEN is required",
            "RIGHT must be set together with LEFT",
            "Unknown setting DUMPUS_TOKENN; did you mean DUMPUS_TOKEN?",
            "Unknown setting DUMPUS_WHATEVER: program does not read it",
        ]
    );
}

#[test]
fn effective_settings_are_listed_with_their_origins() {
    let variables = [
        ("DUMPUS_TOKEN", "hunter2"),
        ("DUMPUS_COLOR", "green"),
        ("RIGHT", "hunter2"),
    ];
    let table = configuration(&["--port=7"], &variables).to_string();
    assert_eq!(
        table,
        "DUMPUS_PORT     7          option\n\
         DUMPUS_NUMBERS  (unset)    default\n\
         DUMPUS_COLOR    green      environment\n\
         LEFT            (unset)    default\n\
         RIGHT           (invalid)  environment\n\
         DUMPUS_TOKEN    ***        environment\n"
    );
}

#[test]
fn help_lists_secrets_that_are_no_options() {
    let mut command = cli::command(Command::new("program"), &declaration());
    command.clone().debug_assert();
    let help = command.render_long_help().to_string();
    for text in [
        "Things:",
        "--port <PORT>",
        "[env: DUMPUS_PORT]",
        "[default: 5000]",
        "  DUMPUS_TOKEN\n          A token",
    ] {
        assert!(help.contains(text), "{text} is not in {help}");
    }
    assert!(!help.contains("--token"), "{help}");
    assert!(command.try_get_matches_from(["program", "--token", "hunter2"]).is_err());
}
