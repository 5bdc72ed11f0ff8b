//! Takes one package from the queue to its result.

mod end;
mod lease;
mod pulse;
mod settle;
mod stages;

use std::sync::Arc;
use std::time::Duration;

use backon::{ConstantBuilder, Retryable as _};
use tokio::sync::watch;
use tokio::time::Instant;

use self::end::{End, archive_end, sentence, source_end};
pub use self::pulse::Pulse;
use self::stages::Stages;
use super::access::AccessError;
use crate::archive::ArchiveReader;
use crate::blobs::{BlobKey, BlobStore};
use crate::clock::Clock;
use crate::domain::error_code::ErrorCode;
use crate::domain::lifecycle::Stage;
use crate::domain::link::{LinkPolicy, PackageLink};
use crate::domain::queue::Lane;
use crate::queue::{Delivery, JobQueue};
use crate::registry::{Lease, LeaseOutcome, LeaseRegistry, StoredResult};
use crate::report::{Packing, ReportWriter};
use crate::source::PackageSource;
use crate::vault::Vault;

/// Cancels all attempts when it becomes true; they release their jobs.
pub type Abort = watch::Receiver<bool>;

/// Limits of processing.
#[derive(Clone, Copy, Debug)]
pub struct ProcessSettings {
    /// Lease duration: a package is requeued if its worker does not renew the lease for this long.
    pub lease: Duration,
    /// Interval at which a lease is renewed; well below the lease duration.
    pub heartbeat: Duration,
    /// Interval at which a worker checks whether its lease is still valid.
    pub watch: Duration,
    /// Attempts per run before the package is given up: it may be what kills the workers.
    pub max_attempts: u32,
}

impl Default for ProcessSettings {
    fn default() -> Self {
        Self {
            lease: Duration::from_mins(1),
            heartbeat: Duration::from_secs(15),
            watch: Duration::from_millis(500),
            max_attempts: 3,
        }
    }
}

/// Takes packages from the queue to their results.
#[derive(Clone)]
pub struct ProcessPackage {
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
    /// Times and counts.
    pub settings: ProcessSettings,
    /// Beats while this works.
    pub pulse: Pulse,
}

/// What a round of work did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundOutcome {
    /// No job came.
    Idle,
    /// A job came and is settled: done, failed, given back, void or lost.
    Settled,
}

impl ProcessPackage {
    /// Takes one job of these lanes, if one comes within `patience`, and works on it to its end.
    ///
    /// # Errors
    /// When the queue is away before a job is in hand; trouble with a job is settled with the job.
    pub async fn run(&self, lanes: &[Lane], patience: Duration, abort: Abort) -> Result<RoundOutcome, AccessError> {
        self.pulse.beat();
        let Some(delivery) = self.queue.next(lanes, patience).await? else {
            return Ok(RoundOutcome::Idle);
        };
        let leased = tokio::select! {
            leased = self.lease(&*delivery) => leased?,
            () = aborted(abort.clone()) => {
                delivery.release().await?;
                return Ok(RoundOutcome::Settled);
            }
        };
        match leased {
            // Delivered again when that worker has fallen silent.
            LeaseOutcome::AlreadyLeased => {}
            LeaseOutcome::Stale => delivery.acknowledge().await?,
            LeaseOutcome::Granted(lease) => self.work(lease, delivery, abort).await,
        }
        Ok(RoundOutcome::Settled)
    }

