//! The processes of an instance, and what operators did.

use std::error::Error;
use std::fmt::Write as _;

use dumpus_ports::domain::process::{Process, disagreements};
use dumpus_ports::registry::Processes;

use super::{date, length, output, registered};
use crate::config::ServerConfig;

/// Entries of the audit log that are printed.
const ENTRIES: u32 = 100;

pub(super) async fn print(config: &ServerConfig) -> Result<(), Box<dyn Error>> {
    let registered = registered(config).await?;
    let dumpus = registered.instance.build()?;
    output::print(&text(&registered.id, &dumpus.processes().await?))
}

fn text(id: &str, processes: &Processes) -> String {
    let mut text = format!("instance {id}\n");
    for process in &processes.all {
        let last = &process.last;
        let _ = writeln!(text, "\n{}, version {}", line(process, processes), last.version);
        let _ = writeln!(text, "  started {}", date(process.started_at));
        for (name, value) in &last.settings.values {
            let _ = writeln!(text, "  {name}={value}");
        }
    }
    let alive = || processes.alive().map(|process| &process.last);
    let mut agree = true;
    for disagreement in disagreements(alive()) {
        agree = false;
        let _ = writeln!(text, "\n{} differs:", disagreement.setting);
        for (value, processes) in disagreement.values {
            let _ = writeln!(text, "  {value:?} in {processes:?}");
        }
    }
    for process in alive() {
        let others = alive().filter(|other| other.id > process.id && !other.settings.shares_key(&process.settings));
        for other in others {
            agree = false;
            let _ = writeln!(text, "\n{} and {} have different instance keys", process.id, other.id);
        }
    }
    if agree {
        text.push_str("\nThe settings of all processes agree\n");
    }
    text
}

/// A process in one line.
pub(super) fn line(process: &Process, processes: &Processes) -> String {
    let last = &process.last;
    let mut line = format!("{} {} on {}", last.role, last.id, last.host);
    if process.is_offline(processes.now) {
        let silence = process.seen_at.until(processes.now);
        let _ = write!(line, ": offline for {}", length(silence));
        return line;
    }
    if process.is_worker() {
        let _ = write!(
            line,
            ": {}, {} processed, {} failed",
            last.state, last.done, last.failed
        );
    }
    if let Some(fault) = &last.fault {
        let _ = write!(line, ": {fault}");
    }
    line
}

pub(super) async fn print_audit(config: &ServerConfig) -> Result<(), Box<dyn Error>> {
    let dumpus = registered(config).await?.instance.build()?;
    let entries = dumpus.audit(ENTRIES).await?;
    let mut text = String::new();
    for entry in &entries {
        let _ = writeln!(text, "{} {} {}", date(entry.at), entry.action.command(), entry.target);
    }
    if entries.is_empty() {
        text.push_str("No operator has changed anything within a year\n");
    }
    output::print(&text)
}
