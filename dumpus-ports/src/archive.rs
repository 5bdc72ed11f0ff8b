//! Port: reading a package.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use crate::domain::analysis::{MissingUserData, OverBudget};
use crate::domain::failure_detail::ArchiveDefect;
use crate::domain::report::Report;
use crate::{BoxError, CancellationToken};

/// The bytes of a package, readable at any place by many threads at once.
pub trait PackageBytes: Send + Sync {
    /// Number of bytes.
    fn size(&self) -> u64;

    /// Fills the whole buffer with the bytes from `offset` on.
    ///
    /// # Errors
    /// `UnexpectedEof` if the package ends before the buffer is full, otherwise the error of the storage.
    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
}

impl PackageBytes for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let end = start.checked_add(buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(self.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// Counts the bytes of a download or an analysis. Shared by the work and its observer.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicU64,
    done: AtomicU64,
}

impl Progress {
    /// Nothing known yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// States how many bytes the work has.
    pub fn expect(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Adds bytes that are done.
    pub fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Starts the count again, for a piece of work that has to begin anew.
    pub fn restart(&self) {
        self.done.store(0, Ordering::Relaxed);
    }

    /// Bytes done and bytes expected; 0 expected while nobody knows.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// 0 to 100, `None` while the total is unknown.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let (done, total) = self.bytes();
        let percent = done.saturating_mul(100).checked_div(total)?;
        Some(u8::try_from(percent.min(100)).unwrap_or(100))
    }
}

/// Reads packages.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. Equal bytes give equal reports, on any number of threads.
/// 2. Whatever the bytes are, the answer is a report or an error, never a panic.
/// 3. Damage inside a package whose directory can be read is stated in the report's sections, not an error.
/// 4. A cancelled token ends the work with [`ArchiveError::Cancelled`].
/// 5. At the end of a successful reading the progress is complete.
#[async_trait]
pub trait ArchiveReader: Send + Sync {
    /// Reads the package and analyses it. Progress is reported in bytes of the archive.
    ///
    /// # Errors
    /// [`ArchiveError::Storage`] is worth another attempt with the same link. [`ArchiveError::Cancelled`] once `cancel` is
    /// cancelled; a reader checks it at least once per block. The other errors are final.
    async fn read(
        &self,
        package: Arc<dyn PackageBytes>,
        progress: Arc<Progress>,
        cancel: CancellationToken,
    ) -> Result<Report, ArchiveError>;
}

/// Why a package could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The bytes are not an archive with a readable directory: another download of the same link will not help.
    #[error("the file is not a readable archive: {0}")]
    NotAnArchive(ArchiveDefect),
    /// The package asks for more than this instance allows.
    #[error(transparent)]
    TooLarge(#[from] OverBudget),
    /// Nothing in the package identifies its owner.
    #[error(transparent)]
    MissingUserData(#[from] MissingUserData),
    /// The work was not wanted any more.
    #[error("the analysis was cancelled")]
    Cancelled,
    /// The bytes could not be read back from where they were stored: worth another attempt.
    #[error("the package could not be read back")]
    Storage(#[source] io::Error),
    /// A defect of the reader.
    #[error("the reader failed")]
    Failed(#[source] BoxError),
}
