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
use crate::registry::{Outcome, Package, StoredResult};

/// A store that has not answered by then keeps nobody from their status.
const LOOK: Duration = Duration::from_millis(500);

/// What owners are told when the store has lost their result.
pub(super) const RESULT_GONE: &str = "The stored result is gone; submit the link again.";

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
        let position = queue_snapshot.position(row.lane, row.ticket);
        Ok(PackageStatus {
            is_upgraded: row.lane == Lane::Premium,
            totals,
            joined: row.joined,
            state: self.state(row, position).await,
        })
    }

    async fn state(&self, row: Package, position: Position) -> PackageState {
        match row.outcome {
            None => PackageState::Underway {
                stage: row.stage,
                progress: row.progress,
                position,
            },
            Some(Outcome::Processed(result)) if self.is_gone(&result).await => {
                tracing::error!(package.id = %row.id, "the store has lost a result");
                PackageState::Failed {
                    stage: row.stage,
                    code: ErrorCode::ServerError,
                    detail: Some(RESULT_GONE.to_owned()),
                }
            }
            Some(Outcome::Processed(_)) => PackageState::Processed,
            Some(Outcome::Failed { code, detail }) => PackageState::Failed {
                stage: row.stage,
                code,
                detail,
            },
        }
    }

    async fn is_gone(&self, result: &StoredResult) -> bool {
        matches!(timeout(LOOK, self.blobs.contains(result.blob)).await, Ok(Ok(false)))
    }
}
