//! How much an analysis may keep: a hostile package ends in a refusal, not in exhausted memory.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::failure_detail::PackageLimit;

/// What an analysis may keep in memory, over all files of a package together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoldLimits {
    /// Events of counted types.
    pub counted_events: u64,
    /// Distinct texts and distinct rows.
    pub distinct_keys: u64,
}

impl Default for FoldLimits {
    fn default() -> Self {
        // The largest package on record has 4.8 million lines, a tenth of them counted.
        Self {
            counted_events: 8_000_000,
            distinct_keys: 4_000_000,
        }
    }
}

/// The limits of one package and what is used of them, shared by the threads that read it.
///
/// Whether a package exceeds them does not depend on the order in which its files are read.
#[derive(Debug, Default)]
pub struct Budget {
    limits: FoldLimits,
    events: AtomicU64,
    keys: AtomicU64,
}

/// A package that has more of something than it is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the package is too large: it has more than {limit} {what}")]
pub struct OverBudget {
    /// What there is too much of.
    pub what: PackageLimit,
    /// How much is allowed.
    pub limit: u64,
}

impl Budget {
    /// Nothing used yet.
    #[must_use]
    pub fn new(limits: FoldLimits) -> Self {
        Self {
            limits,
            events: AtomicU64::new(0),
            keys: AtomicU64::new(0),
        }
    }

    pub(super) fn event(&self) -> Result<(), OverBudget> {
        take(&self.events, 1, self.limits.counted_events, PackageLimit::CountedEvents)
    }

    pub(super) fn key(&self) -> Result<(), OverBudget> {
        self.keys(1)
    }

    /// Takes `count` distinct texts or rows at once.
    ///
    /// # Errors
    /// When the package names more than its budget allows.
    pub fn keys(&self, count: u64) -> Result<(), OverBudget> {
        take(&self.keys, count, self.limits.distinct_keys, PackageLimit::DistinctKeys)
    }
}

fn take(used: &AtomicU64, count: u64, limit: u64, what: PackageLimit) -> Result<(), OverBudget> {
    if used.fetch_add(count, Ordering::Relaxed).saturating_add(count) <= limit {
        return Ok(());
    }
    Err(OverBudget { what, limit })
}
