//! The server: configuration, wiring, and the commands of an operator.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use tokio::net::TcpListener;

use dumpus_adapters::bootstrap::backends::open_registry;
use dumpus_adapters::bootstrap::{Summary, telemetry};
use dumpus_adapters::cli;
use dumpus_ports::domain::package::PackageId;
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
            Command::new("status")
                .about("Prints what the instance is doing: backends, workers, lanes, failures of the last hour")
                .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("As JSON")),
        )
        .subcommand(
            Command::new("package")
                .about("Prints where a package is")
                .arg(Arg::new("PACKAGE_ID").required(true).help("32 hexadecimal digits")),
        )
        .subcommand(Command::new("trust-clock").about("Lets packages expire again after the clock has jumped"))
        .subcommand(
            Command::new("upgrade")
                .about("Moves a package to the premium lane")
                .arg(Arg::new("PACKAGE_ID").required(true).help("32 hexadecimal digits")),
        );
    cli::command(command, &settings())
}

async fn execute(matches: &ArgMatches, config: &ServerConfig) -> Result<ExitCode, Box<dyn std::error::Error>> {
    match matches.subcommand() {
        Some(("health", _)) => {
            let listen = config.listen;
            tokio::task::spawn_blocking(move || health::check(listen)).await??;
            Ok(ExitCode::SUCCESS)
        }
        Some(("upgrade", arguments)) => {
            let package = package_id(arguments)?;
            if config.backends.is_embedded() {
                return Err("in embedded mode the running server holds the queue: use its admin route".into());
            }
            let dumpus = wiring::connect(config).await?.instance.build()?;
            if dumpus.upgrade(package).await? {
                println!("{package} is in the premium lane");
                Ok(ExitCode::SUCCESS)
            } else {
                Err("there is no such package".into())
            }
        }
        Some(("status", arguments)) => {
            print!("{}", commands::status(config, arguments.get_flag("json")).await?);
            Ok(ExitCode::SUCCESS)
        }
        Some(("package", arguments)) => {
            print!("{}", commands::package(config, package_id(arguments)?).await?);
            Ok(ExitCode::SUCCESS)
        }
        Some(("trust-clock", _)) => {
            let registry = open_registry(&config.backends, &config.data_dir).await?;
            registry.maintenance.trust_clock().await?;
            println!("What has expired by the clock of the database is erased by the next sweep");
            Ok(ExitCode::SUCCESS)
        }
        _ => serve(config).await,
    }
}

fn summary(config: &ServerConfig) -> Summary {
    let mut summary = Summary::default();
    let backends = &config.backends;
    if backends.is_embedded() {
        summary.line("data", config.data_dir.display());
    }
    summary.backends(backends);
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

fn package_id(arguments: &ArgMatches) -> Result<PackageId, Box<dyn std::error::Error>> {
    let text = arguments.get_one::<String>("PACKAGE_ID").map_or("", String::as_str);
    Ok(text.parse()?)
}

async fn serve(config: &ServerConfig) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let shutdown = dumpus_worker::run::Shutdown::on_signals()?;
    let backends = wiring::connect(config).await?;
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
    tracing::info!(
        "Dumpus {version}, {mode} mode, is at http://{address}{}",
        summary(config)
    );
    run::serve(listener, service, &shutdown).await?;
    Ok(ExitCode::SUCCESS)
}
