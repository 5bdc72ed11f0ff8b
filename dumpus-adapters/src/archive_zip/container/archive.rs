//! An open archive, shared by the threads that read it.

use std::sync::Arc;

use dumpus_ports::CancellationToken;
use dumpus_ports::archive::{ArchiveError, PackageBytes, Progress};
use dumpus_ports::domain::time::Day;

use super::directory::Directory;
use super::entry::Entry;

/// An archive whose directory has been read.
pub(crate) struct Archive {
    pub(super) package: Arc<dyn PackageBytes>,
    pub(crate) progress: Arc<Progress>,
    /// In the order of the directory; of several with one name only the last.
    pub(crate) entries: Vec<Entry>,
    /// The day on which the newest file was changed last.
    pub(crate) newest: Option<Day>,
    /// Cancelled when the result is no longer wanted, or a thread failed.
    pub(crate) cancel: CancellationToken,
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive")
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl Archive {
    /// Reads the directory.
    pub(crate) fn open(
        package: Arc<dyn PackageBytes>,
        progress: Arc<Progress>,
        cancel: CancellationToken,
        max_entries: u64,
    ) -> Result<Self, ArchiveError> {
        let mut archive = Self {
            package,
            progress,
            entries: Vec::new(),
            newest: None,
            cancel,
        };
        archive.check_cancelled()?;
        let directory = Directory::open(archive.package.as_ref(), max_entries)?;
        archive.entries = directory.entries;
        archive.newest = directory.newest;
        Ok(archive)
    }

    /// Bytes of the whole archive.
    pub(crate) fn size(&self) -> u64 {
        self.package.size()
    }

    /// Fails once the reading was cancelled or another thread failed. Called once per block.
    pub(crate) fn check_cancelled(&self) -> Result<(), ArchiveError> {
        if self.cancel.is_cancelled() {
            return Err(ArchiveError::Cancelled);
        }
        Ok(())
    }

    /// An entry that turns out not to be needed.
    pub(crate) fn skip(&self, entry: usize) {
        self.progress.advance(self.entries[entry].packed);
    }
}
