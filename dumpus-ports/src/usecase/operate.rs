//! What operators do. Nothing here needs the key of a package's owner, and nothing reveals what only that key opens. The
//! caller authorizes it. Whatever would change something is recorded in the audit log before: an entry says what an operator
//! asked for, and no change takes effect without one.

mod instance;

use super::access::AccessError;
use crate::Dumpus;
use crate::domain::audit::{Action, Target};
use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::Lane;
use crate::registry::{JobOrder, Package, RunRecord};

pub use self::instance::Drained;

/// What became of a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retried {
    /// The package is delivered as soon as a worker is free.
    Queued,
    /// A worker has it.
    InWork,
    /// The queue lacks its job, which the next request of its owner brings back.
    NotInQueue,
    /// It has ended, and its link is gone: its owner has to submit it again.
    Ended,
    /// There is no such package.
    Unknown,
}

/// What became of an upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promoted {
    /// The package is in the premium lane now.
    Moved,
    /// It was there before.
    AlreadyPremium,
    /// It has ended.
    Ended,
    /// There is no such package.
    Unknown,
}

/// The life of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageLife {
    /// Its current run.
    pub current: Option<Package>,
    /// The runs that have ended, in their order.
    pub ended: Vec<RunRecord>,
}

impl Dumpus {
    /// Runs a delayed attempt at a package now.
    ///
    /// # Errors
    /// [`AccessError`].
    pub async fn retry(&self, package: PackageId) -> Result<Retried, AccessError> {
        let run = match self.delayed(package).await? {
            Ok(run) => run,
            Err(retried) => return Ok(retried),
        };
        let expedite = async { Ok(self.queue.expedite(package, run).await?) };
        let target = Target::Package(Some(package));
        let is_queued = self.recorded(Action::Retry, target, expedite).await?;
        Ok(if is_queued {
            Retried::Queued
        } else {
            Retried::NotInQueue
        })
    }

    /// Moves an unfinished package to the premium lane.
    ///
    /// # Errors
    /// [`AccessError`]. A repeated call moves the waiting job too.
    pub async fn promote(&self, package: PackageId) -> Result<Promoted, AccessError> {
        let promoted = self.promotable(package).await?;
        let exists = match promoted {
            Promoted::Moved => {
                let target = Target::Package(Some(package));
                self.recorded(Action::Promote, target, self.upgrade(package)).await?
            }
            // The queue may not have heard of the first upgrade.
            Promoted::AlreadyPremium => self.upgrade(package).await?,
            Promoted::Ended | Promoted::Unknown => return Ok(promoted),
        };
        Ok(if exists { promoted } else { Promoted::Unknown })
    }

    /// Ends an unfinished package with an error that says so. A worker that has it stops within a second. False when there
    /// is no unfinished package of this id.
    ///
    /// # Errors
    /// [`AccessError`].
    pub async fn cancel(&self, package: PackageId) -> Result<bool, AccessError> {
        let found = self.packages.find(package).await?;
        let mut cancelled = None;
        if found.is_some_and(|found| found.run.end.is_none()) {
            let cancel = async { Ok(self.packages.cancel(package).await?) };
            let target = Target::Package(Some(package));
            cancelled = self.recorded(Action::Cancel, target, cancel).await?;
        }
        // A job that stays behind is stale.
        self.queue.purge(package).await?;
        Ok(cancelled.is_some())
    }

    /// Erases a package as its owner would. False when there is none of this id.
    ///
    /// # Errors
    /// [`AccessError`].
    pub async fn erase(&self, package: PackageId) -> Result<bool, AccessError> {
        let erase = self.erase_package(package);
        if self.packages.find(package).await?.is_none() {
            return erase.await;
        }
        // Nothing keeps the id of a package that was erased.
        self.recorded(Action::Erase, Target::Package(None), erase).await
    }

    /// Leaves [`retry`](Dumpus::retry) to a process that has the queue, see [`Dumpus::carry_out_orders`].
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn order_retry(&self, package: PackageId) -> Result<Retried, AccessError> {
        if let Err(retried) = self.delayed(package).await? {
            return Ok(retried);
        }
        let action = Action::Retry;
        self.processes.order(JobOrder { package, action }).await?;
        Ok(Retried::Queued)
    }

    /// Leaves [`promote`](Dumpus::promote) to a process that has the queue, see [`Dumpus::carry_out_orders`].
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn order_promotion(&self, package: PackageId) -> Result<Promoted, AccessError> {
        let promoted = self.promotable(package).await?;
        if promoted == Promoted::Moved {
            let action = Action::Promote;
            self.processes.order(JobOrder { package, action }).await?;
        }
        Ok(promoted)
    }

    /// What became of a package so far.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn life(&self, package: PackageId) -> Result<PackageLife, AccessError> {
        Ok(PackageLife {
            current: self.packages.find(package).await?,
            ended: self.sweep.history.runs_of(package).await?,
        })
    }

    /// The run of a package that waits, or why there is nothing to retry.
    async fn delayed(&self, package: PackageId) -> Result<Result<RunId, Retried>, AccessError> {
        let found = self.packages.find(package).await?;
        Ok(match found {
            None => Err(Retried::Unknown),
            Some(found) if found.run.end.is_some() => Err(Retried::Ended),
            Some(found) if found.is_leased() => Err(Retried::InWork),
            Some(found) => Ok(found.run.id),
        })
    }

    /// What an upgrade of a package would do.
    async fn promotable(&self, package: PackageId) -> Result<Promoted, AccessError> {
        let found = self.packages.find(package).await?;
        Ok(match found.map(|found| found.run) {
            None => Promoted::Unknown,
            Some(run) if run.end.is_some() => Promoted::Ended,
            Some(run) if run.lane == Lane::Premium => Promoted::AlreadyPremium,
            Some(_) => Promoted::Moved,
        })
    }

    /// Records what an operator asks for, and then does it.
    async fn recorded<T>(
        &self,
        action: Action,
        target: Target,
        change: impl Future<Output = Result<T, AccessError>>,
    ) -> Result<T, AccessError> {
        self.audit.record(action, target).await?;
        let changed = change.await?;
        tracing::info!(action = action.command(), target = %target, "An operator changed the instance");
        Ok(changed)
    }
}
