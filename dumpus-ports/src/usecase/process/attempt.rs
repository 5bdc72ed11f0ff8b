//! One attempt at a package: download, analysis and storing.

use std::future::pending;
use std::pin::pin;

use bytes::Bytes;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::ProcessPackage;
use super::health::WorkerFault;
use super::outcome::{AttemptOutcome, archive_failure, source_failure};
use super::progress::AttemptProgress;
use crate::blobs::BlobKey;
use crate::domain::crypto::Envelope;
use crate::domain::error_code::ErrorCode;
use crate::domain::failure_detail::{AttemptError, FailureDetail};
use crate::domain::lifecycle::Stage;
use crate::domain::link::{ClientGroup, PackageLink};
use crate::queue::Delivery;
use crate::registry::{Lease, StoredResult, Volume};
use crate::report::Packing;
use crate::source::SourceError;

/// An attempt at a package. Dropping it cancels the download and the analysis.
pub(super) struct PackageAttempt<'a> {
    process: &'a ProcessPackage,
    lease: &'a Lease,
    delivery: &'a dyn Delivery,
    progress: AttemptProgress,
    stop: CancellationToken,
    cancel: CancellationToken,
    _cancel_on_drop: DropGuard,
}

impl<'a> PackageAttempt<'a> {
    /// Nothing done yet. `stop` releases the package.
    pub(super) fn new(
        process: &'a ProcessPackage,
        lease: &'a Lease,
        delivery: &'a dyn Delivery,
        stop: CancellationToken,
    ) -> Self {
        let cancel = CancellationToken::new();
        Self {
            process,
            lease,
            delivery,
            progress: AttemptProgress::default(),
            stop,
            _cancel_on_drop: cancel.clone().drop_guard(),
            cancel,
        }
    }

    /// Works until there is a result, the lease is lost or the process stops.
    pub(super) async fn run(self) -> AttemptOutcome {
        let mut lost = pin!(self.process.guard(self.lease, self.delivery, &self.progress));
        let made = tokio::select! {
            made = self.make_result() => made,
            outcome = &mut lost => return outcome,
            () = self.stop.cancelled() => return AttemptOutcome::Release,
        };
        let (envelope, sealed, volume) = match made {
            Ok(result) => result,
            Err(outcome) => return outcome,
        };
        // Not interrupted: a blob without a record of it would be left behind. The lease is renewed meanwhile.
        tokio::select! {
            outcome = self.store(envelope, sealed, volume) => outcome,
            outcome = async { lost.await; pending().await } => outcome,
        }
    }

    async fn make_result(&self) -> Result<(Envelope, Bytes, Volume), AttemptOutcome> {
        let process = self.process;
        let link = self.open_link()?;
        self.step(Stage::Downloading).await?;
        let download = process
            .source
            .download(&link, self.progress.enter_phase(), self.cancel.clone());
        let package = download.await;
        self.judge_host(&link, package.as_ref().err());
        let package = match package {
            Ok(package) => package,
            Err(error) => return Err(self.source_failure(error).await),
        };
        let bytes = package.size();
        // Never closed: without a permit, the analysis would still be right.
        let _analysing = process.analyses.acquire().await;
        self.step(Stage::Analyzing).await?;
        let reading = process
            .archive
            .read(package, self.progress.enter_phase(), self.cancel.clone());
        let Ok(read) = timeout(process.settings.max_analysis, reading).await else {
            // The threads that read the package look at the token.
            self.cancel.cancel();
            let seconds = process.settings.max_analysis.as_secs();
            return Err(AttemptOutcome::Fail(
                ErrorCode::ServerError,
                FailureDetail::AnalysisTooLong { seconds },
            ));
        };
        let report = read.map_err(|error| archive_failure(&error))?;
        let name = self.lease.package.to_string();
        let packed = process
            .report
            .write(&report, &name, Packing::Gzip)
            .await
            .map_err(|error| {
                tracing::error!(error = %error, "Failed to write the statistics file");
                AttemptOutcome::from(AttemptError::NotWritten)
            })?;
        let volume = Volume {
            bytes,
            events: report.events.iter().map(|row| u64::from(row.count)).sum(),
            messages: report.message_count,
        };
        drop(report);
        let sealed = process.vault.seal_result(link.key(), &self.lease.package, packed);
        let (envelope, sealed) = sealed.map_err(|_| AttemptError::NotEncrypted)?;
        Ok((envelope, sealed, volume))
    }

    /// A package that is too large here may not be so for another worker.
    async fn source_failure(&self, error: SourceError) -> AttemptOutcome {
        if let SourceError::Invalid(FailureDetail::TooLarge { bytes }) = error {
            let processes = self.process.processes.processes().await;
            let accepts_more = processes.is_ok_and(|processes| {
                processes
                    .alive()
                    .any(|other| other.is_worker() && other.last.settings.max_download > bytes)
            });
            if accepts_more {
                return AttemptOutcome::Fault(WorkerFault::SmallerLimit { bytes });
            }
        }
        source_failure(error)
    }

    /// Notes whether the host of the links asks for proofs.
    fn judge_host(&self, link: &PackageLink, error: Option<&SourceError>) {
        let challenges = &self.process.challenges;
        match error {
            Some(SourceError::Challenged) => {
                // An embedder that knows no clients has one for each package.
                let of_package = || ClientGroup(self.lease.package.as_bytes()[0]);
                challenges.host_challenged(link.client().unwrap_or_else(of_package));
            }
            None | Some(SourceError::Expired(_) | SourceError::Invalid(_)) => challenges.host_answered(),
            Some(_) => {}
        }
    }

    async fn store(&self, envelope: Envelope, sealed: Bytes, volume: Volume) -> AttemptOutcome {
        let process = self.process;
        let Ok(key) = process.vault.random() else {
            return AttemptError::NotStored.into();
        };
        let blob = BlobKey::from_bytes(key);
        let size = sealed.len() as u64;
        let stored = process.retry_while_unavailable(|| process.blobs.put(blob, sealed.clone()));
        match stored.await {
            Ok(()) => AttemptOutcome::Done(StoredResult { blob, envelope, size }, volume),
            Err(error) => {
                tracing::warn!(error = %error, "Failed to store the result");
                AttemptError::NotStored.into()
            }
        }
    }

    fn open_link(&self) -> Result<PackageLink, AttemptOutcome> {
        let (process, sealed) = (self.process, &self.delivery.job().link);
        let opened = process
            .vault
            .open_queued_link(&self.lease.package, sealed, process.clock.now());
        let address = opened.map_err(|_| AttemptOutcome::Fault(WorkerFault::LinkNotOpened))?;
        process
            .policy
            .parse_sealed(&address)
            .map_err(|_| AttemptOutcome::Fault(WorkerFault::LinkNotAllowed))
    }

    async fn step(&self, to: Stage) -> Result<(), AttemptOutcome> {
        let process = self.process;
        let step = process.retry_while_unavailable(|| process.leases.step(self.lease, to));
        match step.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(AttemptOutcome::Lost),
            Err(error) => {
                tracing::warn!(error = %error, "Failed to record a step");
                Err(AttemptError::RegistryUnavailable.into())
            }
        }
    }
}
