//! One line of the log when a backend goes away, and one when requests are answered again. Refused requests are counted:
//! polls of waiting clients would fill the log.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// An outage is over when no request was refused for this long.
const QUIET: Duration = Duration::from_secs(5);

static OUTAGES: Mutex<BTreeMap<&'static str, Outage>> = Mutex::new(BTreeMap::new());

struct Outage {
    began: Instant,
    last: Instant,
    refused: u64,
}

/// A request was refused because this backend did not answer.
pub(super) fn record(backend: &'static str, cause: &dyn Display) {
    let (now, mut known) = (Instant::now(), outages());
    if let Some(outage) = known.get_mut(backend) {
        outage.refused += 1;
        outage.last = now;
        return;
    }
    let (began, last, refused) = (now, now, 1);
    known.insert(backend, Outage { began, last, refused });
    drop(known);
    tracing::warn!(backend, cause = %cause, "Requests are refused: a backend is unavailable");
    tokio::spawn(async move {
        loop {
            sleep(QUIET).await;
            let mut outages = outages();
            let Some(outage) = outages.get(backend).filter(|outage| outage.last.elapsed() >= QUIET) else {
                continue;
            };
            let lasted_s = (outage.last - outage.began).as_secs();
            tracing::info!(
                backend,
                lasted_s,
                refused = outage.refused,
                "Requests are not refused any more"
            );
            outages.remove(backend);
            return;
        }
    });
}

fn outages() -> MutexGuard<'static, BTreeMap<&'static str, Outage>> {
    OUTAGES.lock().unwrap_or_else(PoisonError::into_inner)
}
