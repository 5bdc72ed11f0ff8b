//! Tells an owner how their package stands.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::access::{AccessError, prove};
use super::dispatch::Dispatcher;
use super::queue_positions::QueuePositions;
use crate::blobs::BlobStore;
use crate::domain::error_code::ErrorCode;
use crate::domain::lifecycle::Stage;
use crate::domain::package::PackageId;
use crate::domain::queue::{Lane, LaneTotals, Position};
use crate::domain::secret::UpnKey;
use crate::registry::{Failure, Outcome, Run, StoredResult};

/// A store that has not answered by then keeps nobody from their status.
const LOOK: Duration = Duration::from_millis(500);

/// Tells an owner how their package stands. Polled every second by everybody who waits.
pub struct ReadStatus {
    /// Registry, queue and vault; queues a lost job again.
    pub dispatcher: Arc<Dispatcher>,
    /// Tells whether a result is still there.
    pub blobs: Arc<dyn BlobStore>,
    /// Knows who waits before whom.
    pub queue_snapshot: Arc<QueuePositions>,
}

/// How a package stands.
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
        detail: Option<String>,
    },
}

impl ReadStatus {
    /// The status of the package. An owner's question also queues a package again whose job was lost.
    ///
    /// # Errors
    /// [`AccessError`] when the key is another's or a backend is away.
    pub async fn run(&self, key: &UpnKey, package: PackageId) -> Result<PackageStatus, AccessError> {
        prove(&*self.dispatcher.vault, key, &package)?;
        let row = self.dispatcher.registry.find(package).await?;
        let (queue_snapshot, epoch) = self.queue_snapshot.get().await?;
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
        self.dispatcher.redispatch_if_lost(&row, key, &epoch).await?;
        let run = row.run;
        let position = queue_snapshot.position(run.lane, run.ticket);
        Ok(PackageStatus {
            is_upgraded: run.lane == Lane::Premium,
            totals,
            joined: run.joined,
            state: self.state(run, position).await,
        })
    }

    async fn state(&self, run: Run, position: Position) -> PackageState {
        let stage = run.stage;
        let failure = match run.end.map(|end| end.outcome) {
            None => {
                let progress = run.progress;
                return PackageState::Underway {
                    stage,
                    progress,
                    position,
                };
            }
            Some(Outcome::Processed(result)) if self.is_gone(&result).await => {
                tracing::error!(package.id = %run.package, "the store has lost a result");
                Failure::result_lost()
            }
            Some(Outcome::Processed(_)) => return PackageState::Processed,
            Some(Outcome::Failed(failure)) => failure,
        };
        let Failure { code, detail } = failure;
        PackageState::Failed { stage, code, detail }
    }

    async fn is_gone(&self, result: &StoredResult) -> bool {
        matches!(timeout(LOOK, self.blobs.contains(result.blob)).await, Ok(Ok(false)))
    }
}
