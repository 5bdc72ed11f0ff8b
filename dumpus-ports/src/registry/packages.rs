//! Port: packages, from admission to deletion.

use std::time::Duration;

use async_trait::async_trait;

use super::{Admission, DeletedPackage, Epoch, NewPackage, Package, RegistryError};
use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::{Lane, QueueSnapshot};

/// The registry of packages.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. `admit` begins a run for a package that is unknown or failed, and for no other: two calls at once begin one run.
/// 2. `rollback_admission` erases a run only while it is unconfirmed. An upgraded package keeps its lane, so its run
///    fails instead.
/// 3. `claim_redispatch` succeeds for one of several callers.
/// 4. Tickets rise in the order of admission. A requeued package keeps its ticket unless it was lost for long; an
///    upgraded package gets a new one, because it goes behind those that wait in its new lane.
/// 5. `queue_snapshot` holds exactly the packages that are admitted and unfinished, except those lost for long.
/// 6. A deleted package is unknown.
/// 7. A processed run whose result is lost fails, and a new one can begin.
///
/// # Errors
/// Every method: [`RegistryError::Unavailable`] when the same call may succeed later. The call may then have taken
/// effect; all methods are safe to repeat.
#[async_trait]
pub trait PackageRegistry: Send + Sync {
    /// Begins a run, unless the package waits, runs or is processed.
    async fn admit(&self, admission: &NewPackage) -> Result<Admission, RegistryError>;

    /// Records that the queue took the job of this run, in this epoch. Returns the package's lane at that moment; `None`
    /// when the run is not the current one.
    async fn confirm(&self, package: PackageId, run: RunId, epoch: &Epoch) -> Result<Option<Lane>, RegistryError>;

    /// Records that the queue may not have the job of this run any more: it is unconfirmed from now on. False when the run
    /// has ended or is not the current one.
    async fn mark_undispatched(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError>;

    /// Erases a run that the queue did not take, or ends it with [`super::NOT_QUEUED`] when its package was upgraded.
    /// False when it is confirmed, ended or not the current one.
    async fn rollback_admission(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError>;

    /// The package's row.
    async fn find(&self, package: PackageId) -> Result<Option<Package>, RegistryError>;

    /// Claims the right to push a job again that is unconfirmed for `older_than`, or queued in another epoch than
    /// `epoch` and not leased: sets it unconfirmed from now on. A package that left the snapshot, by `lost_after`, gets a
    /// new ticket. Returns the lane; `None` when there is nothing to push, or another caller pushes it.
    async fn claim_redispatch(
        &self,
        package: PackageId,
        run: RunId,
        older_than: Duration,
        epoch: &Epoch,
        lost_after: Duration,
    ) -> Result<Option<Lane>, RegistryError>;

    /// Ends a processed run with an error: its result is gone. False when it is not the current one or not processed.
    async fn mark_result_lost(&self, package: PackageId, run: RunId, detail: &str) -> Result<bool, RegistryError>;

    /// Erases the package's row.
    async fn delete(&self, package: PackageId) -> Result<Option<DeletedPackage>, RegistryError>;

    /// Moves the package to the premium lane. Returns its current run; `None` when the package is unknown.
    async fn upgrade(&self, package: PackageId) -> Result<Option<RunId>, RegistryError>;

    /// The unfinished packages. A job that the queue lost, and whose owner has not asked since, leaves the snapshot
    /// when the epoch has been known for `lost_after`; so does one unconfirmed for that long.
    async fn queue_snapshot(&self, epoch: &Epoch, lost_after: Duration) -> Result<QueueSnapshot, RegistryError>;

    /// Whether the registry answers.
    async fn ping(&self) -> Result<(), RegistryError>;
}
