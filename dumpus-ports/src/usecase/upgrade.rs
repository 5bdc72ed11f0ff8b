//! Moves packages to the premium lane.

use super::access::AccessError;
use crate::Dumpus;
use crate::domain::package::PackageId;

impl Dumpus {
    /// Moves a package to the premium lane, without a key: the caller authorizes this. Returns whether the package
    /// exists.
    ///
    /// # Errors
    /// [`AccessError`]. The registry may have recorded the lane; a repeated call moves the waiting job too.
    pub async fn upgrade(&self, package: PackageId) -> Result<bool, AccessError> {
        let Some(run) = self.packages.upgrade(package).await? else {
            return Ok(false);
        };
        self.queue.promote(package, run).await?;
        Ok(true)
    }
}
