//! Port: leases, the right of a worker to change a package.

use std::time::Duration;

use async_trait::async_trait;

use super::{Attempt, Failure, Lease, LeaseOutcome, LeaseRequest, RegistryError, StoredResult, Volume};
use crate::domain::lifecycle::Stage;
use crate::domain::package::{PackageId, RunId};

/// The writes of workers.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. `lease` grants at most one unexpired lease, with a number that rises; a stale job never gets one.
/// 2. A repeated request for a lease returns the lease that the first one was granted.
/// 3. A stale job of another run than the current one makes the current one unconfirmed: it may have taken the place of
///    its job in the queue.
/// 4. A call that names a lease changes nothing once the package was leased again, or its run ended, was replaced or
///    erased.
/// 5. What the holder of a lease writes is recorded. Stages follow each other as [`Stage::step`] allows.
/// 6. A run that ended is in the history, see [`RunHistory`](super::RunHistory).
///
/// Every method is atomic, also between processes, and uses the registry's clock.
///
/// # Errors
/// Every method: [`RegistryError::Unavailable`] if the same call may succeed later. The call may nevertheless have taken
/// effect; all methods are safe to repeat.
#[async_trait]
pub trait LeaseRegistry: Send + Sync {
    /// Grants a lease for `length` if the run is current and unfinished and no lease is unexpired.
    async fn lease(
        &self,
        package: PackageId,
        run: RunId,
        request: LeaseRequest,
        length: Duration,
    ) -> Result<LeaseOutcome, RegistryError>;

    /// Makes the lease last `length` from now. False when it is not the worker's any more.
    async fn extend(&self, lease: &Lease, length: Duration) -> Result<bool, RegistryError>;

    /// Ends the lease without a result: the package waits again, in its old place. False when the lease is not the
    /// worker's any more.
    async fn release(&self, lease: &Lease, attempt: Attempt) -> Result<bool, RegistryError>;

    /// Goes to a stage by a legal step, with progress 0. False when the lease is not the worker's any more.
    ///
    /// # Errors
    /// [`RegistryError::Failed`] when no such step leads to the stage.
    async fn step(&self, lease: &Lease, to: Stage) -> Result<bool, RegistryError>;

    /// Records progress within the stage, 0 to 100. False when the lease is not the worker's any more.
    async fn progress(&self, lease: &Lease, percent: u8) -> Result<bool, RegistryError>;

    /// Ends the run with a result, made of this much. Also true when the same call already did, and its answer was lost. False when the
    /// lease is not the worker's any more.
    ///
    /// # Errors
    /// [`RegistryError::Failed`] when the package is not being analysed.
    async fn finish(&self, lease: &Lease, result: &StoredResult, volume: &Volume) -> Result<bool, RegistryError>;

    /// Ends the run with an error. False when the lease is not the worker's any more.
    async fn fail(&self, lease: &Lease, failure: &Failure) -> Result<bool, RegistryError>;

    /// Whether the lease is still the worker's: the package is neither erased nor submitted again nor leased again.
    async fn is_current(&self, lease: &Lease) -> Result<bool, RegistryError>;
}
