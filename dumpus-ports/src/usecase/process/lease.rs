//! The right to work on a package: got, and kept.

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::ProcessPackage;
use super::end::End;
use super::stages::Stages;
use crate::queue::Delivery;
use crate::registry::{Lease, LeaseOutcome, LeaseRequest, RegistryError};
use crate::usecase::access::AccessError;

impl ProcessPackage {
    /// The lease for a job in hand. While the registry is away the job is kept: given back, or left alone, it would wait
    /// longer than the registry is away.
    pub(super) async fn lease(&self, delivery: &dyn Delivery) -> Result<LeaseOutcome, AccessError> {
        let job = delivery.job();
        let request = LeaseRequest(self.vault.random()?);
        let (mut extended, mut is_told) = (Instant::now(), false);
        loop {
            self.pulse.beat();
            let lease = self.settings.lease;
            match self.leases.lease(job.package, job.run, request, lease).await {
                Err(RegistryError::Unavailable(cause)) if !is_told => {
                    tracing::warn!(cause = %cause, "the registry is unavailable: a job waits for it");
                    is_told = true;
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
            sleep(self.settings.watch).await;
        }
    }

    /// Keeps the lease, tells the progress, and ends when the package is not wanted any more.
    pub(super) async fn guard(&self, lease: &Lease, delivery: &dyn Delivery, stages: &Stages) -> End {
        let mut ticks = interval(self.settings.watch);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut extended = Instant::now();
        let mut heard = Instant::now();
        let mut told = None;
        loop {
            ticks.tick().await;
            self.pulse.beat();
            let percent = stages.percent();
            let answer = if extended.elapsed() >= self.settings.heartbeat {
                self.extend(lease, delivery)
                    .await
                    .inspect(|_| extended = Instant::now())
            } else if percent.is_some() && percent != told {
                told = percent;
                self.leases.progress(lease, percent.unwrap_or(0)).await
            } else {
                self.leases.is_current(lease).await
            };
            match answer {
                Ok(true) => heard = Instant::now(),
                Err(error) if heard.elapsed() < self.settings.lease => {
                    tracing::debug!(error = %error, "a heartbeat failed");
                }
                Ok(false) | Err(_) => return End::Lost,
            }
        }
    }

    async fn extend(&self, lease: &Lease, delivery: &dyn Delivery) -> Result<bool, RegistryError> {
        // The lease is the registry's; a queue that lost the delivery, or is away, delivers a job that finds it held.
        if let Err(error) = delivery.extend().await {
            tracing::debug!(error = %error, "a delivery could not be extended");
        }
        self.leases.extend(lease, self.settings.lease).await
    }
}
