//! What the threads that read one package share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use dumpus_ports::archive::{ArchiveError, PackageBytes, Progress};
use dumpus_ports::domain::analysis::{Budget, Gaps};
use dumpus_ports::domain::report::Section;
use dumpus_ports::domain::time::DayWindow;

use super::ZipOptions;
use super::directory::Entry;
use super::limits::at_most;
use super::sentiment::Scorer;

/// A package that is being read.
pub(super) struct Job {
    pub(super) package: Arc<dyn PackageBytes>,
    pub(super) progress: Arc<Progress>,
    pub(super) options: ZipOptions,
    pub(super) scorer: Option<Arc<Scorer>>,
    pub(super) entries: Vec<Entry>,
    pub(super) window: DayWindow,
    pub(super) budget: Arc<Budget>,
    messages: AtomicU64,
    /// Set when the result is not wanted any more, or not possible.
    stopped: Arc<AtomicBool>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job")
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl Job {
    pub(super) fn new(
        package: Arc<dyn PackageBytes>,
        progress: Arc<Progress>,
        stopped: Arc<AtomicBool>,
        options: ZipOptions,
        scorer: Option<Arc<Scorer>>,
    ) -> Self {
        Self {
            package,
            progress,
            options,
            scorer,
            entries: Vec::new(),
            window: DayWindow::until(None),
            budget: Arc::new(Budget::new(options.limits.fold)),
            messages: AtomicU64::new(0),
            stopped,
        }
    }

    /// Whether to read on; asked once per block.
    pub(super) fn go_on(&self) -> Result<(), ArchiveError> {
        if self.progress.is_cancelled() || self.stopped.load(Ordering::Relaxed) {
            return Err(ArchiveError::Cancelled);
        }
        Ok(())
    }

    /// Makes all threads end.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// An entry that turns out not to be needed.
    pub(super) fn skip(&self, entry: usize) {
        self.progress.advance(self.entries[entry].packed);
    }

    /// Adds messages. Whether a package has too many does not depend on the order in which they are added.
    pub(super) fn count_messages(&self, more: u64) -> Result<(), ArchiveError> {
        let before = self.messages.fetch_add(more, Ordering::Relaxed);
        at_most("messages", before + more, self.options.limits.messages)
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
