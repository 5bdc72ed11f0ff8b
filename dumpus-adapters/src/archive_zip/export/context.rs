//! What the threads that read one package share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::{Budget, Gaps};
use dumpus_ports::domain::report::Section;
use dumpus_ports::domain::time::DayWindow;

use super::sentiment::Scorer;
use crate::archive_zip::container::Archive;
use crate::archive_zip::limits::{ArchiveLimits, ensure_at_most};

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
            budget: Arc::new(Budget::new(limits.fold)),
            messages: AtomicU64::new(0),
        }
    }

    /// Adds messages. Whether a package has too many does not depend on the order in which they are added.
    pub(super) fn count_messages(&self, more: u64) -> Result<(), ArchiveError> {
        let before = self.messages.fetch_add(more, Ordering::Relaxed);
        ensure_at_most("messages", before + more, self.limits.messages)
    }
}

/// What could not be read, counted apart from the analysis that is told of it in the end.
#[derive(Debug, Default)]
pub(super) struct Damages(BTreeMap<(Section, &'static str), u64>);

impl Damages {
    /// `what` follows a number.
    pub(super) fn add(&mut self, section: Section, what: &'static str) {
        *self.0.entry((section, what)).or_default() += 1;
    }

    /// Adds what went wrong, if anything did.
    pub(super) fn note(&mut self, section: Section, result: Result<(), &'static str>) {
        if let Err(what) = result {
            self.add(section, what);
        }
    }

    /// Whether there is any of the section.
    pub(super) fn has(&self, section: Section) -> bool {
        self.0.keys().any(|(of, _)| *of == section)
    }

    pub(super) fn tell(self, gaps: &mut Gaps) {
        for ((section, what), count) in self.0 {
            gaps.damages(section, what, count);
        }
    }
}
