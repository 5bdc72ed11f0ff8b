//! What the threads that read one package share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::Budget;
use dumpus_ports::domain::failure_detail::PackageLimit;
use dumpus_ports::domain::time::DayWindow;

use crate::archive_zip::container::Archive;
use crate::archive_zip::limits::{ArchiveLimits, ensure_at_most};
use crate::sentiment::Scorer;

/// A package that is being read.
#[derive(Debug)]
pub(super) struct ReadContext {
    pub(super) archive: Archive,
    pub(super) limits: ArchiveLimits,
    pub(super) scorer: Option<Arc<Scorer>>,
    pub(super) window: DayWindow,
    pub(super) budget: Arc<Budget>,
    messages: AtomicU64,
}

impl ReadContext {
    pub(super) fn new(archive: Archive, limits: ArchiveLimits, scorer: Option<Arc<Scorer>>) -> Self {
        Self {
            window: DayWindow::until(archive.newest),
            archive,
            limits,
            scorer,
            budget: Arc::new(Budget::new(limits.fold())),
            messages: AtomicU64::new(0),
        }
    }

    /// Adds messages. Whether a package has too many does not depend on the order in which they are added.
    pub(super) fn count_messages(&self, more: u64) -> Result<(), ArchiveError> {
        let before = self.messages.fetch_add(more, Ordering::Relaxed);
        ensure_at_most(PackageLimit::Messages, before + more, self.limits.messages)
    }
}
