//! Commands that change lanes, processes and the clock. Each is recorded in the audit log.

use std::error::Error;

use clap::ArgMatches;
use dumpus_ports::Dumpus;
use dumpus_ports::domain::process::{HEARTBEAT, ProcessId};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::Drained;

use super::output::{print, say};
use super::{length, registered};
use crate::config::ServerConfig;

type Outcome = Result<(), Box<dyn Error>>;

pub(super) async fn run(name: &str, arguments: &ArgMatches, config: &ServerConfig) -> Outcome {
    let dumpus = registered(config).await?.instance.build()?;
    match name {
        "drain" => drain(&dumpus, arguments).await,
        "trust-clock" => {
            dumpus.trust_clock().await?;
            say("What has expired by the clock of the database is erased by the next sweep")
        }
        _ => pause(&dumpus, arguments, name == "pause").await,
    }
}

async fn pause(dumpus: &Dumpus, arguments: &ArgMatches, is_paused: bool) -> Outcome {
    let lane = arguments.get_one::<String>("LANE").map(|lane| lane.parse::<Lane>());
    let lanes = match lane.transpose()? {
        Some(lane) => vec![lane],
        None => Lane::ALL.to_vec(),
    };
    let state = if is_paused { "paused" } else { "resumed" };
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for lane in lanes {
        match dumpus.pause(lane, is_paused).await {
            Ok(()) => {
                let seconds = HEARTBEAT.as_secs();
                done.push(format!("The {lane} lane is {state} within {seconds} seconds\n"));
            }
            Err(error) => failed.push(format!("the {lane} lane is not {state}: {error}")),
        }
    }
    let printed = print(&done.concat());
    if failed.is_empty() {
        printed
    } else {
        Err(failed.join("\n").into())
    }
}

async fn drain(dumpus: &Dumpus, arguments: &ArgMatches) -> Outcome {
    let id = arguments.get_one::<String>("PROCESS_ID").map_or("", String::as_str);
    let id: ProcessId = id.parse().map_err(|_| "a process id has 12 hexadecimal digits")?;
    let is_drained = !arguments.get_flag("undo");
    let what = if is_drained {
        "takes no more packages"
    } else {
        "takes packages"
    };
    match dumpus.drain(id, is_drained).await? {
        Drained::Ordered => say(&format!("{id} {what} within {} seconds", HEARTBEAT.as_secs())),
        Drained::NoWorker => Err("this process is a server, which takes no packages".into()),
        Drained::Silent(silence) => {
            let silence = length(silence);
            Err(format!("nothing has been heard of this process for {silence}: it has probably ended").into())
        }
        Drained::Unknown => {
            Err("there is no such process, or it has ended; `status` prints those that are there".into())
        }
    }
}
