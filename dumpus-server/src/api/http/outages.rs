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

/// A request was refused because this backend did not answer. Whether this begins an outage.
pub(super) fn record(backend: &'static str, cause: &dyn Display) -> bool {
    let (now, mut known) = (Instant::now(), outages());
    if let Some(outage) = known.get_mut(backend) {
        outage.refused += 1;
        outage.last = now;
        return false;
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
    true
}

fn outages() -> MutexGuard<'static, BTreeMap<&'static str, Outage>> {
    OUTAGES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_outage_begins_once_and_is_over_when_no_request_is_refused_any_more() {
        for _ in 0..2 {
            assert!(record("a backend of this test", &"away"));
            for _ in 0..100 {
                sleep(Duration::from_millis(100)).await;
                assert!(!record("a backend of this test", &"away"));
            }
            sleep(QUIET * 2).await;
        }
    }
}
