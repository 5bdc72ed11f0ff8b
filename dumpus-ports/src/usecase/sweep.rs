//! Erases what has expired, and blobs that nothing points to.

use std::sync::Arc;
use std::time::Duration;

use super::access::AccessError;
use crate::blobs::BlobStore;
use crate::registry::RegistryMaintenance;

/// At most so many rows or blobs at a time: a sweep never holds up other work.
const BATCH: u32 = 500;

/// Erases what has expired, and blobs that nothing points to.
pub struct Sweep {
    /// Knows what ended when.
    pub registry: Arc<dyn RegistryMaintenance>,
    /// Holds results.
    pub blobs: Arc<dyn BlobStore>,
    /// How long results are kept; `None` for ever.
    pub retention: Option<Duration>,
    /// A blob older than the longest job and without a row is an orphan.
    pub orphan_age: Duration,
}

impl Sweep {
    /// Sweeps once; how many packages and orphans were erased.
    ///
    /// # Errors
    /// When a backend is away; the next sweep goes on.
    pub async fn run(&self) -> Result<(usize, usize), AccessError> {
        let mut expired = 0;
        while let Some(retention) = self.retention {
            let deleted = self.registry.expire(retention, BATCH).await?;
            for blob in deleted.iter().filter_map(|package| package.blob) {
                self.blobs.delete(blob).await?;
            }
            expired += deleted.len();
            if deleted.len() < BATCH as usize {
                break;
            }
        }
        let mut orphans = 0;
        let mut behind = None;
        loop {
            let old = self.blobs.older_than(self.orphan_age, behind, BATCH).await?;
            for blob in self.registry.unreferenced(&old).await? {
                self.blobs.delete(blob).await?;
                orphans += 1;
            }
            if old.len() < BATCH as usize {
                break;
            }
            behind = old.last().copied();
        }
        Ok((expired, orphans))
    }
}
