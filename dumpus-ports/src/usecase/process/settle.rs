//! Records how the work on a package ended, in the registry and then in the queue.

use super::ProcessPackage;
use super::health::{Verdict, WorkerFault};
use super::outcome::{AttemptOutcome, Setback};
use crate::domain::error_code::ErrorCode;
use crate::domain::failure_detail::{AttemptError, FailureDetail};
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
            AttemptOutcome::Done(result, volume) => {
                if self
                    .retry_while_unavailable(|| self.leases.finish(lease, &result, &volume))
                    .await?
                {
                    self.health.recover(lease.run);
                    self.control.count_done();
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
                self.health.recover(lease.run);
                self.fail(lease, delivery, code, detail).await?;
            }
            AttemptOutcome::Retry(Setback::Source(FailureDetail::Unreachable)) if self.health.is_cut_off(lease.run) => {
                self.settle_fault(lease, delivery, WorkerFault::NoNetwork).await?;
            }
            AttemptOutcome::Retry(setback) => self.retry(lease, delivery, setback).await?,
            AttemptOutcome::Fault(fault) => self.settle_fault(lease, delivery, fault).await?,
            AttemptOutcome::Postpone if self.challenges.duration(lease.run) >= self.settings.max_challenge => {
                self.challenges.forget(lease.run);
                self.fail(lease, delivery, ErrorCode::ServerError, FailureDetail::Challenge)
                    .await?;
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

    async fn fail(
        &self,
        lease: &Lease,
        delivery: Box<dyn Delivery>,
        code: ErrorCode,
        detail: FailureDetail,
    ) -> Result<(), AccessError> {
        let failure = Failure::new(code, detail);
        self.retry_while_unavailable(|| self.leases.fail(lease, &failure))
            .await?;
        self.control.count_failed();
        // The stored form holds numbers and words, nothing of the package.
        let detail = failure.detail.as_ref().map(FailureDetail::encode);
        tracing::info!(error.code = %code, error.detail = detail, attempts = lease.attempt, "A package failed");
        Ok(delivery.acknowledge().await?)
    }

    /// Another attempt after a delay, unless this was the last one.
    async fn retry(&self, lease: &Lease, delivery: Box<dyn Delivery>, setback: Setback) -> Result<(), AccessError> {
        if lease.attempt >= self.settings.max_attempts {
            let detail = setback.detail(lease.attempt);
            return self.fail(lease, delivery, ErrorCode::ServerError, detail).await;
        }
        let [.., longest] = self.settings.retry_delays;
        let delay = self.settings.retry_delays.get(lease.attempt.saturating_sub(1) as usize);
        tracing::warn!(reason = %setback, attempts = lease.attempt, "An attempt failed");
        self.retry_while_unavailable(|| self.leases.release(lease, Attempt::Counted))
            .await?;
        Ok(delivery.postpone(*delay.unwrap_or(&longest)).await?)
    }

    /// Leaves the package to other workers, until it has met the fault too often here.
    async fn settle_fault(
        &self,
        lease: &Lease,
        delivery: Box<dyn Delivery>,
        fault: WorkerFault,
    ) -> Result<(), AccessError> {
        let release = async || {
            self.retry_while_unavailable(|| self.leases.release(lease, Attempt::Refunded))
                .await
        };
        match (self.health.record(fault, lease.run, &self.settings.retry_delays), fault) {
            (Verdict::TryAgain(delay), _) => {
                release().await?;
                Ok(delivery.postpone(delay).await?)
            }
            (Verdict::Suspect, WorkerFault::LinkNotOpened) => {
                // Nobody may be able to open it. The next request of its owner queues it again, sealed anew.
                release().await?;
                Ok(delivery.acknowledge().await?)
            }
            (Verdict::Suspect, WorkerFault::LinkNotAllowed) => {
                self.fail(lease, delivery, ErrorCode::InvalidLink, FailureDetail::LinkNotAllowed)
                    .await
            }
            (Verdict::Suspect, WorkerFault::SmallerLimit { bytes }) => {
                self.fail(
                    lease,
                    delivery,
                    ErrorCode::InvalidLink,
                    FailureDetail::TooLarge { bytes },
                )
                .await
            }
            (Verdict::Suspect, WorkerFault::NoNetwork) => {
                self.retry(lease, delivery, Setback::Source(FailureDetail::Unreachable))
                    .await
            }
            (Verdict::Suspect, WorkerFault::NoStorage) => {
                self.retry(lease, delivery, Setback::Here(AttemptError::NoStorage))
                    .await
            }
        }
    }
}
