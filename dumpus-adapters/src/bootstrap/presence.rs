//! What a process tells the others of its instance about itself.

use std::collections::BTreeMap;

use dumpus_ports::domain::process::{KeyCheck, Role, SharedSettings};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::ProcessInfo;

use super::settings::{BackendSettings, WorkSettings};
use crate::cli::values::duration_text;
use crate::source_http::HttpSourceSettings;

/// The instance keys that a process has.
#[derive(Clone, Copy, Debug)]
pub struct KeyChecks {
    /// The one that it seals links with.
    pub own: KeyCheck,
    /// Another one, whose links it opens.
    pub other: Option<KeyCheck>,
}

/// What a process says of itself. Values are spelled as in the configuration; none is secret.
#[must_use]
pub fn process_info(
    role: Role,
    keys: KeyChecks,
    backends: &BackendSettings,
    source: &HttpSourceSettings,
    work: &WorkSettings,
) -> ProcessInfo {
    let mut values = BTreeMap::new();
    let mut value = |name: &str, value: String| drop(values.insert(name.to_owned(), value));
    let never = || "never".to_owned();
    value(
        "DUMPUS_RETENTION_DAYS",
        backends.retention.map_or_else(never, duration_text),
    );
    value("DUMPUS_HISTORY_DAYS", duration_text(backends.history));
    value("DUMPUS_LEASE", duration_text(work.lease));
    let store = backends.object_store();
    value(
        "DUMPUS_S3_BUCKET",
        store.map_or_else(String::new, |store| {
            format!("{} {}", store.bucket, store.prefix).trim_end().to_owned()
        }),
    );
    let mut origins: Vec<_> = source
        .transport
        .policy
        .origins()
        .iter()
        .map(ToString::to_string)
        .collect();
    origins.sort_unstable();
    value("DL_ZIP_WHITELISTED_DOMAINS", origins.join(","));
    if role != Role::Server {
        value("DUMPUS_MAX_DOWNLOAD", source.limits.bytes.to_string());
        value("DUMPUS_MAX_DOWNLOAD_TIME", duration_text(source.limits.whole));
        value("DUMPUS_MAX_ANALYSIS_TIME", duration_text(work.max_analysis));
        value("DUMPUS_MAX_ATTEMPTS", work.max_attempts.to_string());
    }
    let mut lanes: Vec<Lane> = work.lanes.clone();
    lanes.sort_unstable();
    lanes.dedup();
    lanes.retain(|_| role != Role::Server);
    ProcessInfo {
        role,
        host: hostname(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        lanes,
        settings: SharedSettings {
            key: keys.own,
            other_key: keys.other,
            max_download: source.limits.bytes,
            values,
        },
    }
}

/// What the system calls this machine.
#[must_use]
pub fn hostname() -> String {
    let named = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named = named.or_else(|| std::env::var("HOSTNAME").ok());
    named.map_or_else(|| "unknown".to_owned(), |name| name.trim().to_owned())
}

/// Resident memory of this process in bytes, where the system tells.
#[must_use]
pub fn resident_memory() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    pages.checked_mul(rustix::param::page_size() as u64)
}
