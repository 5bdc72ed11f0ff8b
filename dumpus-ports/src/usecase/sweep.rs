//! Erases what has expired, and blobs that nothing points to.

use std::sync::Arc;
use std::time::Duration;

use super::access::AccessError;
use super::roll_up::roll_up;
use crate::blobs::BlobStore;
use crate::domain::history::HOURS_KEPT;
use crate::registry::{ProcessRegistry, RegistryMaintenance, RunHistory};

/// At most so many rows or blobs at a time: a sweep never holds up other work.
const BATCH: u32 = 500;

/// A package that has waited this long is never processed: a queued link is valid for 30 days.
const MIN_ABANDONED_AGE: Duration = Duration::from_hours(31 * 24);

/// Erases what has expired, and blobs that nothing points to.
pub struct Sweep {
    /// Knows what ended when.
    pub registry: Arc<dyn RegistryMaintenance>,
    /// Holds results.
    pub blobs: Arc<dyn BlobStore>,
    /// How long packages are kept after they ended; `None` for ever.
    pub retention: Option<Duration>,
    /// The history, of which old runs and hours are removed.
    pub history: Arc<dyn RunHistory>,
    /// How long ended runs are kept in the history.
    pub history_kept: Duration,
    /// The processes, of which those that are long gone are removed.
    pub processes: Arc<dyn ProcessRegistry>,
    /// A blob older than the longest job and without a row is an orphan.
    pub orphan_age: Duration,
}

/// What a sweep deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Number of packages that had expired or were abandoned.
    pub packages: usize,
    /// Number of blobs that no package points to.
    pub blobs: usize,
    /// Whether nothing was deleted because the clock has jumped, see [`SweepClock`](crate::registry::SweepClock).
    pub is_held: bool,
}

impl Sweep {
    /// When a package is abandoned that waits and whose owner does not return.
    fn abandoned_age(&self) -> Duration {
        self.retention
            .map_or(MIN_ABANDONED_AGE, |retention| retention.max(MIN_ABANDONED_AGE))
    }

    /// Sweeps once.
    ///
    /// # Errors
    /// [`AccessError`] if a backend fails; the next sweep continues.
    pub async fn run(&self) -> Result<Swept, AccessError> {
        let mut swept = Swept::default();
        if self.registry.check_clock().await?.held_since.is_some() {
            swept.is_held = true;
            return Ok(swept);
        }
        while let Some(retention) = self.retention {
            let deleted = self.registry.expire(retention, BATCH).await?;
            for blob in deleted.iter().filter_map(|package| package.blob) {
                self.blobs.delete(blob).await?;
            }
            swept.packages += deleted.len();
            if deleted.len() < BATCH as usize {
                break;
            }
        }
        loop {
            let deleted = self.registry.expire_abandoned(self.abandoned_age(), BATCH).await?;
            swept.packages += deleted.len();
            if deleted.len() < BATCH as usize {
                break;
            }
        }
        let mut behind = None;
        loop {
            let old = self.blobs.older_than(self.orphan_age, behind, BATCH).await?;
            for blob in self.registry.unreferenced(&old).await? {
                self.blobs.delete(blob).await?;
                swept.blobs += 1;
            }
            if old.len() < BATCH as usize {
                break;
            }
            behind = old.last().copied();
        }
        self.processes.forget_offline().await?;
        roll_up(&*self.history).await?;
        self.history.prune(self.history_kept, HOURS_KEPT).await?;
        Ok(swept)
    }
}
