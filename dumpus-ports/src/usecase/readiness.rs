//! Whether an instance can do its work, and what it cannot do.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::Dumpus;

/// Backends are asked to write at most once in this time: anybody may ask for the readiness.
const PROBE_INTERVAL: Duration = Duration::from_secs(4);

/// How a backend is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackendState {
    /// It answers and takes writes.
    Up,
    /// It answers, and takes no writes: it is full or read-only.
    NoWrites,
    /// It does not answer.
    Down,
}

/// What an instance can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// The registry of packages.
    pub registry: BackendState,
    /// The queue of jobs.
    pub queue: BackendState,
    /// The store of results answers.
    pub blobs: bool,
    /// Workers that are there; `None` if that is unknown.
    pub workers: Option<u64>,
}

impl Readiness {
    /// Whether owners get answers. Without this, a server is of no use to a load balancer.
    #[must_use]
    pub fn can_answer(self) -> bool {
        self.registry != BackendState::Down && self.queue != BackendState::Down
    }

    /// Whether everything works.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.registry == BackendState::Up && self.queue == BackendState::Up && self.blobs && self.workers != Some(0)
    }
}

/// What the last probes found.
#[derive(Default)]
pub(crate) struct Probes(Mutex<Option<Probed>>);

#[derive(Clone, Copy)]
struct Probed {
    at: Instant,
    registry: bool,
    queue: bool,
    workers: Option<u64>,
}

impl Dumpus {
    /// What the instance can do. Every backend is asked, and has `limit` to answer; what it may write is asked for every
    /// few seconds.
    pub async fn readiness(&self, limit: Duration) -> Readiness {
        let (registry, queue, blobs, probed) = tokio::join!(
            timeout(limit, self.packages.ping()),
            timeout(limit, self.queue.ping()),
            timeout(limit, self.blobs.ping()),
            self.probe(limit),
        );
        let state = |answers, takes_writes| match (answers, takes_writes) {
            (false, _) => BackendState::Down,
            (true, false) => BackendState::NoWrites,
            (true, true) => BackendState::Up,
        };
        Readiness {
            registry: state(matches!(registry, Ok(Ok(()))), probed.registry),
            queue: state(matches!(queue, Ok(Ok(()))), probed.queue),
            blobs: matches!(blobs, Ok(Ok(()))),
            workers: probed.workers,
        }
    }

    async fn probe(&self, limit: Duration) -> Probed {
        let last = *self.probes.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(probed) = last.filter(|probed| probed.at.elapsed() < PROBE_INTERVAL) {
            return probed;
        }
        let (registry, queue, workers) = tokio::join!(
            timeout(limit, self.sweep.registry.probe()),
            timeout(limit, self.queue.probe()),
            timeout(limit, self.queue.workers()),
        );
        let probed = Probed {
            at: Instant::now(),
            registry: matches!(registry, Ok(Ok(()))),
            queue: matches!(queue, Ok(Ok(()))),
            workers: workers.ok().and_then(Result::ok),
        };
        *self.probes.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(probed);
        probed
    }
}
