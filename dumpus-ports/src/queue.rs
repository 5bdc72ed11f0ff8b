//! Port: the queue of jobs. It delivers; the truth about a package is the registry's.

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
    /// The run the job belongs to; a job of an older run is void.
    pub run: RunId,
    /// The lane it waits in.
    pub lane: Lane,
    /// Its link.
    pub link: SealedLink,
}

/// The queue of jobs. Delivery is at least once.
///
/// Contract, in the words of [`crate::conformance`]:
/// 1. A job is delivered to one worker at a time, and again when its delivery was neither acknowledged nor extended
///    for the length of a lease.
/// 2. Lanes are asked in the order of [`crate::domain::queue::lane_order`]; within a lane jobs come in order of arrival.
/// 3. An acknowledged or purged job leaves nothing behind; a job that was released is delivered again.
/// 4. A promoted job waits in the premium lane: at once, or as soon as the worker that holds it gives it back or falls
///    silent.
/// 5. The epoch changes when jobs were lost or may have been, and stays otherwise.
/// 6. A job of a run that the queue has already is not taken twice.
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Takes a job. When this gives an error the job may or may not have been taken.
    async fn push(&self, job: &Job) -> Result<Epoch, QueueError>;

    /// The next job of these lanes, waiting for one at most `patience`.
    async fn next(&self, lanes: &[Lane], patience: Duration) -> Result<Option<Box<dyn Delivery>>, QueueError>;

    /// Moves the job of the run to the premium lane. False when the queue has no job of this run.
    async fn promote(&self, package: PackageId, run: RunId) -> Result<bool, QueueError>;

    /// Removes every job of the package, delivered or not.
    async fn purge(&self, package: PackageId) -> Result<(), QueueError>;

    /// The marker of the queue's memory. May be up to a second old.
    async fn epoch(&self) -> Result<Epoch, QueueError>;

    /// Whether the queue answers.
    async fn ping(&self) -> Result<(), QueueError>;
}

/// A job in the hands of one worker. Dropping it neither acknowledges nor releases.
#[async_trait]
pub trait Delivery: Send + Sync {
    /// The job.
    fn job(&self) -> &Job;

    /// Keeps the job from being delivered to others. False when it is not this worker's any more.
    async fn extend(&self) -> Result<bool, QueueError>;

    /// The job is done or void.
    async fn acknowledge(self: Box<Self>) -> Result<(), QueueError>;

    /// Gives the job back, to be delivered again at once.
    async fn release(self: Box<Self>) -> Result<(), QueueError>;
}

/// Why the queue gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// It cannot be reached, or not in time: worth another attempt.
    #[error("the queue is unavailable")]
    Unavailable(#[source] BoxError),
    /// A defect.
    #[error("the queue failed")]
    Failed(#[source] BoxError),
}
