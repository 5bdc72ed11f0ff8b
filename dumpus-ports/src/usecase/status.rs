//! Reads the state of a package. Clients poll it every second.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::access::{AccessError, prove};
use crate::Dumpus;
use crate::domain::error_code::ErrorCode;
use crate::domain::failure_detail::FailureDetail;
use crate::domain::lifecycle::Stage;
use crate::domain::package::PackageId;
use crate::domain::queue::{Lane, LaneTotals, Position};
use crate::domain::secret::UpnKey;
use crate::registry::{Failure, Outcome, Package, Run, StoredResult};

/// A store that has not answered by then does not delay the status.
const LOOK: Duration = Duration::from_millis(500);

/// How long the first request for a package waits until a free worker has it. Clients ask right after they submitted a
/// link, and again a second later.
const LEASE_WAIT: Duration = Duration::from_millis(100);
/// How often it looks.
const LEASE_INTERVAL: Duration = Duration::from_millis(20);

/// The state of a package and its place in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageStatus {
    /// Where it is.
    pub state: PackageState,
    /// Whether it is in the premium lane.
    pub is_upgraded: bool,
    /// Packages accepted and not finished, now.
    pub totals: LaneTotals,
    /// The same when the package came.
    pub joined: LaneTotals,
}

/// Where a package is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageState {
    /// Never submitted, deleted or expired.
    Unknown,
    /// Waiting or running.
    Underway {
        /// The stage it is in.
        stage: Stage,
        /// 0 to 100 within the stage.
        progress: Option<u8>,
        /// Who is ahead.
        position: Position,
    },
    /// The result can be fetched.
    Processed,
    /// It failed.
    Failed {
        /// Where.
        stage: Stage,
        /// Why, for clients.
        code: ErrorCode,
        /// Why, for people.
        detail: Option<FailureDetail>,
    },
}

impl Dumpus {
    /// The state of a package and its position in the queue, which may be a second old, or five while backends are slow.
    /// Queues the package again if its job was lost. The first call for a package waits up to 100 ms for a free worker to
    /// take it, if there is one and no package is ahead. While the queue is away, what has ended is known, with the last
    /// known totals.
    ///
    /// # Errors
    /// [`AccessError`].
    pub async fn status(&self, key: &UpnKey, package: PackageId) -> Result<PackageStatus, AccessError> {
        prove(&*self.vault, key, &package)?;
        let row = self.packages.find(package).await?;
        if let Some(run) = row.as_ref().map(|row| &row.run)
            && let Some(end) = &run.end
        {
            return Ok(PackageStatus {
                is_upgraded: run.lane == Lane::Premium,
                totals: self.last_totals().await,
                joined: run.joined,
                state: self.end_state(run.package, run.stage, end.outcome.clone()).await,
            });
        }
        let (queue_snapshot, epoch) = self.positions.get().await?;
        let totals = queue_snapshot.totals();
        let Some(row) = row else {
            let joined = LaneTotals::default();
            return Ok(PackageStatus {
                state: PackageState::Unknown,
                is_upgraded: false,
                totals,
                joined,
            });
        };
        self.redispatch_if_lost(&row, key, &epoch).await?;
        let position = queue_snapshot.position(row.run.lane, row.run.ticket);
        let is_next = position.ahead == 0 && (position.lane == Lane::Premium || totals.premium == 0);
        let run = if is_next { self.after_lease(row).await } else { row }.run;
        Ok(PackageStatus {
            is_upgraded: run.lane == Lane::Premium,
            totals,
            joined: run.joined,
            state: self.state(run, position).await,
        })
    }

    /// The totals for the owner of a package that needs the queue no more, who is not kept waiting for it.
    async fn last_totals(&self) -> LaneTotals {
        match timeout(LOOK, self.positions.get()).await {
            Ok(Ok((queue_snapshot, _))) => queue_snapshot.totals(),
            _ => self.positions.last_totals(),
        }
    }

    /// The package as it is once a worker has it, if that is a matter of milliseconds.
    async fn after_lease(&self, mut package: Package) -> Package {
        let id = package.run.package;
        if !package.is_waiting() || !self.awaited.insert(id) || !self.has_worker(package.run.lane).await {
            return package;
        }
        let began = Instant::now();
        while package.is_waiting() && began.elapsed() < LEASE_WAIT {
            sleep(LEASE_INTERVAL).await;
            match self.packages.find(id).await {
                Ok(Some(found)) => package = found,
                // The next request tells.
                Ok(None) | Err(_) => break,
            }
        }
        package
    }

    /// Whether a worker is known that takes packages of the lane. It is free if no package is ahead.
    async fn has_worker(&self, lane: Lane) -> bool {
        let Ok(Ok(known)) = timeout(LEASE_WAIT, self.processes.processes()).await else {
            return false;
        };
        known.alive().any(|process| process.takes(lane))
    }

    async fn state(&self, run: Run, position: Position) -> PackageState {
        match run.end {
            None => PackageState::Underway {
                stage: run.stage,
                progress: run.progress,
                position,
            },
            Some(end) => self.end_state(run.package, run.stage, end.outcome).await,
        }
    }

    async fn end_state(&self, package: PackageId, stage: Stage, outcome: Outcome) -> PackageState {
        let Failure { code, detail } = match outcome {
            Outcome::Processed(result) if self.is_gone(&result).await => {
                tracing::error!(package.id = %package, "The store has lost a result");
                Failure::result_lost()
            }
            Outcome::Processed(_) => return PackageState::Processed,
            Outcome::Failed(failure) => failure,
        };
        PackageState::Failed { stage, code, detail }
    }

    async fn is_gone(&self, result: &StoredResult) -> bool {
        matches!(timeout(LOOK, self.blobs.contains(result.blob)).await, Ok(Ok(false)))
    }
}
