//! Moves a package to the premium lane.

use std::sync::Arc;

use super::access::AccessError;
use crate::domain::package::PackageId;
use crate::queue::JobQueue;
use crate::registry::PackageRegistry;

/// Moves a package to the premium lane, a waiting job at once.
pub struct UpgradePackage {
    /// Holds the lane.
    pub registry: Arc<dyn PackageRegistry>,
    /// Holds the job.
    pub queue: Arc<dyn JobQueue>,
}

impl UpgradePackage {
    /// Whether there is such a package.
    ///
    /// # Errors
    /// When a backend is away; the same request may then be made again.
    pub async fn run(&self, package: PackageId) -> Result<bool, AccessError> {
        let Some(run) = self.registry.upgrade(package).await? else {
            return Ok(false);
        };
        self.queue.promote(package, run).await?;
        Ok(true)
    }
}
