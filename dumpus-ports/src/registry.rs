//! Port: the registry of packages, the truth about where each one is.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::BoxError;
use crate::blobs::BlobKey;
use crate::domain::crypto::Envelope;
use crate::domain::error_code::ErrorCode;
use crate::domain::lifecycle::Stage;
use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::{Lane, LaneTotals, QueueSnapshot, Ticket};

/// A submitted package, to be taken into the registry.
#[derive(Clone, Debug)]
pub struct NewPackage {
    /// Its id.
    pub package: PackageId,
    /// The run that begins if it is taken.
    pub run: RunId,
    /// Its link, sealed so that only its owner's key opens it.
    pub owner_link: Vec<u8>,
    /// Packages in the lanes before it.
    pub joined: LaneTotals,
}

/// What became of an admission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A new run began: the queue has to take its job.
    Started {
        /// The lane it is in: a package that was upgraded stays so.
        lane: Lane,
        /// Its place in the order of arrival.
        ticket: Ticket,
        /// The result of an earlier run, to be erased.
        replaced: Option<BlobKey>,
    },
    /// It waits, runs or is processed already.
    AlreadyExists(Package),
}

/// The registry's row of a package. Times are the registry's own clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its id.
    pub id: PackageId,
    /// The run it is in.
    pub run: RunId,
    /// Its lane.
    pub lane: Lane,
    /// Its place in the order of arrival.
    pub ticket: Ticket,
    /// Where it is in its life.
    pub stage: Stage,
    /// 0 to 100 within the stage.
    pub progress: Option<u8>,
    /// Leases so far in this run.
    pub attempts: u32,
    /// Packages in the lanes when it came.
    pub joined: LaneTotals,
    /// Its link, sealed so that only its owner's key opens it.
    pub owner_link: Vec<u8>,
    /// How its job stands with the queue.
    pub dispatch: Dispatch,
    /// Whether a worker holds an unexpired lease.
    pub is_leased: bool,
    /// The end of the run, if it has ended.
    pub outcome: Option<Outcome>,
}

/// How a job stands with the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dispatch {
    /// The queue has not confirmed the job for this long.
    Unconfirmed(Duration),
    /// The queue took the job in this epoch.
    Queued(Epoch),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is a result.
    Processed(StoredResult),
    /// It failed in its stage.
    Failed {
        /// The code that clients match on.
        code: ErrorCode,
        /// One plain sentence without private data.
        detail: Option<String>,
    },
}

/// Where a result is and how it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResult {
    /// The blob with the ciphertext.
    pub blob: BlobKey,
    /// How it opens.
    pub envelope: Envelope,
    /// Bytes of the ciphertext.
    pub size: u64,
}

/// A marker of the queue's memory: it differs after the queue lost its jobs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Epoch(pub String);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The right to work on a package until the lease ends. Every write of a worker names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The package.
    pub package: PackageId,
    /// The run the job belongs to.
    pub run: RunId,
    /// Rises with every lease of the package, so that a worker that wakes up late is told apart.
    pub number: i64,
    /// Leases of this run, this one included.
    pub attempt: u32,
}

/// Names a request for a lease, so that one whose answer was lost can be made again. Random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseRequest(pub [u8; 16]);

/// The answer to a worker that asks for a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseOutcome {
    /// The package is the worker's until the lease ends.
    Granted(Lease),
    /// Another worker holds it; the job is to be delivered again later.
    AlreadyLeased,
    /// Deleted, submitted anew, or ended: the job is void.
    Stale,
}

/// Whether an attempt that ends without a result uses up one of those that a package has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It does: the package may be what made it fail.
    Counted,
    /// It does not, for example because the worker was stopped.
    Refunded,
}

/// A package that was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedPackage {
    /// The run that ended with it.
    pub run: RunId,
    /// Its result, to be erased too.
    pub blob: Option<BlobKey>,
}

/// What owners are told of an upgraded package that the queue did not take.
pub const NOT_QUEUED: &str = "The queue did not take the package; submit it again.";

/// The registry of packages.
///
/// Contract, in the words of [`crate::conformance`]. Each method is atomic, also between processes.
/// 1. `admit` begins a run for a package that is unknown or failed, and for no other: two at once begin one.
/// 2. `rollback_admission` erases a run only while it is unconfirmed; of an upgraded package the lane stays, so it fails instead.
/// 3. `lease` grants at most one unexpired lease, with a number that rises; a void job never gets one. The same request
///    made again is given the lease that it has. A void job of another run than the current one makes the current one
///    unconfirmed: it may have taken the place of its job.
/// 4. Whatever names a lease changes nothing once the lease was given away, or its run replaced or erased.
/// 5. Tickets rise in the order of admission; a requeued package keeps its ticket unless it was lost for long, and an
///    upgraded one gets a new ticket, for it goes behind those that wait in its new lane.
/// 6. `queue_snapshot` holds exactly the packages that are admitted and unfinished, less those lost for long.
#[async_trait]
pub trait PackageRegistry: Send + Sync {
    /// Takes a package in, unless it is in already.
    async fn admit(&self, admission: &NewPackage) -> Result<Admission, RegistryError>;

