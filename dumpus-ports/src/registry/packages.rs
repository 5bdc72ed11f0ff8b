//! Port: packages, from admission to deletion.

use async_trait::async_trait;

use super::{Admission, DeletedPackage, Epoch, NewPackage, Package, RedispatchPolicy, RegistryError};
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
/// 7. A cancelled run has failed, and no worker holds it any more.
/// 8. A processed run whose result is lost fails, and a new one can begin.
///
/// Every method is atomic, also between processes, and uses the registry's clock.
///
/// # Errors
/// Every method: [`RegistryError::Unavailable`] if the same call may succeed later. The call may nevertheless have taken
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

    /// Erases the package of a run that the queue did not take, or fails the run when its package was upgraded. False when
    /// the run is confirmed, ended or not the current one.
    async fn rollback_admission(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError>;

    /// The package's current run and the time by the registry's clock; `None` if the package is unknown.
    async fn find(&self, package: PackageId) -> Result<Option<Package>, RegistryError>;

    /// Claims the right to push a job again that the queue lost or did not confirm, see
    /// [`Run::needs_redispatch`](super::Run::needs_redispatch): it is unconfirmed from now on. A package that was lost for
    /// long gets a new ticket. `epoch` is the queue's current one. Returns the lane; `None` when there is nothing to push,
    /// or another caller pushes it.
    async fn claim_redispatch(
        &self,
        package: PackageId,
        run: RunId,
        epoch: &Epoch,
        policy: &RedispatchPolicy,
    ) -> Result<Option<Lane>, RegistryError>;

    /// Fails a processed run whose result is gone. False when it is not the current one or not processed.
    async fn mark_result_lost(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError>;

    /// Fails the unfinished run of a package. Returns the run; `None` when there is none.
    async fn cancel(&self, package: PackageId) -> Result<Option<RunId>, RegistryError>;

    /// Erases the package's row, and returns what else has to be deleted; `None` if the package is unknown.
    async fn delete(&self, package: PackageId) -> Result<Option<DeletedPackage>, RegistryError>;

    /// Moves the package to the premium lane. Returns its current run; `None` when the package is unknown.
    async fn upgrade(&self, package: PackageId) -> Result<Option<RunId>, RegistryError>;

    /// The tickets of the unfinished packages, except those lost for long, see
    /// [`Run::is_lost_for_long`](super::Run::is_lost_for_long). `epoch` is the queue's current one.
    async fn queue_snapshot(&self, epoch: &Epoch, policy: &RedispatchPolicy) -> Result<QueueSnapshot, RegistryError>;

    /// Checks that the registry answers.
    async fn ping(&self) -> Result<(), RegistryError>;
}
