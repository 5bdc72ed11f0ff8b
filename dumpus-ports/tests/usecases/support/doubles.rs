//! Small adapters that do one thing a test needs.

use std::sync::Arc;

use async_trait::async_trait;
use dumpus_adapters::memory::MemoryArchive;
use dumpus_ports::CancellationToken;
use dumpus_ports::archive::{ArchiveError, ArchiveReader, PackageBytes, Progress};
use dumpus_ports::clock::Clock;
use dumpus_ports::domain::link::PackageLink;
use dumpus_ports::domain::report::Report;
use dumpus_ports::domain::time::Millis;
use dumpus_ports::source::{PackageSource, SourceError};
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Where somebody waits until a test lets them through.
pub(crate) struct Gate {
    arrived: Semaphore,
    open: Semaphore,
}

impl Gate {
    pub(crate) fn new() -> Arc<Self> {
        let (arrived, open) = (Semaphore::new(0), Semaphore::new(0));
        Arc::new(Self { arrived, open })
    }

    /// Tells the test that somebody is here.
    pub(crate) fn arrive(&self) {
        self.arrived.add_permits(1);
    }

    pub(crate) async fn pass(&self) {
        self.arrive();
        self.open.acquire().await.unwrap().forget();
    }

    /// Until somebody stands at the gate.
    pub(crate) async fn reached(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }

    /// Lets one through.
    pub(crate) fn open(&self) {
        self.open.add_permits(1);
    }
}

/// The time of tokio: one `advance` moves the registry, the queue and the workers.
pub(crate) struct TokioClock(Instant);

impl TokioClock {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Millis {
        let since = i64::try_from(self.0.elapsed().as_millis()).unwrap();
        Millis(1_800_000_000_000 + since)
    }
}

/// Downloads end in an error.
pub(crate) struct FailingSource(pub(crate) fn() -> SourceError);

#[async_trait]
impl PackageSource for FailingSource {
    async fn download(
        &self,
        _: &PackageLink,
        _: Arc<Progress>,
        _: CancellationToken,
    ) -> Result<Arc<dyn PackageBytes>, SourceError> {
        Err((self.0)())
    }
}

/// Readings end in an error.
pub(crate) struct FailingArchive(pub(crate) fn() -> ArchiveError);

#[async_trait]
impl ArchiveReader for FailingArchive {
    async fn read(
        &self,
        _: Arc<dyn PackageBytes>,
        _: Arc<Progress>,
        _: CancellationToken,
    ) -> Result<Report, ArchiveError> {
        Err((self.0)())
    }
}

/// Readings that are half done wait at a gate. Their progress can be seen.
pub(crate) struct GatedArchive(pub(crate) Arc<Gate>);

#[async_trait]
impl ArchiveReader for GatedArchive {
    async fn read(
        &self,
        package: Arc<dyn PackageBytes>,
        progress: Arc<Progress>,
        cancel: CancellationToken,
    ) -> Result<Report, ArchiveError> {
        progress.expect(2 * package.size());
        progress.advance(package.size());
        self.0.pass().await;
        MemoryArchive.read(package, progress, cancel).await
    }
}
