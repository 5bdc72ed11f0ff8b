//! Whether an instance can do its work, and what it cannot do.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::Dumpus;
use crate::domain::workforce::{Obstacle, obstacles};
use crate::queue::QueueError;
use crate::registry::RegistryError;

/// Backends are asked to write at most once in this time: anybody may ask for the readiness.
const PROBE_INTERVAL: Duration = Duration::from_secs(4);

/// How a backend is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackendState {
    /// It answers and takes writes.
    Up,
    /// It answers, and takes no writes: it is full or read-only.
    NoWrites,
    /// It answers, and belongs to another instance.
    Foreign,
    /// It does not answer.
    Down,
}

/// What an instance can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// The registry of packages.
    pub registry: BackendState,
    /// The queue of jobs.
    pub queue: BackendState,
    /// The store of results answers.
    pub blobs: bool,
    /// Workers that are there; `None` if that is unknown.
    pub workers: Option<u64>,
    /// What keeps packages from being processed, backends aside.
    pub obstacles: Vec<Obstacle>,
}

impl Readiness {
    /// Whether owners get answers. Without this, a server is of no use to a load balancer. Without the queue, results are
    /// still served.
    #[must_use]
    pub fn can_answer(&self) -> bool {
        self.registry != BackendState::Down
    }

    /// Whether everything works.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let backends = [self.registry, self.queue];
        backends == [BackendState::Up; 2] && self.blobs && self.obstacles.is_empty()
    }
}

/// What the last probes found.
#[derive(Default)]
pub(crate) struct Probes(Mutex<Option<Probed>>);

#[derive(Clone)]
struct Probed {
    at: Instant,
    registry: BackendState,
    queue: BackendState,
    workers: Option<u64>,
    obstacles: Vec<Obstacle>,
}

impl Dumpus {
    /// What the instance can do. Every backend is asked, and has `limit` to answer; what it may write and who works is asked
    /// for every few seconds.
    pub async fn readiness(&self, limit: Duration) -> Readiness {
        let (registry, queue, blobs, probed) = tokio::join!(
            timeout(limit, self.packages.ping()),
            timeout(limit, self.queue.ping()),
            timeout(limit, self.blobs.ping()),
            self.probe(limit),
        );
        let state = |answers, probed| if answers { probed } else { BackendState::Down };
        Readiness {
            registry: state(matches!(registry, Ok(Ok(()))), probed.registry),
            queue: state(matches!(queue, Ok(Ok(()))), probed.queue),
            blobs: matches!(blobs, Ok(Ok(()))),
            workers: probed.workers,
            obstacles: probed.obstacles,
        }
    }

    async fn probe(&self, limit: Duration) -> Probed {
        let last = self.probes.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(probed) = last.filter(|probed| probed.at.elapsed() < PROBE_INTERVAL) {
            return probed;
        }
        let (registry, queue, workforce) = tokio::join!(
            timeout(limit, self.sweep.registry.probe()),
            timeout(limit, self.queue.probe()),
            timeout(limit, self.workforce()),
        );
        let registry = match registry {
            Ok(Ok(())) => BackendState::Up,
            _ => BackendState::NoWrites,
        };
        let queue = match queue {
            Ok(Ok(())) => BackendState::Up,
            Ok(Err(QueueError::OtherInstance(_))) => BackendState::Foreign,
            _ => BackendState::NoWrites,
        };
        // A registry that takes no writes takes no heartbeats: workers only seem to be offline.
        let known = workforce
            .ok()
            .and_then(Result::ok)
            .filter(|_| registry == BackendState::Up);
        let (workers, obstacles) = known.unzip();
        let probed = Probed {
            at: Instant::now(),
            registry,
            queue,
            workers,
            obstacles: obstacles.unwrap_or_default(),
        };
        *self.probes.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(probed.clone());
        probed
    }

    /// How many workers are alive, and what keeps packages from them.
    async fn workforce(&self) -> Result<(u64, Vec<Obstacle>), RegistryError> {
        let (known, paused) = tokio::try_join!(self.processes.processes(), self.processes.paused())?;
        let workers: Vec<_> = known.alive().filter(|process| process.is_worker()).collect();
        Ok((workers.len() as u64, obstacles(&workers, &paused)))
    }
}
