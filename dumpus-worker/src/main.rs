//! The worker: takes packages from the queue, or analyses one on disk.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use dumpus_adapters::bootstrap::config::table::Program;
use dumpus_adapters::bootstrap::config::{value_of, with_settings};
use dumpus_adapters::bootstrap::{backends, telemetry};
use dumpus_worker::analyze::{self, AnalyzeArgs};
use dumpus_worker::config::WorkerConfig;
use dumpus_worker::{heartbeat, run};

/// Wrong use or configuration, as clap has it.
const USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    telemetry::disable_core_dumps();
    let matches = command().get_matches();
    if let Some(("analyze", arguments)) = matches.subcommand() {
        return analyze(arguments).await;
    }
    if matches.subcommand_name() == Some("health") {
        return health();
    }
    let config = match WorkerConfig::read(&value_of(&matches), environment()) {
        Ok(config) => config,
        Err(problems) => {
            eprintln!("{problems}");
            return ExitCode::from(USAGE);
        }
    };
    telemetry::init(&config.log);
    for unknown in &config.unknown {
        tracing::warn!("{unknown}");
    }
    match work(&config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let analyze = Command::new("analyze").about("Analyses a package on disk and writes its statistics file");
    let command = Command::new("dumpus-worker")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Takes packages from the queue and analyses them.")
        .subcommand(Command::new("run").about("Takes packages from the queue; the same as no command"))
        .subcommand(Command::new("health").about("Tells whether the worker that runs here goes on with its work"))
        .subcommand(AnalyzeArgs::augment_args(analyze));
    with_settings(command, Program::Both)
}

/// Names of all variables; one that is no text is none of ours.
fn environment() -> impl Iterator<Item = String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())
}

async fn analyze(arguments: &ArgMatches) -> ExitCode {
    let arguments = match AnalyzeArgs::from_arg_matches(arguments) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    match analyze::run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

async fn work(config: &WorkerConfig) -> Result<(), Box<dyn std::error::Error>> {
    let stop = run::stop_signal()?;
    let connected =
        backends::connect_services(&config.services, &config.backends, &config.download, &config.work).await?;
    let process = Arc::new(backends::process(&connected, &config.download, &config.work)?);
    let sweep = backends::sweep(&connected, &config.backends);
    tracing::info!(concurrency = config.work.concurrency, "the worker takes packages");
    run::until_stopped(process, sweep, &config.work, stop).await;
    Ok(())
}

/// Backends that are away are no fault of the worker: it goes on when they return.
fn health() -> ExitCode {
    match heartbeat::check(&std::env::temp_dir()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
