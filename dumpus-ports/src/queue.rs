//! Port: the queue of jobs. It only delivers them; the registry knows the state of a package.

use std::time::Duration;

use async_trait::async_trait;

use crate::BoxError;
use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::Lane;
use crate::registry::Epoch;

/// A link that only the instance key opens, and only for its package.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedLink(pub Vec<u8>);

impl std::fmt::Debug for SealedLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealedLink(redacted)")
    }
}

/// A package that waits for a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The package.
    pub package: PackageId,
    /// The run the job belongs to; a job of an older run is stale.
    pub run: RunId,
    /// The lane it waits in.
    pub lane: Lane,
    /// Its link.
    pub link: SealedLink,
}

/// The queue of jobs, with delivery at least once. Time is measured by the queue's own clock, which all processes that
/// share it have in common.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. A job is delivered to one worker at a time, and again if its delivery was neither acknowledged nor extended for the
///    length of a lease.
/// 2. Lanes are served in the order of [`crate::domain::queue::lane_order`]; within a lane, jobs are delivered in order of
///    arrival.
/// 3. Nothing remains of an acknowledged or purged job; a released job is delivered again.
/// 4. A promoted job waits in the premium lane, either at once or as soon as the worker that holds it releases it or its
///    delivery times out.
/// 5. The epoch changes if jobs were lost or may have been, and only then.
/// 6. A second job of a run that is already queued is ignored.
/// 7. A postponed job is delivered again after its delay: to another worker if one asks within ten seconds more.
/// 8. `contains` knows the jobs that wait, are postponed or are delivered.
/// 9. An expedited job is delivered to the next worker that asks, even the one that postponed it.
///
/// # Errors
/// Every method: [`QueueError::Unavailable`] if the same call may succeed later. The call may nevertheless have taken
/// effect; all methods are safe to repeat.
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Adds a job and returns the epoch that it was added in. Atomic.
    async fn push(&self, job: &Job) -> Result<Epoch, QueueError>;

    /// The next job of these lanes; `None` if none arrives within `max_wait`. Cancel safe: a job whose delivery is
    /// dropped before it is returned is delivered again after the length of a lease.
    async fn next(&self, lanes: &[Lane], max_wait: Duration) -> Result<Option<Box<dyn Delivery>>, QueueError>;

    /// Moves the job of the run to the premium lane. Returns false if the queue has no job of this run. Atomic.
    async fn promote(&self, package: PackageId, run: RunId) -> Result<bool, QueueError>;

    /// Removes every job of the package, delivered or not. Atomic.
    async fn purge(&self, package: PackageId) -> Result<(), QueueError>;

    /// Ends the delay of a postponed job. False if the queue has no job of this run.
    async fn expedite(&self, package: PackageId, run: RunId) -> Result<bool, QueueError>;

    /// Whether the queue has the job of this run.
    async fn contains(&self, package: PackageId, run: RunId) -> Result<bool, QueueError>;

    /// The queue's current epoch. May be up to a second old.
    async fn epoch(&self) -> Result<Epoch, QueueError>;

    /// Checks that the queue answers.
    async fn ping(&self) -> Result<(), QueueError>;

    /// Checks that the queue takes jobs: writes something without a meaning.
    async fn probe(&self) -> Result<(), QueueError>;
}

/// A job that was delivered to one worker. Dropping it neither acknowledges nor releases the job.
///
/// # Errors
/// Every method: as for [`JobQueue`].
#[async_trait]
pub trait Delivery: Send + Sync {
    /// The job.
    fn job(&self) -> &Job;

    /// Restarts the time after which the job is delivered again. Returns false if it is no longer this worker's.
    async fn extend(&self) -> Result<bool, QueueError>;

    /// Removes the job, which is done or stale. Does nothing if it is no longer this worker's.
    async fn acknowledge(self: Box<Self>) -> Result<(), QueueError>;

    /// Returns the job to the queue, to be delivered again at once. Does nothing if it is no longer this worker's.
    async fn release(self: Box<Self>) -> Result<(), QueueError>;

    /// Returns the job to the queue, to be delivered again after `delay`, or after the length of a lease if that is shorter.
    /// Does nothing if it is no longer this worker's.
    async fn postpone(self: Box<Self>, delay: Duration) -> Result<(), QueueError>;
}

/// Why a call to the queue failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// The queue cannot be reached, or not in time: worth another attempt.
    #[error("the queue is unavailable")]
    Unavailable(#[source] BoxError),
    /// It is another instance's, or has become so.
    #[error("the queue belongs to another instance")]
    OtherInstance(#[source] BoxError),
    /// A defect.
    #[error("the queue failed")]
    Failed(#[source] BoxError),
}
