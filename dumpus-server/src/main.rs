//! The server: configuration, wiring, and the commands of an operator.

use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command};
use tokio::net::TcpListener;

use dumpus_adapters::bootstrap::config::table::Program;
use dumpus_adapters::bootstrap::config::{value_of, with_settings};
use dumpus_adapters::bootstrap::telemetry;
use dumpus_server::config::ServerConfig;
use dumpus_server::{health, run, wiring};

/// Wrong use or configuration, as clap has it.
const USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    telemetry::disable_core_dumps();
    let matches = command().get_matches();
    let config = match ServerConfig::read(&value_of(&matches), environment()) {
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
    match execute(&matches, &config).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let command = Command::new("dumpus-server")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The HTTP API of Dumpus; without settings a whole instance in one process.")
        .subcommand(Command::new("health").about("Asks the running server whether it is alive"))
        .subcommand(
            Command::new("upgrade")
                .about("Moves a package to the premium lane")
                .arg(Arg::new("PACKAGE_ID").required(true).help("32 hexadecimal digits")),
        );
    with_settings(command, Program::Server)
}

/// Names of all variables; one that is no text is none of ours.
fn environment() -> impl Iterator<Item = String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())
}

async fn execute(matches: &ArgMatches, config: &ServerConfig) -> Result<ExitCode, Box<dyn std::error::Error>> {
    match matches.subcommand() {
        Some(("health", _)) => {
            let listen = config.listen;
            let is_alive = tokio::task::spawn_blocking(move || health::is_alive(listen)).await?;
            Ok(if is_alive { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Some(("upgrade", arguments)) => {
            let package = arguments
                .get_one::<String>("PACKAGE_ID")
                .map_or("", String::as_str)
                .parse()?;
            if config.backends.services.is_none() {
                return Err("in embedded mode the running server holds the queue: use its admin route".into());
            }
            let backends = wiring::backends(config).await?;
            let dumpus = wiring::dumpus(config.download.policy.clone(), &backends, None)?;
            if dumpus.upgrade(package).await? {
                println!("{package} is in the premium lane");
                Ok(ExitCode::SUCCESS)
            } else {
                Err("there is no such package".into())
            }
        }
        _ => serve(config).await,
    }
}

async fn serve(config: &ServerConfig) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let stop = dumpus_worker::run::stop_signal()?;
    let backends = wiring::backends(config).await?;
    let service = wiring::service(config, &backends)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {}", config.listen, error.kind()))?;
    let address = listener.local_addr()?;
    let mode = if config.backends.services.is_some() {
        "server"
    } else {
        "embedded"
    };
    tracing::info!(mode, "Dumpus is at http://{address}");
    run::serve(listener, service, stop).await?;
    Ok(ExitCode::SUCCESS)
}
