//! One query for all requests for a position in the queue.

use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::access::AccessError;
use crate::domain::queue::{Lane, LaneTotals, QueueSnapshot, Ticket};
use crate::queue::JobQueue;
use crate::registry::{Epoch, PackageRegistry, RedispatchPolicy};

/// Positions may be this old.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_millis(500);
/// A refresh that costs more than 20 ms is made so much less often that refreshing takes a 25th of the time.
const REFRESH_DUTY_CYCLE: u32 = 25;
/// However slow a refresh was: while a backend comes back, one may take seconds, and the next one milliseconds.
const MAX_REFRESH_INTERVAL: Duration = Duration::from_secs(5);
/// While one request refreshes, the others are answered from the last snapshot for this long: with a hundred thousand
/// packages a refresh takes a tenth of a second, in which thousands ask.
const MAX_STALENESS: Duration = Duration::from_millis(500);

/// The snapshot of the unfinished packages, read from the registry at most every 500 ms however many ask.
pub(crate) struct QueuePositions {
    registry: Arc<dyn PackageRegistry>,
    queue: Arc<dyn JobQueue>,
    current: RwLock<Current>,
    refreshing: Mutex<()>,
}

#[derive(Default)]
struct Current {
    snapshot: Option<CachedSnapshot>,
    /// Admitted since the last refresh began: its answer may lack them.
    admitted: Vec<(Lane, Ticket)>,
}

#[derive(Clone)]
struct CachedSnapshot {
    queue_snapshot: Arc<QueueSnapshot>,
    epoch: Epoch,
    stale_at: Instant,
}

impl QueuePositions {
    /// Nothing read yet.
    pub(crate) fn new(registry: Arc<dyn PackageRegistry>, queue: Arc<dyn JobQueue>) -> Self {
        Self {
            registry,
            queue,
            current: RwLock::default(),
            refreshing: Mutex::new(()),
        }
    }

    /// The snapshot, and the queue's epoch that it was read with.
    pub(super) async fn get(&self) -> Result<(Arc<QueueSnapshot>, Epoch), AccessError> {
        if let Some(fresh) = self.cached(Duration::ZERO) {
            return Ok(fresh);
        }
        let _one_at_a_time = match self.refreshing.try_lock() {
            Ok(mine) => mine,
            Err(_) => match self.cached(MAX_STALENESS) {
                Some(last) => return Ok(last),
                None => self.refreshing.lock().await,
            },
        };
        if let Some(fresh) = self.cached(Duration::ZERO) {
            return Ok(fresh);
        }
        let began = Instant::now();
        self.write().admitted.clear();
        let epoch = self.queue.epoch().await?;
        let mut queue_snapshot = self
            .registry
            .queue_snapshot(&epoch, &RedispatchPolicy::default())
            .await?;
        let rest = (began.elapsed() * REFRESH_DUTY_CYCLE).clamp(MIN_REFRESH_INTERVAL, MAX_REFRESH_INTERVAL);
        let mut current = self.write();
        for (lane, ticket) in &current.admitted {
            queue_snapshot.admit(*lane, *ticket);
        }
        let queue_snapshot = Arc::new(queue_snapshot);
        current.snapshot = Some(CachedSnapshot {
            queue_snapshot: queue_snapshot.clone(),
            epoch: epoch.clone(),
            stale_at: Instant::now() + rest,
        });
        Ok((queue_snapshot, epoch))
    }

    /// The totals of the last snapshot, however old; zero before the first.
    pub(super) fn last_totals(&self) -> LaneTotals {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let last = current.snapshot.as_ref();
        last.map(|last| last.queue_snapshot.totals()).unwrap_or_default()
    }

    /// Counts a package that was admitted here since the last refresh: the next one to come stands behind it.
    pub(super) fn admitted(&self, lane: Lane, ticket: Ticket) {
        let mut current = self.write();
        current.admitted.push((lane, ticket));
        if let Some(snapshot) = &mut current.snapshot {
            Arc::make_mut(&mut snapshot.queue_snapshot).admit(lane, ticket);
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, Current> {
        self.current.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last snapshot, unless it has been stale for longer than that.
    fn cached(&self, max_staleness: Duration) -> Option<(Arc<QueueSnapshot>, Epoch)> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let snapshot = current
            .snapshot
            .as_ref()
            .filter(|snapshot| Instant::now() < snapshot.stale_at + max_staleness)?;
        Some((snapshot.queue_snapshot.clone(), snapshot.epoch.clone()))
    }
}
