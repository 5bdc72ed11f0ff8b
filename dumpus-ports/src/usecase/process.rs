//! Takes one package from the queue to its result.

mod attempt;
mod challenges;
mod control;
mod health;
mod lease;
mod liveness;
mod outcome;
mod progress;
mod settle;

use std::sync::Arc;
use std::time::Duration;

use backon::{ConstantBuilder, Retryable as _};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use self::attempt::PackageAttempt;
pub use self::challenges::Challenges;
use self::challenges::Turn;
pub use self::control::{WorkControl, WorkReport};
pub use self::health::{WorkerFault, WorkerHealth};
pub use self::liveness::Liveness;
use self::outcome::AttemptOutcome;
use super::access::AccessError;
use crate::archive::ArchiveReader;
use crate::blobs::BlobStore;
use crate::clock::Clock;
use crate::domain::error_code::ErrorCode;
use crate::domain::failure_detail::FailureDetail;
use crate::domain::link::LinkPolicy;
use crate::domain::process::ProcessId;
use crate::domain::queue::Lane;
use crate::queue::{Delivery, JobQueue};
use crate::registry::{Lease, LeaseOutcome, LeaseRegistry, ProcessRegistry};
use crate::report::ReportWriter;
use crate::source::PackageSource;
use crate::vault::Vault;

/// Limits of processing.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ProcessSettings {
    /// Lease duration: a package is requeued if its worker does not renew the lease for this long.
    pub lease: Duration,
    /// Interval at which a lease is renewed; well below the lease duration.
    pub heartbeat: Duration,
    /// Interval at which a worker checks whether its lease is still valid.
    pub poll_interval: Duration,
    /// Attempts per run before the package is given up: it may be what kills the workers.
    pub max_attempts: u32,
    /// Longest analysis of a package, without download and storing.
    pub max_analysis: Duration,
    /// How long a package waits after an attempt that failed for a transient reason: after the first, the second, and any
    /// further one. Another worker precedes the one that failed.
    pub retry_delays: [Duration; 3],
    /// How long a link may be challenged before its package fails. It is tried again each time that its delivery times out.
    pub max_challenge: Duration,
}

impl Default for ProcessSettings {
    fn default() -> Self {
        Self {
            lease: Duration::from_mins(1),
            heartbeat: Duration::from_secs(15),
            poll_interval: Duration::from_millis(500),
            max_attempts: 3,
            max_analysis: Duration::from_mins(30),
            retry_delays: [1, 10, 60].map(Duration::from_secs),
            max_challenge: Duration::from_hours(1),
        }
    }
}

/// Takes packages from the queue to their results.
#[derive(Clone)]
pub struct ProcessPackage {
    /// The process that works, in leases.
    pub id: ProcessId,
    /// Knows the other processes.
    pub processes: Arc<dyn ProcessRegistry>,
    /// Knows which work is still wanted.
    pub leases: Arc<dyn LeaseRegistry>,
    /// Delivers jobs.
    pub queue: Arc<dyn JobQueue>,
    /// Downloads packages.
    pub source: Arc<dyn PackageSource>,
    /// Analyses them.
    pub archive: Arc<dyn ArchiveReader>,
    /// Writes statistics files.
    pub report: Arc<dyn ReportWriter>,
    /// Keeps encrypted results.
    pub blobs: Arc<dyn BlobStore>,
    /// Opens links and encrypts results.
    pub vault: Arc<dyn Vault>,
    /// Dates seals.
    pub clock: Arc<dyn Clock>,
    /// Reads links again as they were read at submission.
    pub policy: LinkPolicy,
    /// Durations and limits.
    pub settings: ProcessSettings,
    /// A permit for each analysis at a time. Clones share them: a package that is being downloaded needs none.
    pub analyses: Arc<Semaphore>,
    /// The packages whose links are being challenged, and whether that pauses the work. Clones share them.
    pub challenges: Challenges,
    /// Whether the process is able to work. Clones share it.
    pub health: WorkerHealth,
    /// What operators want, and what was done. Clones share it.
    pub control: WorkControl,
    /// Touched while this works.
    pub liveness: Liveness,
}

