//! Commands that change a package. Each is recorded in the audit log.

use std::error::Error;
use std::io::{self, BufRead as _, IsTerminal as _};

use clap::ArgMatches;
use dumpus_adapters::bootstrap::beside::open_with_queue;
use dumpus_ports::Dumpus;
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::usecase::{Promoted, Retried};

use super::output::{print, say};
use super::package_id;
use crate::config::ServerConfig;

/// What to tell the operator.
type Said = Result<&'static str, Box<dyn Error>>;

const UNKNOWN: &str = "there is no such package";

/// Who has the queue.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Queue {
    /// This process reaches it.
    Here,
    /// The server of embedded mode.
    InServer,
    /// Nobody: the server of embedded mode does not run.
    Nowhere,
}

pub(super) async fn run(name: &str, arguments: &ArgMatches, config: &ServerConfig) -> Result<(), Box<dyn Error>> {
    let package = package_id(arguments)?;
    let (transport, lease) = (&config.source.transport, config.work.lease);
    let instance = open_with_queue(&config.backends, &config.data_dir, transport, lease).await?;
    let dumpus = instance.build()?;
    let queue = if !config.backends.is_embedded() {
        Queue::Here
    } else if dumpus.processes().await?.alive().next().is_some() {
        Queue::InServer
    } else {
        Queue::Nowhere
    };
    let said = match name {
        "retry" => retry(&dumpus, package, queue).await?,
        "upgrade" => upgrade(&dumpus, package, queue).await?,
        _ => end(name, &dumpus, package, arguments.get_flag("yes")).await?,
    };
    say(said)
}

async fn retry(dumpus: &Dumpus, package: PackageId, queue: Queue) -> Said {
    let retried = if queue == Queue::Here {
        dumpus.retry(package).await?
    } else {
        dumpus.order_retry(package).await?
    };
    match (retried, queue) {
        (Retried::Queued, Queue::InServer) => {
            Ok("The running server delivers the package within five seconds, if a worker is free")
        }
        (Retried::Queued, Queue::Nowhere) => Ok(
            "No server of this instance is running: once one is, the next request of the package's owner queues it \
                again, without a delay",
        ),
        (Retried::Queued, Queue::Here) => Ok("The package is delivered as soon as a worker is free"),
        (Retried::InWork, _) => Ok("A worker has the package"),
        (Retried::NotInQueue, _) => Ok("The queue lacks the package: the next request of its owner brings it back"),
        (Retried::Ended, _) => {
            Err("the package has ended, and its link is gone: its owner has to submit it again".into())
        }
        (Retried::Unknown, _) => Err(UNKNOWN.into()),
    }
}

async fn upgrade(dumpus: &Dumpus, package: PackageId, queue: Queue) -> Said {
    let promoted = if queue == Queue::Here {
        dumpus.promote(package).await?
    } else {
        dumpus.order_promotion(package).await?
    };
    match (promoted, queue) {
        (Promoted::Moved, Queue::Here) => Ok("The package is in the premium lane"),
        (Promoted::Moved, Queue::InServer) => Ok("The running server moves the package within five seconds"),
        (Promoted::Moved, Queue::Nowhere) => {
            Ok("No server of this instance is running: the package is moved when one starts")
        }
        (Promoted::AlreadyPremium, _) => Ok("The package is in the premium lane already"),
        (Promoted::Ended, _) => Err("the package has ended: there is nothing to move".into()),
        (Promoted::Unknown, _) => Err(UNKNOWN.into()),
    }
}

/// Cancels or erases a package.
async fn end(name: &str, dumpus: &Dumpus, package: PackageId, is_confirmed: bool) -> Said {
    let is_cancel = name == "cancel";
    let nothing = if is_cancel {
        "there is no unfinished package of this id"
    } else {
        UNKNOWN
    };
    let current = dumpus.life(package).await?.current;
    if !current.is_some_and(|found| !is_cancel || found.run.end.is_none()) {
        return Err(nothing.into());
    }
    if !is_confirmed {
        confirm(name, package)?;
    }
    let (is_done, done) = if is_cancel {
        (dumpus.cancel(package).await?, "Cancelled")
    } else {
        (dumpus.erase(package).await?, "Erased")
    };
    // It may have ended in between.
    if is_done { Ok(done) } else { Err(nothing.into()) }
}

/// Asks at the terminal.
fn confirm(name: &str, package: PackageId) -> Result<(), Box<dyn Error>> {
    if !io::stdin().is_terminal() {
        return Err(format!("add --yes to {name} {package} without being asked").into());
    }
    print(&format!("Really {name} {package}? This cannot be undone. [y/N] "))?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if is_yes(&answer) {
        Ok(())
    } else {
        Err("nothing was done".into())
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(&*answer.trim().to_lowercase(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_counts_in_any_case_and_nothing_else_does() {
        for answer in ["y\n", "Y\n", "yes\n", "YES\n", " Yes \r\n"] {
            assert!(is_yes(answer), "{answer}");
        }
        for answer in ["", "\n", "n\n", "no\n", "yess\n", "ye s\n"] {
            assert!(!is_yes(answer), "{answer}");
        }
    }
}