    /// Records that the queue took the job of this run, in this epoch. The lane that the package is in by now; `None`
    /// when the run is not the current one.
    async fn confirm(&self, package: PackageId, run: RunId, epoch: &Epoch) -> Result<Option<Lane>, RegistryError>;

    /// Records that the queue may not have the job of this run any more: it is unconfirmed from now on. False when the run
    /// has ended or is not the current one.
    async fn mark_undispatched(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError>;

    /// Erases a run that the queue did not take, or ends it with [`NOT_QUEUED`] when its package was upgraded. False when
    /// it is confirmed, ended or not the current one.
    async fn rollback_admission(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError>;

    /// The package's row.
    async fn find(&self, package: PackageId) -> Result<Option<Package>, RegistryError>;

    /// Claims the right to push a job again that is unconfirmed for `older_than`, or queued in another epoch than
    /// `epoch` and not leased: sets it unconfirmed from now on. A package that left the snapshot, as told by
    /// `lost_after`, gets a new ticket. Of several at once one is told the lane; the others `None`.
    async fn claim_redispatch(
        &self,
        package: PackageId,
        run: RunId,
        older_than: Duration,
        epoch: &Epoch,
        lost_after: Duration,
    ) -> Result<Option<Lane>, RegistryError>;

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

    /// Ends the lease without a result: the package waits again, in its old place.
    async fn release(&self, lease: &Lease, attempt: Attempt) -> Result<bool, RegistryError>;

    /// Goes to a stage by a legal step, with progress 0. False when the lease is not the worker's any more.
    async fn step(&self, lease: &Lease, to: Stage) -> Result<bool, RegistryError>;

    /// Records progress within the stage, 0 to 100.
    async fn progress(&self, lease: &Lease, percent: u8) -> Result<bool, RegistryError>;

    /// Ends the run with a result. False when the lease is not the worker's any more.
    async fn finish(&self, lease: &Lease, result: &StoredResult) -> Result<bool, RegistryError>;

    /// Ends the run with an error. False when the lease is not the worker's any more.
    async fn fail(&self, lease: &Lease, code: ErrorCode, detail: &str) -> Result<bool, RegistryError>;

    /// Ends a processed run with an error: its result is gone. False when it is not the current one or not processed.
    async fn mark_result_lost(&self, package: PackageId, run: RunId, detail: &str) -> Result<bool, RegistryError>;

    /// Whether the lease is still the worker's: the package neither erased nor submitted anew nor given away.
    async fn is_current(&self, lease: &Lease) -> Result<bool, RegistryError>;

    /// Erases the package's row.
    async fn delete(&self, package: PackageId) -> Result<Option<DeletedPackage>, RegistryError>;

    /// Moves the package to the premium lane. `None` when it is unknown; the run when it is there.
    async fn upgrade(&self, package: PackageId) -> Result<Option<RunId>, RegistryError>;

    /// The unfinished packages. A job that the queue lost, and whose owner has not asked since, leaves the snapshot
    /// when the epoch has been known for `lost_after`; so does one unconfirmed for that long.
    async fn queue_snapshot(&self, epoch: &Epoch, lost_after: Duration) -> Result<QueueSnapshot, RegistryError>;

    /// Erases packages that ended longer than `retention` ago, at most `most` of them.
    async fn expire(&self, retention: Duration, most: u32) -> Result<Vec<DeletedPackage>, RegistryError>;

    /// Of these blobs, those that no package points to.
    async fn unreferenced(&self, blobs: &[BlobKey]) -> Result<Vec<BlobKey>, RegistryError>;

    /// The secret of this name: 32 bytes, made of `candidate` by the first who asks, the same for all others.
    async fn secret(&self, name: &str, candidate: [u8; 32]) -> Result<[u8; 32], RegistryError>;

    /// Whether the registry answers.
    async fn ping(&self) -> Result<(), RegistryError>;
}

/// Why the registry gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// It cannot be reached, or not in time: worth another attempt.
    #[error("the registry is unavailable")]
    Unavailable(#[source] BoxError),
    /// A row says something that this version cannot read.
    #[error("the registry holds an unreadable value in {column}")]
    Inconsistent {
        /// Table and column, never the value.
        column: &'static str,
    },
    /// A defect.
    #[error("the registry failed")]
    Failed(#[source] BoxError),
}