/// What a round of work did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundOutcome {
    /// No job came.
    Idle,
    /// A job came and is settled: done, failed, released, stale or lost.
    Settled,
}

impl ProcessPackage {
    /// Takes one job of these lanes, if one arrives within `max_wait`, and works on it to its end. None is taken while the
    /// host of the links challenges everybody, but one a minute that finds out whether it still does, or when an operator
    /// drained this process or paused the lanes. Once `stop` is cancelled the package is released and the attempt refunded,
    /// unless its result is being stored.
    ///
    /// # Errors
    /// When the queue is unavailable before a job is delivered; later errors are settled with the job.
    pub async fn run(
        &self,
        lanes: &[Lane],
        max_wait: Duration,
        stop: CancellationToken,
    ) -> Result<RoundOutcome, AccessError> {
        self.liveness.touch();
        let lanes = self.control.allowed(lanes);
        let turn = match self.health.pause() {
            Some(pause) => Turn::Wait(pause),
            None if lanes.is_empty() => Turn::Wait(max_wait),
            None => self.challenges.turn(),
        };
        if let Turn::Wait(pause) = turn {
            tokio::select! {
                () = sleep(pause.min(max_wait)) => {}
                () = stop.cancelled() => {}
            }
            return Ok(RoundOutcome::Idle);
        }
        let mut delivery = self.queue.next(&lanes, max_wait).await?;
        // An operator may have paused its lane while this waited.
        if let Some(paused) = delivery.take_if(|delivery| self.control.allowed(&[delivery.job().lane]).is_empty()) {
            paused.release().await?;
        }
        let Some(delivery) = delivery else {
            if turn == Turn::Probe {
                self.challenges.did_not_probe();
            }
            return Ok(RoundOutcome::Idle);
        };
        let leased = tokio::select! {
            leased = self.lease(&*delivery) => leased?,
            () = stop.cancelled() => {
                delivery.release().await?;
                return Ok(RoundOutcome::Settled);
            }
        };
        match leased {
            // Delivered again when that worker has fallen silent.
            LeaseOutcome::AlreadyLeased => {}
            LeaseOutcome::Stale => delivery.acknowledge().await?,
            LeaseOutcome::Granted(lease) => self.work(lease, delivery, stop).await,
        }
        Ok(RoundOutcome::Settled)
    }

    #[tracing::instrument(name = "package.process", skip_all, fields(package.id = %lease.package, job.attempt = lease.attempt))]
    async fn work(&self, lease: Lease, delivery: Box<dyn Delivery>, stop: CancellationToken) {
        let began = Instant::now();
        let _in_work = self.control.begin();
        let outcome = if lease.attempt > self.settings.max_attempts {
            let attempts = self.settings.max_attempts.into();
            AttemptOutcome::Fail(ErrorCode::ServerError, FailureDetail::AttemptsExhausted { attempts })
        } else {
            PackageAttempt::new(self, &lease, &*delivery, stop).run().await
        };
        let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Err(error) = self.settle(&lease, delivery, outcome, elapsed_ms).await {
            // The lease runs out and the job is delivered again.
            tracing::warn!(error = %error, "Failed to record the end of a package");
        }
    }

    /// Repeats a call while its backend is unavailable, for the length of a lease: a restart of the database must not
    /// cost an attempt.
    async fn retry_while_unavailable<T, E: Into<AccessError>, F: Future<Output = Result<T, E>>>(
        &self,
        call: impl Fn() -> F,
    ) -> Result<T, AccessError> {
        let deadline = Instant::now() + self.settings.lease;
        let attempt = || async {
            self.liveness.touch();
            call().await.map_err(Into::into)
        };
        attempt
            .retry(
                ConstantBuilder::new()
                    .with_delay(self.settings.poll_interval)
                    .without_max_times(),
            )
            .when(|error| matches!(error, AccessError::Unavailable { .. }) && Instant::now() < deadline)
            .await
    }
}
