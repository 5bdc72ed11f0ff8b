//! What an instance is doing.

use std::error::Error;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};

use dumpus_ports::domain::queue::{Lane, LaneTotals};
use dumpus_ports::registry::{Overview, Processes};

use super::instance::line;
use super::{length, output, registered};
use crate::config::ServerConfig;
use crate::health;

/// What an overview counts of the packages that have ended.
const WINDOW: Duration = Duration::from_hours(1);

/// What is known of an instance.
struct Status {
    /// The answer of the server that listens here at `/ready`, if one does.
    ready: Option<Value>,
    /// Where it would listen.
    listen: SocketAddr,
    overview: Overview,
    processes: Processes,
    paused: Vec<Lane>,
}

pub(super) async fn print(config: &ServerConfig, as_json: bool) -> Result<(), Box<dyn Error>> {
    let registered = registered(config).await?;
    let dumpus = registered.instance.build()?;
    let listen = config.listen;
    let status = Status {
        ready: tokio::task::spawn_blocking(move || health::readiness(listen)).await?,
        listen,
        overview: dumpus.overview(WINDOW).await?,
        processes: dumpus.processes().await?,
        paused: dumpus.paused().await?,
    };
    if as_json {
        output::say(&format!("{:#}", status.json()))
    } else {
        output::print(&status.text())
    }
}

impl Status {
    fn json(&self) -> Value {
        let Self {
            ready,
            overview,
            processes,
            paused,
            ..
        } = self;
        let processes = processes.all.iter().map(|process| {
            let last = &process.last;
            json!({
                "id": last.id.to_string(),
                "role": last.role.as_str(),
                "host": last.host,
                "version": last.version,
                "isOffline": process.is_offline(processes.now),
                "isDrained": process.is_drained,
                "state": last.state.as_str(),
                "fault": last.fault,
                "lanes": last.lanes.iter().map(|lane| lane.as_str()).collect::<Vec<_>>(),
                "processed": last.done,
                "failed": last.failed,
                "memoryBytes": last.memory,
                "startedAt": super::date(process.started_at),
                "seenAt": super::date(process.seen_at),
            })
        });
        let lanes = |totals: LaneTotals| json!({"premium": totals.premium, "standard": totals.standard});
        let failed = overview
            .failed
            .iter()
            .map(|(code, count)| (code.to_string(), json!(count)));
        json!({
            "server": ready,
            "processes": processes.collect::<Vec<_>>(),
            "pausedLanes": paused.iter().map(|lane| lane.as_str()).collect::<Vec<_>>(),
            "waiting": lanes(overview.waiting),
            "inWork": lanes(overview.running),
            "oldestWaitSeconds": overview.oldest_wait.map(|wait| wait.as_secs()),
            "lastHour": {
                "processed": overview.processed,
                "failed": failed.collect::<serde_json::Map<_, _>>(),
            },
        })
    }

    fn text(&self) -> String {
        let Self {
            ready,
            listen,
            overview,
            processes,
            paused,
        } = self;
        let mut text = match ready {
            Some(ready) => {
                let workers = ready["workers"]
                    .as_u64()
                    .map_or_else(|| "?".to_owned(), |count| count.to_string());
                let status = ready["status"].as_str().unwrap_or("?");
                let mut text = format!("server     {status}, workers: {workers}\n");
                for reason in ready["reasons"].as_array().into_iter().flatten() {
                    let _ = writeln!(text, "           {}", reason.as_str().unwrap_or_default());
                }
                text
            }
            None => format!("server     does not answer at {listen} (DUMPUS_LISTEN)\n"),
        };
        let lanes = |totals: LaneTotals| format!("premium {}, standard {}", totals.premium, totals.standard);
        let oldest = overview
            .oldest_wait
            .map_or_else(String::new, |wait| format!("; the first for {}", length(wait)));
        let failed: Vec<_> = overview
            .failed
            .iter()
            .map(|(code, count)| format!("{code} {count}"))
            .collect();
        let failed = if failed.is_empty() {
            "none failed".to_owned()
        } else {
            format!("failed: {}", failed.join(", "))
        };
        for process in &processes.all {
            let _ = writeln!(text, "process    {}", line(process, processes));
        }
        for lane in paused {
            let _ = writeln!(text, "paused     the {lane} lane");
        }
        let _ = writeln!(text, "waiting    {}{oldest}", lanes(overview.waiting));
        let _ = writeln!(text, "in work    {}", lanes(overview.running));
        let _ = writeln!(text, "last hour  {} processed, {failed}", overview.processed);
        text
    }
}
