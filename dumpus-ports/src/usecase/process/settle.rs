//! Records how the work on a package ended, in the registry and then in the queue.

use super::ProcessPackage;
use super::outcome::AttemptOutcome;
use crate::domain::error_code::ErrorCode;
use crate::domain::failure_detail::FailureDetail;
use crate::queue::Delivery;
use crate::registry::{Attempt, Failure, Lease};
use crate::usecase::access::AccessError;

impl ProcessPackage {
    pub(super) async fn settle(
        &self,
        lease: &Lease,
        delivery: Box<dyn Delivery>,
        outcome: AttemptOutcome,
        elapsed_ms: u64,
    ) -> Result<(), AccessError> {
        match outcome {
            AttemptOutcome::Done(result) => {
                if self
                    .retry_while_unavailable(|| self.leases.finish(lease, &result))
                    .await?
                {
                    tracing::info!(elapsed_ms, result.size_bytes = result.size, "Processed a package");
                } else {
                    self.blobs.delete(result.blob).await?;
                    tracing::info!(
                        elapsed_ms,
                        "a result was dropped: the package is not this worker's any more"
                    );
                }
                delivery.acknowledge().await?;
            }
            AttemptOutcome::Fail(code, detail) => {
                let failure = Failure::new(code, detail);
                self.retry_while_unavailable(|| self.leases.fail(lease, &failure))
                    .await?;
                tracing::info!(elapsed_ms, error.code = %code, "A package failed");
                delivery.acknowledge().await?;
            }
            AttemptOutcome::Retry(error) if lease.attempt >= self.settings.max_attempts => {
                let attempts = lease.attempt.into();
                let detail = FailureDetail::ProcessingFailed { attempts, error };
                let failure = Failure::new(ErrorCode::ServerError, detail);
                self.retry_while_unavailable(|| self.leases.fail(lease, &failure))
                    .await?;
                delivery.acknowledge().await?;
            }
            AttemptOutcome::Retry(reason) => {
                tracing::warn!(elapsed_ms, reason = %reason, "An attempt failed");
                self.retry_while_unavailable(|| self.leases.release(lease, Attempt::Counted))
                    .await?;
                delivery.release().await?;
            }
            AttemptOutcome::Postpone if self.challenges.duration(lease.run) >= self.settings.max_challenge => {
                let failure = Failure::new(ErrorCode::ServerError, FailureDetail::Challenge);
                self.retry_while_unavailable(|| self.leases.fail(lease, &failure))
                    .await?;
                self.challenges.forget(lease.run);
                delivery.acknowledge().await?;
            }
            AttemptOutcome::Postpone => {
                tracing::info!(elapsed_ms, "Postponed a package whose link was challenged");
                self.leases.release(lease, Attempt::Refunded).await?;
                // Not released: the queue delivers it again when the delivery times out.
                delivery.extend().await?;
            }
            AttemptOutcome::Release => {
                tracing::info!(elapsed_ms, "Released a package");
                self.leases.release(lease, Attempt::Refunded).await?;
                delivery.release().await?;
            }
            AttemptOutcome::Lost => {
                tracing::info!(
                    elapsed_ms,
                    "stopped work on a package that is not this worker's any more"
                );
                match self.retry_while_unavailable(|| self.leases.is_current(lease)).await {
                    // A job of the current run stays with the worker that holds it.
                    Ok(false) => delivery.acknowledge().await?,
                    // The registry was away for the length of a lease: the package did not end this attempt.
                    Ok(true) => {
                        self.retry_while_unavailable(|| self.leases.release(lease, Attempt::Refunded))
                            .await?;
                        delivery.release().await?;
                    }
                    // Whoever takes the job waits for the registry with it in hand.
                    Err(_) => delivery.release().await?,
                }
            }
        }
        Ok(())
    }
}
