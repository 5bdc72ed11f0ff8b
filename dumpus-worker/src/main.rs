//! The worker: takes packages from the queue, or analyses one on disk.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use tokio::net::TcpListener;

use dumpus_adapters::bootstrap::{DiskWatch, Summary, backends, process, process_info, telemetry};
use dumpus_adapters::cli;
use dumpus_ports::domain::process::Role;
use dumpus_worker::analyze::{self, AnalyzeArgs};
use dumpus_worker::config::{WorkerConfig, all_settings, settings};
use dumpus_worker::health;
use dumpus_worker::run::{self, Shutdown};

#[tokio::main]
async fn main() -> ExitCode {
    let matches = command().get_matches();
    if let Some(("analyze", arguments)) = matches.subcommand() {
        return analyze(arguments).await;
    }
    let is_check = matches.subcommand_name() == Some("health");
    // Whoever asks how a worker is needs no backends.
    let declaration = if is_check { all_settings() } else { settings() };
    let (config, warnings) = match cli::load::<WorkerConfig>(&declaration, &matches) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    if is_check {
        return check_health(&config).await;
    }
    telemetry::init(&config.log);
    config.debug.apply();
    for warning in warnings {
        tracing::warn!("{warning}");
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
        .subcommand(Command::new("health").about("Checks whether the worker on this machine is working"))
        .subcommand(AnalyzeArgs::augment_args(analyze));
    cli::command(command, &settings())
}

async fn analyze(arguments: &ArgMatches) -> ExitCode {
    let arguments = match AnalyzeArgs::from_arg_matches(arguments) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    process::protect_memory();
    match analyze::run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

async fn work(config: &WorkerConfig) -> Result<(), Box<dyn std::error::Error>> {
    let shutdown = Shutdown::on_signals()?;
    let connected = backends::connect_services(&config.backends, &config.source.transport, config.work.lease).await?;
    let info = process_info(
        Role::Worker,
        connected.keys,
        &config.backends,
        &config.source,
        &config.work,
    );
    let versions = connected.versions;
    let dumpus = Arc::new(connected.instance.build()?);
    let process = backends::worker(&dumpus, &config.source, config.zip, config.report, &config.work)?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        let (address, kind) = (config.listen, error.kind());
        format!("cannot listen on {address} (DUMPUS_WORKER_LISTEN): {kind}")
    })?;
    let mut summary = Summary::default();
    summary.line("health", format_args!("http://{}/health", listener.local_addr()?));
    summary.backends(&config.backends, &versions);
    summary.work(&config.source, &config.work);
    tracing::info!("Worker of Dumpus {}{summary}", env!("CARGO_PKG_VERSION"));
    let disks = DiskWatch::new([config.source.spool.folder.clone()]);
    run::until_stopped(dumpus, &process, info, listener, disks, &config.work, &shutdown).await?;
    Ok(())
}

async fn check_health(config: &WorkerConfig) -> ExitCode {
    let listen = config.listen;
    let checked = tokio::task::spawn_blocking(move || health::check(listen)).await;
    match checked.unwrap_or_else(|error| Err(error.to_string())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
