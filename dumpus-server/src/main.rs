//! The server: configuration, wiring, and the commands of an operator.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{ArgMatches, Command};
use tokio::net::TcpListener;

use dumpus_adapters::bootstrap::{Summary, telemetry};
use dumpus_adapters::cli;
use dumpus_server::config::{ServerConfig, settings};
use dumpus_server::{commands, health, run, wiring};

#[tokio::main]
async fn main() -> ExitCode {
    let matches = command().get_matches();
    let (config, warnings) = match cli::load::<ServerConfig>(&settings(), &matches) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    telemetry::init(&config.log);
    config.debug.apply();
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    match execute(&matches, &config).await {
        Ok(code) => code,
        Err(error) => {
            // Nobody may be there to read it.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let command = Command::new("dumpus-server")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The HTTP API of Dumpus; without settings a whole instance in one process.")
        .subcommand(Command::new("health").about("Asks the running server whether it is alive"));
    let command = commands::declare(command);
    cli::command(command, &settings())
}

async fn execute(matches: &ArgMatches, config: &ServerConfig) -> Result<ExitCode, Box<dyn std::error::Error>> {
    match matches.subcommand() {
        Some(("health", _)) => {
            let listen = config.listen;
            tokio::task::spawn_blocking(move || health::check(listen)).await??;
            Ok(ExitCode::SUCCESS)
        }
        _ => match commands::run(matches, config).await {
            Some(outcome) => outcome.map(|()| ExitCode::SUCCESS),
            None => serve(config).await,
        },
    }
}

fn summary(config: &ServerConfig, versions: &[String]) -> Summary {
    let mut summary = Summary::default();
    let backends = &config.backends;
    if backends.is_embedded() {
        summary.line("data", config.data_dir.display());
    }
    summary.backends(backends, versions);
    if backends.is_embedded() {
        summary.work(&config.source, &config.work);
    }
    let connections = config.connections.total;
    let submissions = match config.submit_rate {
        Some(rate) => format!("{rate}, {} at once", config.submit_burst),
        None => "any number".to_owned(),
    };
    summary.line(
        "clients",
        format_args!(
            "{connections} connections; new packages of each: {submissions}; unfinished ones of all: {}",
            config.max_queue
        ),
    );
    summary.off("admin routes", config.admin_token.is_none());
    summary.off(
        "names of users and guilds",
        config.directories.bot_token.is_none() && config.directories.diswho_url.is_none(),
    );
    summary.off("object store", backends.object_store().is_none());
    summary.off("trusted proxies", config.trusted_proxies.is_empty());
    summary
}

async fn serve(config: &ServerConfig) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let shutdown = dumpus_worker::run::Shutdown::on_signals()?;
    let backends = wiring::connect(config).await?;
    let versions = backends.versions.clone();
    let service = wiring::service(config, backends)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {}", config.listen, error.kind()))?;
    let address = listener.local_addr()?;
    let mode = if config.backends.is_embedded() {
        "embedded"
    } else {
        "server"
    };
    let version = env!("CARGO_PKG_VERSION");
    let announce = || {
        tracing::info!(
            "Dumpus {version}, {mode} mode, is at http://{address}{}",
            summary(config, &versions)
        );
        let is_behind_unknown_proxy = config.public_url.is_none() && config.trusted_proxies.is_empty();
        if is_behind_unknown_proxy && !address.ip().is_loopback() {
            tracing::warn!(
                "The server listens on {address}, and DUMPUS_PUBLIC_URL is not set: behind a proxy with TLS, clients would get \
                 addresses that begin with http://, which browsers block"
            );
        }
    };
    run::serve(listener, service, &shutdown, announce).await?;
    Ok(ExitCode::SUCCESS)
}
