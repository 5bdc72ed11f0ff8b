//! The commands of an operator, beside a running instance.

mod act;
mod declaration;
mod instance;
mod on_package;
mod output;
mod package;
mod status;

use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::ArgMatches;
use dumpus_adapters::bootstrap::beside::{Registered, open_registered};
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::time::Millis;

use crate::config::ServerConfig;

pub use declaration::declare;

/// Runs the command that was given, and prints what it has to say. `None` when it is none of an operator's.
///
/// # Errors
/// A sentence for the operator.
pub async fn run(matches: &ArgMatches, config: &ServerConfig) -> Option<Result<(), Box<dyn Error>>> {
    let (name, arguments) = matches.subcommand()?;
    let outcome = match name {
        "status" => status::print(config, arguments.get_flag("json")).await,
        "package" => package::print(config, arguments).await,
        "instance" => instance::print(config).await,
        "audit" => instance::print_audit(config).await,
        "retry" | "upgrade" | "cancel" | "erase" => on_package::run(name, arguments, config).await,
        "pause" | "resume" | "drain" | "trust-clock" => act::run(name, arguments, config).await,
        _ => return None,
    };
    Some(outcome)
}

/// The use cases that need no queue: this process has an empty one.
async fn registered(config: &ServerConfig) -> Result<Registered, Box<dyn Error>> {
    let transport = &config.source.transport;
    Ok(open_registered(&config.backends, &config.data_dir, transport).await?)
}

fn package_id(arguments: &ArgMatches) -> Result<PackageId, Box<dyn Error>> {
    let text = arguments.get_one::<String>("PACKAGE_ID").map_or("", String::as_str);
    Ok(text.parse()?)
}

/// An instant in UTC, to the second.
fn date(at: Millis) -> String {
    let since = Duration::from_millis(u64::try_from(at.0).unwrap_or(0));
    humantime::format_rfc3339_seconds(UNIX_EPOCH.checked_add(since).unwrap_or(SystemTime::UNIX_EPOCH)).to_string()
}

/// A duration in whole seconds, or in milliseconds if it is shorter than ten.
fn length(duration: Duration) -> String {
    let shown = if duration < Duration::from_secs(10) {
        Duration::from_millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    } else {
        Duration::from_secs(duration.as_secs())
    };
    humantime::format_duration(shown).to_string()
}
