//! Erases a package.

use std::sync::Arc;

use super::access::{AccessError, prove};
use crate::blobs::BlobStore;
use crate::domain::package::PackageId;
use crate::domain::secret::UpnKey;
use crate::queue::JobQueue;
use crate::registry::PackageRegistry;
use crate::vault::Vault;

/// Erases a package: its row, result, job and links. Work on it stops by itself within a second, because the row that
/// the worker's lease names is gone.
pub struct DeletePackage {
    /// Holds the row.
    pub registry: Arc<dyn PackageRegistry>,
    /// Holds the job.
    pub queue: Arc<dyn JobQueue>,
    /// Holds the result.
    pub blobs: Arc<dyn BlobStore>,
    /// Proves ownership.
    pub vault: Arc<dyn Vault>,
}

impl DeletePackage {
    /// Whether there was such a package.
    ///
    /// # Errors
    /// [`AccessError`] when the key is another's or a backend is away; the same request may then be made again.
    pub async fn run(&self, key: &UpnKey, package: PackageId) -> Result<bool, AccessError> {
        prove(&*self.vault, key, &package)?;
        let row = self.registry.find(package).await?;
        if let Some(unfinished) = row.as_ref().filter(|row| row.run.end.is_none()) {
            // Should this end half-way, the package is not stuck without a job: its owner's next request queues it again.
            self.registry.mark_undispatched(package, unfinished.run.id).await?;
        }
        // The queue before the row: were it away after the row is gone, nobody would ask for the job's removal again.
        self.queue.purge(package).await?;
        // So too the result: as long as the row is there, it can be asked for again.
        if let Some(result) = row.as_ref().and_then(|row| row.run.result()) {
            self.blobs.delete(result.blob).await?;
        }
        let Some(deleted) = self.registry.delete(package).await? else {
            return Ok(false);
        };
        // A worker may have finished in between.
        if let Some(blob) = deleted.blob {
            self.blobs.delete(blob).await?;
        }
        // A poll may have queued the package again in between.
        self.queue.purge(package).await?;
        tracing::info!(package.id = %package, "erased a package");
        Ok(true)
    }
}
