//! What operators do. Nothing here needs the key of a package's owner, and nothing reveals what only that key opens. The
//! caller authorizes it; everything is recorded in the audit log.

use std::time::Duration;

use super::access::AccessError;
use crate::Dumpus;
use crate::domain::audit::{Action, AuditEntry, Target};
use crate::domain::package::{PackageId, RunId};
use crate::domain::process::ProcessId;
use crate::domain::queue::Lane;
use crate::registry::{JobOrder, Overview, Package, Processes, RunRecord};

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
        let is_queued = self.queue.expedite(package, run).await?;
        self.record(Action::Retry, Target::Package(Some(package))).await?;
        Ok(if is_queued {
            Retried::Queued
        } else {
            Retried::NotInQueue
        })
    }

    /// Moves a package to the premium lane. False when there is none of this id.
    ///
    /// # Errors
    /// [`AccessError`]. A repeated call moves the waiting job too.
    pub async fn promote(&self, package: PackageId) -> Result<bool, AccessError> {
        let exists = self.upgrade(package).await?;
        if exists {
            self.record(Action::Promote, Target::Package(Some(package))).await?;
        }
        Ok(exists)
    }

    /// Ends an unfinished package with an error that says so. A worker that has it stops within a second. False when there
    /// is no unfinished package of this id.
    ///
    /// # Errors
    /// [`AccessError`].
    pub async fn cancel(&self, package: PackageId) -> Result<bool, AccessError> {
        let cancelled = self.packages.cancel(package).await?;
        // A job that stays behind is stale.
        self.queue.purge(package).await?;
        if cancelled.is_some() {
            self.record(Action::Cancel, Target::Package(Some(package))).await?;
        }
        Ok(cancelled.is_some())
    }

    /// Erases a package as its owner would. False when there is none of this id.
    ///
    /// # Errors
    /// [`AccessError`].
    pub async fn erase(&self, package: PackageId) -> Result<bool, AccessError> {
        let existed = self.erase_package(package).await?;
        if existed {
            // Nothing keeps the id of a package that was erased.
            self.record(Action::Erase, Target::Package(None)).await?;
        }
        Ok(existed)
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
    pub async fn order_promotion(&self, package: PackageId) -> Result<bool, AccessError> {
        let exists = self.packages.find(package).await?.is_some();
        if exists {
            let action = Action::Promote;
            self.processes.order(JobOrder { package, action }).await?;
        }
        Ok(exists)
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

    /// Stops the delivery of a lane, or resumes it, within [`HEARTBEAT`](crate::domain::process::HEARTBEAT). Packages in work
    /// are finished.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn pause(&self, lane: Lane, is_paused: bool) -> Result<(), AccessError> {
        self.processes.pause(lane, is_paused).await?;
        let action = if is_paused { Action::Pause } else { Action::Resume };
        self.record(action, Target::Lane(lane)).await
    }

    /// Lets a process take no more packages until it is restarted, or take them again. False when it is unknown.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn drain(&self, process: ProcessId, is_drained: bool) -> Result<bool, AccessError> {
        let is_known = self.processes.drain(process, is_drained).await?;
        if is_known {
            let action = if is_drained { Action::Drain } else { Action::Undrain };
            self.record(action, Target::Process(process)).await?;
        }
        Ok(is_known)
    }

    /// Believes the registry's clock after it has jumped, so that sweeps go on, see
    /// [`SweepClock`](crate::registry::SweepClock).
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn trust_clock(&self) -> Result<(), AccessError> {
        self.sweep.registry.trust_clock().await?;
        self.record(Action::TrustClock, Target::Instance).await
    }

    /// What the instance is doing, and what ended within `window`.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn overview(&self, window: Duration) -> Result<Overview, AccessError> {
        Ok(self.sweep.registry.overview(window).await?)
    }

    /// The processes of the instance.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn processes(&self) -> Result<Processes, AccessError> {
        Ok(self.processes.processes().await?)
    }

    /// Lanes whose delivery is stopped.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn paused(&self) -> Result<Vec<Lane>, AccessError> {
        Ok(self.processes.paused().await?)
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

    /// The last actions of operators, the newest first.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, AccessError> {
        Ok(self.audit.entries(limit).await?)
    }

    async fn record(&self, action: Action, target: Target) -> Result<(), AccessError> {
        tracing::info!(action = %action, target = %target, "An operator changed the instance");
        Ok(self.audit.record(action, target).await?)
    }
}
