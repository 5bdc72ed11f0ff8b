//! Acquires and renews the lease of a package.

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::ProcessPackage;
use super::outcome::AttemptOutcome;
use super::progress::AttemptProgress;
use crate::queue::Delivery;
use crate::registry::{Lease, LeaseOutcome, LeaseRequest, RegistryError};
use crate::usecase::access::AccessError;

impl ProcessPackage {
    /// Acquires the lease for a delivered job. Keeps the job while the registry is unavailable: once released, or after its
    /// delivery expired, it would wait longer than the outage lasts.
    pub(super) async fn lease(&self, delivery: &dyn Delivery) -> Result<LeaseOutcome, AccessError> {
        let job = delivery.job();
        let request = LeaseRequest {
            id: self.vault.random()?,
            worker: self.id,
        };
        let (mut extended, mut is_reported) = (Instant::now(), false);
        loop {
            self.liveness.touch();
            let lease = self.settings.lease;
            match self.leases.lease(job.package, job.run, request, lease).await {
                Err(RegistryError::Unavailable(cause)) if !is_reported => {
                    tracing::warn!(cause = %cause, "Registry unavailable, keeping the job until it returns");
                    is_reported = true;
                }
                Err(RegistryError::Unavailable(_)) => {}
                answer => return Ok(answer?),
            }
            if extended.elapsed() >= self.settings.heartbeat {
                if matches!(delivery.extend().await, Ok(false)) {
                    return Ok(LeaseOutcome::AlreadyLeased);
                }
                extended = Instant::now();
            }
            sleep(self.settings.poll_interval).await;
        }
    }

    /// Renews the lease and reports the progress. Returns when the lease is lost.
    pub(super) async fn guard(
        &self,
        lease: &Lease,
        delivery: &dyn Delivery,
        progress: &AttemptProgress,
    ) -> AttemptOutcome {
        let mut ticks = interval(self.settings.poll_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut extended = Instant::now();
        let mut heard = Instant::now();
        let mut reported = None;
        loop {
            ticks.tick().await;
            self.liveness.touch();
            let percent = progress.percent();
            let answer = if extended.elapsed() >= self.settings.heartbeat {
                self.extend(lease, delivery)
                    .await
                    .inspect(|_| extended = Instant::now())
            } else if percent.is_some() && percent != reported {
                reported = percent;
                self.leases.progress(lease, percent.unwrap_or(0)).await
            } else {
                self.leases.is_current(lease).await
            };
            match answer {
                Ok(true) => heard = Instant::now(),
                Err(error) if heard.elapsed() < self.settings.lease => {
                    tracing::debug!(error = %error, "Failed to renew the lease");
                }
                Ok(false) | Err(_) => return AttemptOutcome::Lost,
            }
        }
    }

    async fn extend(&self, lease: &Lease, delivery: &dyn Delivery) -> Result<bool, RegistryError> {
        // The registry decides: if the queue delivers the job to another worker, that worker finds it leased.
        if let Err(error) = delivery.extend().await {
            tracing::debug!(error = %error, "Failed to extend the delivery");
        }
        self.leases.extend(lease, self.settings.lease).await
    }
}
