//! Commands that change something. Each is recorded in the audit log.

use std::error::Error;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use clap::ArgMatches;
use dumpus_ports::Dumpus;
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::process::{HEARTBEAT, ProcessId};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::{Drained, Promoted, Retried};

use super::{length, package_id, registered};
use crate::config::ServerConfig;
use crate::wiring;

type Outcome = Result<(), Box<dyn Error>>;

pub(super) async fn run(name: &str, arguments: &ArgMatches, config: &ServerConfig) -> Outcome {
    if matches!(name, "cancel" | "erase") && !arguments.get_flag("yes") {
        confirm(name, package_id(arguments)?)?;
    }
    let is_embedded = config.backends.is_embedded();
    let needs_queue = matches!(name, "retry" | "upgrade" | "cancel" | "erase");
    let instance = if needs_queue && !is_embedded {
        wiring::connect(config).await?.instance
    } else {
        // In embedded mode the running server has the queue.
        registered(config).await?.instance
    };
    let dumpus = instance.build()?;
    match name {
        "retry" => retry(&dumpus, package_id(arguments)?, is_embedded).await,
        "upgrade" => upgrade(&dumpus, package_id(arguments)?, is_embedded).await,
        "cancel" => {
            let is_done = dumpus.cancel(package_id(arguments)?).await?;
            report(is_done, "Cancelled", "there is no unfinished package of this id")
        }
        "erase" => {
            let is_done = dumpus.erase(package_id(arguments)?).await?;
            report(is_done, "Erased", "there is no such package")
        }
        "drain" => drain(&dumpus, arguments).await,
        "trust-clock" => {
            dumpus.trust_clock().await?;
            println!("What has expired by the clock of the database is erased by the next sweep");
            Ok(())
        }
        _ => pause(&dumpus, arguments, name == "pause").await,
    }
}

fn report(is_done: bool, done: &str, not_done: &'static str) -> Outcome {
    if !is_done {
        return Err(not_done.into());
    }
    println!("{done}");
    Ok(())
}

async fn retry(dumpus: &Dumpus, package: PackageId, is_embedded: bool) -> Outcome {
    let retried = if is_embedded {
        dumpus.order_retry(package).await?
    } else {
        dumpus.retry(package).await?
    };
    let text = match retried {
        Retried::Queued if is_embedded => {
            "The running server delivers the package within five seconds, if a worker is free"
        }
        Retried::Queued => "The package is delivered as soon as a worker is free",
        Retried::InWork => "A worker has the package",
        Retried::NotInQueue => "The queue lacks the package: the next request of its owner brings it back",
        Retried::Ended => {
            return Err("the package has ended, and its link is gone: its owner has to submit it again".into());
        }
        Retried::Unknown => return Err("there is no such package".into()),
    };
    println!("{text}");
    Ok(())
}

async fn upgrade(dumpus: &Dumpus, package: PackageId, is_embedded: bool) -> Outcome {
    let promoted = if is_embedded {
        dumpus.order_promotion(package).await?
    } else {
        dumpus.promote(package).await?
    };
    match promoted {
        Promoted::Moved if is_embedded => println!(
            "The running server moves the package within {} seconds",
            HEARTBEAT.as_secs()
        ),
        Promoted::Moved => println!("{package} is in the premium lane"),
        Promoted::AlreadyPremium => println!("{package} is in the premium lane already"),
        Promoted::Ended => return Err("the package has ended: there is nothing to move".into()),
        Promoted::Unknown => return Err("there is no such package".into()),
    }
    Ok(())
}

async fn pause(dumpus: &Dumpus, arguments: &ArgMatches, is_paused: bool) -> Outcome {
    let lane = arguments.get_one::<String>("LANE").map(|lane| lane.parse::<Lane>());
    let lanes = match lane.transpose()? {
        Some(lane) => vec![lane],
        None => Lane::ALL.to_vec(),
    };
    for lane in lanes {
        dumpus.pause(lane, is_paused).await?;
        let state = if is_paused { "paused" } else { "resumed" };
        println!("The {lane} lane is {state} within {} seconds", HEARTBEAT.as_secs());
    }
    Ok(())
}

async fn drain(dumpus: &Dumpus, arguments: &ArgMatches) -> Outcome {
    let id = arguments.get_one::<String>("PROCESS_ID").map_or("", String::as_str);
    let id: ProcessId = id.parse().map_err(|_| "a process id has 12 hexadecimal digits")?;
    let is_drained = !arguments.get_flag("undo");
    match dumpus.drain(id, is_drained).await? {
        Drained::Ordered => {}
        Drained::NoWorker => return Err("this process is a server, which takes no packages".into()),
        Drained::Silent(silence) => {
            let silence = length(silence);
            return Err(format!("nothing has been heard of this process for {silence}: it has probably ended").into());
        }
        Drained::Unknown => {
            return Err("there is no such process, or it has ended; `status` prints those that are there".into());
        }
    }
    let what = if is_drained {
        "takes no more packages"
    } else {
        "takes packages"
    };
    println!("{id} {what} within {} seconds", HEARTBEAT.as_secs());
    Ok(())
}

/// Asks at the terminal.
fn confirm(name: &str, package: PackageId) -> Outcome {
    if !io::stdin().is_terminal() {
        return Err(format!("add --yes to {name} {package} without being asked").into());
    }
    print!("Really {name} {package}? This cannot be undone. [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err("nothing was done".into())
    }
}