    #[tracing::instrument(name = "package.process", skip_all, fields(package.id = %lease.package, job.attempt = lease.attempt))]
    async fn work(&self, lease: Lease, delivery: Box<dyn Delivery>, abort: Abort) {
        let began = Instant::now();
        let end = if lease.attempt > self.settings.max_attempts {
            End::Fail(
                ErrorCode::ServerError,
                format!(
                    "The package was given up after {} attempts that ended without a result.",
                    self.settings.max_attempts
                ),
            )
        } else {
            let stages = Stages::default();
            let interrupted = async {
                let end = tokio::select! {
                    end = self.guard(&lease, &*delivery, &stages) => end,
                    () = aborted(abort) => End::GiveBack,
                };
                if stages.is_storing() {
                    // Left alone, a result may be stored that nobody knows of. Its end is near, and asks the registry.
                    std::future::pending::<()>().await;
                }
                end
            };
            tokio::select! {
                end = self.process(&lease, &*delivery, &stages) => end,
                end = interrupted => end,
            }
            .cancelling(&stages)
        };
        let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Err(error) = self.settle(&lease, delivery, end, elapsed_ms).await {
            // The lease runs out and the job is delivered again.
            tracing::warn!(error = %error, "the end of a package could not be recorded");
        }
    }

    async fn process(&self, lease: &Lease, delivery: &dyn Delivery, stages: &Stages) -> End {
        match self.attempt(lease, delivery, stages).await {
            Ok(end) | Err(end) => end,
        }
    }

    async fn attempt(&self, lease: &Lease, delivery: &dyn Delivery, stages: &Stages) -> Result<End, End> {
        let link = self.open_link(lease, delivery)?;
        self.step(lease, Stage::Downloading).await?;
        let package = self
            .source
            .download(&link, stages.downloading.clone())
            .await
            .map_err(source_end)?;
        self.step(lease, Stage::Analyzing).await?;
        stages.analyzing_began();
        let report = self
            .archive
            .read(package, stages.analyzing.clone())
            .await
            .map_err(|error| archive_end(&error))?;
        let name = lease.package.to_string();
        let packed = self
            .report
            .write(&report, &name, Packing::Gzip)
            .await
            .map_err(|error| {
                tracing::error!(error = %error, "the statistics file could not be written");
                End::Retry("the statistics file could not be written")
            })?;
        drop(report);
        let sealed = self.vault.seal_result(link.key(), &lease.package, packed);
        let (envelope, sealed) = sealed.map_err(|_| End::Retry("the result could not be encrypted"))?;
        let blob = BlobKey::from_bytes(self.vault.random().map_err(|_| End::Retry("no randomness"))?);
        let size = sealed.len() as u64;
        stages.storing_began();
        self.retry_while_unavailable(|| self.blobs.put(blob, sealed.clone()))
            .await
            .map_err(|error| {
                tracing::warn!(error = %error, "the result could not be stored");
                End::Retry("the result could not be stored")
            })?;
        Ok(End::Done(StoredResult { blob, envelope, size }))
    }

    fn open_link(&self, lease: &Lease, delivery: &dyn Delivery) -> Result<PackageLink, End> {
        let opened = self
            .vault
            .open_queued_link(&lease.package, &delivery.job().link, self.clock.now());
        let text = opened.map_err(|_| {
            let detail = "The link waited too long, or was sealed by another instance; submit it again.";
            End::Fail(ErrorCode::ServerError, detail.to_owned())
        })?;
        self.policy
            .parse(&text)
            .map_err(|error| End::Fail(ErrorCode::InvalidLink, sentence(&error.to_string())))
    }

    async fn step(&self, lease: &Lease, to: Stage) -> Result<(), End> {
        match self.retry_while_unavailable(|| self.leases.step(lease, to)).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(End::Lost),
            Err(error) => {
                tracing::warn!(error = %error, "a step could not be recorded");
                Err(End::Retry("the registry did not answer"))
            }
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
            self.pulse.beat();
            call().await.map_err(Into::into)
        };
        attempt
            .retry(
                ConstantBuilder::new()
                    .with_delay(self.settings.watch)
                    .without_max_times(),
            )
            .when(|error| matches!(error, AccessError::Unavailable { .. }) && Instant::now() < deadline)
            .await
    }
}

async fn aborted(mut abort: Abort) {
    // A sender that is gone aborts nothing.
    if abort.wait_for(|abort| *abort).await.is_err() {
        std::future::pending::<()>().await;
    }
}
