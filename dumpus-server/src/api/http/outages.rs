//! One line of the log when a backend goes away, and one when it works again. Refused requests are counted: polls of waiting
//! clients would fill the log.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep};

use dumpus_ports::Dumpus;
use dumpus_ports::usecase::BackendState;

/// An outage is over when no request was refused for this long, and the backend works.
const QUIET: Duration = Duration::from_secs(5);
/// What each backend has to answer a question of this module in.
const LIMIT: Duration = Duration::from_secs(2);

/// Asks for the backends that do not work.
type Probe = Arc<dyn Fn() -> BoxFuture<'static, Vec<&'static str>> + Send + Sync>;

static PROBE: Mutex<Option<Probe>> = Mutex::new(None);
static OUTAGES: Mutex<BTreeMap<&'static str, Outage>> = Mutex::new(BTreeMap::new());

struct Outage {
    began: Instant,
    last: Instant,
    refused: u64,
}

/// Asks this instance, from now on, whether its backends work.
pub(in crate::api) fn watch(dumpus: &Arc<Dumpus>) {
    let dumpus = Arc::downgrade(dumpus);
    ask_with(Arc::new(move || {
        let dumpus = dumpus.upgrade();
        async move {
            let Some(dumpus) = dumpus else { return Vec::new() };
            let readiness = dumpus.readiness(LIMIT).await;
            let works = [
                ("the registry", readiness.registry == BackendState::Up),
                ("the queue", readiness.queue == BackendState::Up),
                ("the blob store", readiness.blobs),
            ];
            works
                .into_iter()
                .filter(|(_, works)| !works)
                .map(|(name, _)| name)
                .collect()
        }
        .boxed()
    }));
}

fn ask_with(probe: Probe) {
    *PROBE.lock().unwrap_or_else(PoisonError::into_inner) = Some(probe);
}

async fn out_of_order() -> Vec<&'static str> {
    let probe = PROBE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match probe {
        Some(probe) => probe().await,
        None => Vec::new(),
    }
}

/// A request was refused because some backend did not answer within this time.
pub(super) fn record_silence(budget: Duration) {
    static ASKING: AtomicBool = AtomicBool::new(false);
    let mut known = outages();
    if let Some(outage) = known.values_mut().next() {
        outage.refused += 1;
        outage.last = Instant::now();
        return;
    }
    drop(known);
    if ASKING.swap(true, Ordering::AcqRel) {
        return;
    }
    tokio::spawn(async move {
        let cause = format!("no answer within {} ms", budget.as_millis());
        let mut backends = out_of_order().await;
        if backends.is_empty() {
            backends.push("one that answers again");
        }
        for backend in backends {
            record(backend, &cause);
        }
        ASKING.store(false, Ordering::Release);
    });
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
            if out_of_order().await.contains(&backend) {
                continue;
            }
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

    #[tokio::test(start_paused = true)]
    async fn an_outage_goes_on_while_nobody_asks_and_the_backend_does_not_work() {
        const NAME: &str = "another backend of this test";
        static IS_AWAY: AtomicBool = AtomicBool::new(true);
        ask_with(Arc::new(|| {
            let away = IS_AWAY.load(Ordering::Relaxed).then_some(NAME);
            async move { Vec::from_iter(away) }.boxed()
        }));
        assert!(record(NAME, &"away"));
        sleep(QUIET * 10).await;
        assert!(!record(NAME, &"away"));
        IS_AWAY.store(false, Ordering::Relaxed);
        sleep(QUIET * 3).await;
        assert!(record(NAME, &"away"));
    }
}
