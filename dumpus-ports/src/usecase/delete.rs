//! Deletes packages.

use super::access::{AccessError, prove};
use crate::Dumpus;
use crate::domain::package::PackageId;
use crate::domain::secret::UpnKey;

impl Dumpus {
    /// Deletes a package with its job, links and result. Returns whether it existed, also when the request is repeated within a
    /// minute. A worker that is processing it stops
    /// within a second, because the row that its lease names is gone.
    ///
    /// Several steps, the registry's row last: after a failure there is still a package to delete.
    ///
    /// # Errors
    /// [`AccessError`].
    pub async fn delete(&self, key: &UpnKey, package: PackageId) -> Result<bool, AccessError> {
        prove(&*self.vault, key, &package)?;
        self.erase_package(package).await
    }

    pub(super) async fn erase_package(&self, package: PackageId) -> Result<bool, AccessError> {
        let row = self.packages.find(package).await?;
        if let Some(unfinished) = row.as_ref().filter(|row| row.run.end.is_none()) {
            // If this fails half-way, the owner's next request queues the package again.
            self.packages.mark_undispatched(package, unfinished.run.id).await?;
        }
        // The queue before the row: once the row is gone, nobody would repeat the removal of the job.
        self.queue.purge(package).await?;
        // The result before the row as well.
        if let Some(result) = row.as_ref().and_then(|row| row.run.result()) {
            self.blobs.delete(result.blob).await?;
        }
        let Some(deleted) = self.packages.delete(package).await? else {
            // The response to the first request may have been lost.
            return Ok(self.deleted.contains(package));
        };
        self.deleted.insert(package);
        // A worker may have finished in between.
        if let Some(blob) = deleted.blob {
            self.blobs.delete(blob).await?;
        }
        // A poll may have queued the package again in between.
        self.queue.purge(package).await?;
        tracing::info!(package.id = %package, "Erased a package");
        Ok(true)
    }
}
