//! The commands of an operator, beside a running instance.

use std::error::Error;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use dumpus_adapters::bootstrap::backends::open_registry;
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::queue::LaneTotals;
use dumpus_ports::domain::time::Millis;
use dumpus_ports::registry::{Outcome, Overview, Package};

use crate::config::ServerConfig;
use crate::health;

/// What an overview counts of the packages that have ended.
const WINDOW: Duration = Duration::from_hours(1);

/// What the instance is doing: the answer of the server that listens here, if one does, and the packages of the registry.
///
/// # Errors
/// When the registry cannot be used.
pub async fn status(config: &ServerConfig, as_json: bool) -> Result<String, Box<dyn Error>> {
    let registry = open_registry(&config.backends, &config.data_dir).await?;
    let overview = registry.maintenance.overview(WINDOW).await?;
    let listen = config.listen;
    let ready = tokio::task::spawn_blocking(move || health::readiness(listen)).await?;
    Ok(if as_json {
        format!("{:#}\n", status_json(ready.as_ref(), &overview))
    } else {
        status_text(ready.as_ref(), &overview)
    })
}

fn status_json(ready: Option<&Value>, overview: &Overview) -> Value {
    let lanes = |totals: LaneTotals| json!({"premium": totals.premium, "standard": totals.standard});
    let failed = overview
        .failed
        .iter()
        .map(|(code, count)| (code.to_string(), json!(count)));
    json!({
        "server": ready,
        "waiting": lanes(overview.waiting),
        "inWork": lanes(overview.running),
        "oldestWaitSeconds": overview.oldest_wait.map(|wait| wait.as_secs()),
        "lastHour": {
            "processed": overview.processed,
            "failed": failed.collect::<serde_json::Map<_, _>>(),
        },
    })
}

fn status_text(ready: Option<&Value>, overview: &Overview) -> String {
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
        None => "server     does not answer here\n".to_owned(),
    };
    let lanes = |totals: LaneTotals| format!("premium {}, standard {}", totals.premium, totals.standard);
    let oldest = overview.oldest_wait.map_or_else(String::new, |wait| {
        let whole = Duration::from_secs(wait.as_secs());
        format!("; the first for {}", humantime::format_duration(whole))
    });
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
    let _ = writeln!(text, "waiting    {}{oldest}", lanes(overview.waiting));
    let _ = writeln!(text, "in work    {}", lanes(overview.running));
    let _ = writeln!(text, "last hour  {} processed, {failed}", overview.processed);
    text
}

/// Where a package is. Needs no key of a user, and says nothing of the package itself.
///
/// # Errors
/// When the registry cannot be used, or does not know the package.
pub async fn package(config: &ServerConfig, id: PackageId) -> Result<String, Box<dyn Error>> {
    let registry = open_registry(&config.backends, &config.data_dir).await?;
    let found = registry.packages.find(id).await?;
    Ok(package_text(&found.ok_or("there is no such package")?))
}

fn package_text(package: &Package) -> String {
    let (run, mut text) = (&package.run, String::new());
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:10} {value}");
    };
    line("package", &run.package.to_string());
    line("lane", run.lane.as_str());
    line("admitted", &date(run.admitted_at));
    let state = match run.outcome() {
        Some(Outcome::Processed(result)) => format!("processed, {} bytes encrypted", result.size),
        Some(Outcome::Failed(failure)) => format!("failed with {} at the stage {}", failure.code, run.stage),
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
    if let Some(end) = &run.end {
        line("ended", &date(end.at));
    }
    line("attempts", &run.attempts.to_string());
    text
}

fn date(at: Millis) -> String {
    let since = Duration::from_millis(u64::try_from(at.0).unwrap_or(0));
    humantime::format_rfc3339_seconds(UNIX_EPOCH.checked_add(since).unwrap_or(SystemTime::UNIX_EPOCH)).to_string()
}
