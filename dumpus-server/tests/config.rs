//! The server's settings: defaults, and everything that can be wrong with them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args as _, Command};

use dumpus_adapters::archive_zip::ZipOptions;
use dumpus_adapters::cli::{self, ConfigErrors, Configuration};
use dumpus_server::config::{ServerConfig, settings};
use dumpus_worker::config::WorkerConfig;

fn read(values: &[(&str, &str)]) -> Result<ServerConfig, ConfigErrors> {
    let options = cli::command(Command::new("dumpus-server"), &settings()).get_matches_from(["dumpus-server"]);
    let variables = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Configuration::new(&settings(), &options, &variables.collect::<BTreeMap<_, _>>()).parse()
}

#[test]
fn without_settings_it_is_an_embedded_instance() {
    let config = read(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:5000");
    assert!(config.backends.is_embedded() && config.backends.object_store().is_none());
    assert_eq!(config.data_dir, PathBuf::from("data"));
    assert!(config.submit_rate.is_some());
    assert!(read(&[("DUMPUS_SUBMIT_RATE", "off")]).unwrap().submit_rate.is_none());
    assert_eq!(config.zip, ZipOptions::default());
}

#[test]
fn all_problems_are_reported_at_once_with_unknown_settings_and_without_values() {
    let problems = read(&[
        ("DUMPUS_LISTEN", "hunter2"),
        ("DUMPUS_PUBLIC_URL", "hunter2"),
        ("DUMPUS_ADMIN_TOKEN", "hunter2"),
        ("DUMPUS_SUBMIT_RATE", "hunter2"),
        ("DUMPUS_TRUSTED_PROXIES", "hunter2"),
        ("DUMPUS_CORS_ORIGINS", "hunter2/x"),
        ("DISWHO_BASE_URL", "https://diswho.example"),
        ("POSTGRES_URL", "mysql://hunter2"),
        ("DUMPUS_INSTANCE_KEY", "hunter2"),
        ("DUMPUS_LANES", "premium,hunter2"),
        ("DUMPUS_MAX_DOWNLOAD", "hunter2"),
        ("DUMPUS_S3_BUCKET", "hunter2"),
        ("DUMPUS_RETENTION_DAYS", "-1"),
        ("DL_ZIP_WHITELISTED_DOMAINS", "ftp://hunter2"),
        ("DUMPUS_LOG_FORMAT", "hunter2"),
        ("DUMPUS_CONCURENCY", "2"),
    ])
    .unwrap_err();
    assert_eq!(problems.0.len(), 17, "{problems}");
    let text = problems.to_string();
    assert!(text.contains("did you mean DUMPUS_CONCURRENCY?"), "{text}");
    assert!(
        text.contains("DISWHO_BASE_URL must be set together with DISWHO_JWT_SECRET"),
        "{text}"
    );
    assert!(
        text.contains("POSTGRES_URL must be set together with REDIS_URL"),
        "{text}"
    );
    assert!(
        text.contains("DUMPUS_S3_BUCKET must be set together with DUMPUS_S3_ACCESS_KEY and DUMPUS_S3_SECRET_KEY"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn secrets_are_not_in_the_debug_output() {
    let config = read(&[
        ("DUMPUS_ADMIN_TOKEN", "hunter2hunter2hunter2"),
        ("DISCORD_BOT_TOKEN", "hunter2"),
        ("POSTGRES_URL", "postgres://u:hunter2@db/x"),
        ("REDIS_URL", "redis://:hunter2@cache"),
    ])
    .unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn no_program_takes_a_setting_of_the_other_one_for_a_typing_error() {
    let worker = WorkerConfig::augment_args(Command::new("dumpus-worker"));
    let declarations = [settings(), worker];
    let named = |declaration: &Command| {
        let arguments = declaration.get_arguments().map(|arg| {
            let name = arg.get_env().unwrap_or_default().to_str().unwrap().to_owned();
            let file = arg.is_hide_env_values_set().then(|| format!("{name}_FILE"));
            [name].into_iter().chain(file).collect::<Vec<_>>()
        });
        arguments
            .flatten()
            .map(|name| (name, String::new()))
            .collect::<Vec<_>>()
    };
    let shared: BTreeMap<_, _> = declarations.iter().flat_map(named).collect();
    for declaration in &declarations {
        let program = cli::command(Command::new("program"), declaration);
        let options = program.get_matches_from(["program"]);
        let configuration = Configuration::new(declaration, &options, &shared);
        assert_eq!(configuration.warnings, [""; 0]);
    }
}
