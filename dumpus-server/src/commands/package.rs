//! The life of a package. Needs no key of its owner, and says nothing of its content.

use std::error::Error;
use std::fmt::Write as _;

use clap::ArgMatches;
use dumpus_ports::domain::lifecycle::Phase;
use dumpus_ports::registry::{Failure, Outcome, Package, RunEnd, RunRecord};
use dumpus_ports::usecase::PackageLife;

use super::{date, length, output, package_id, registered};
use crate::config::ServerConfig;

pub(super) async fn print(config: &ServerConfig, arguments: &ArgMatches) -> Result<(), Box<dyn Error>> {
    let id = package_id(arguments)?;
    let dumpus = registered(config).await?.instance.build()?;
    let life = dumpus.life(id).await?;
    if life.current.is_none() && life.ended.is_empty() {
        return Err("there is no such package".into());
    }
    output::print(&format!("package    {id}\n{}", text(&life)))
}

fn text(life: &PackageLife) -> String {
    let mut text = String::new();
    if let Some(package) = &life.current {
        current(&mut text, package);
    }
    let is_current = |run: &&RunRecord| life.current.as_ref().is_some_and(|package| package.run.id == run.run);
    if let Some(run) = life.ended.iter().find(is_current) {
        durations(&mut text, run);
    }
    for run in life.ended.iter().filter(|run| !is_current(run)) {
        let end = match &run.end {
            RunEnd::Processed(_) => "processed".to_owned(),
            RunEnd::Failed(failure) => format!("failed with {}", reason(failure)),
        };
        let _ = writeln!(text, "earlier    {} {end}", date(run.ended_at));
    }
    text
}

fn current(text: &mut String, package: &Package) {
    let run = &package.run;
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:10} {value}");
    };
    line("lane", run.lane.as_str());
    line("admitted", &date(run.admitted_at));
    let state = match run.outcome() {
        Some(Outcome::Processed(result)) => format!("processed, {} bytes encrypted", result.size),
        Some(Outcome::Failed(failure)) => {
            format!("failed with {} at the stage {}", failure.code, run.stage)
        }
        None if package.is_leased() => {
            let progress = run
                .progress
                .map_or_else(String::new, |percent| format!(", {percent} %"));
            format!("in work, {}{progress}", run.stage)
        }
        None if run.dispatch.epoch.is_none() => "waiting, not in the queue: its owner's next poll queues it".to_owned(),
        None => "waiting".to_owned(),
    };
    line("state", &state);
    if let Some(Outcome::Failed(failure)) = run.outcome()
        && let Some(detail) = &failure.detail
    {
        line("detail", &detail.to_string());
    }
    if let Some(attempt) = &run.last_attempt {
        line(
            "worker",
            &format!("{} since {}", attempt.worker, date(attempt.leased_at)),
        );
    }
    if let Some(end) = &run.end {
        line("ended", &date(end.at));
    }
    line("attempts", &run.attempts.to_string());
}

fn durations(text: &mut String, run: &RunRecord) {
    let shown = [
        ("waited", Phase::Wait),
        ("download", Phase::Download),
        ("analysis", Phase::Analysis),
    ];
    for (name, phase) in shown {
        if let Some(duration) = run.duration(phase) {
            let _ = writeln!(text, "{name:10} {}", length(duration));
        }
    }
    if let RunEnd::Processed(volume) = &run.end {
        let _ = writeln!(
            text,
            "volume     {} bytes, {} events, {} messages",
            volume.bytes, volume.events, volume.messages
        );
    }
}

fn reason(failure: &Failure) -> String {
    match &failure.detail {
        Some(detail) => format!("{}: {detail}", failure.code),
        None => failure.code.to_string(),
    }
}
