//! How much an analysis may keep: a hostile package ends in a refusal, not in exhausted memory.

use std::sync::atomic::{AtomicU64, Ordering};

use super::ChannelFold;
use crate::failure_detail::PackageLimit;

/// What an analysis may keep in memory, over all files of a package together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoldLimits {
    /// Events of counted types.
    pub counted_events: u64,
    /// Distinct texts and distinct rows.
    pub distinct_keys: u64,
    /// Bytes of everything that is kept until the report is complete, estimated from above.
    pub memory_bytes: u64,
}

impl Default for FoldLimits {
    fn default() -> Self {
        // The largest package on record has 4.8 million lines, a tenth of them counted: they take half of the memory.
        Self {
            counted_events: 8_000_000,
            distinct_keys: 4_000_000,
            memory_bytes: 256 << 20,
        }
    }
}

/// Bytes that things take until the report is complete: themselves, their places in tables, the room that growing lists
/// leave, and a copy where one is made.
const EVENT: u64 = 128;
const ROW: u64 = 256;
const TEXT: u64 = 64;
const HOUR: u64 = 24;
const MESSAGE_ID: u64 = 24;
const CHANNEL: u64 = 768;

/// The limits of one package and what is used of them, shared by the threads that read it.
///
/// Whether a package exceeds them does not depend on the order in which its files are read.
#[derive(Debug, Default)]
pub struct Budget {
    limits: FoldLimits,
    events: AtomicU64,
    keys: AtomicU64,
    memory: AtomicU64,
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
            ..Self::default()
        }
    }

    pub(super) fn event(&self) -> Result<(), OverBudget> {
        take(&self.events, 1, self.limits.counted_events, PackageLimit::CountedEvents)?;
        self.memory(EVENT)
    }

    pub(super) fn row(&self) -> Result<(), OverBudget> {
        self.keys(1)?;
        self.memory(ROW)
    }

    pub(super) fn text(&self, text: &str) -> Result<(), OverBudget> {
        self.keys(1)?;
        self.memory(TEXT + text.len() as u64)
    }

    /// Takes what a channel keeps beside its messages.
    ///
    /// # Errors
    /// When the package keeps more than its budget allows.
    pub fn channel(&self, channel: &ChannelFold) -> Result<(), OverBudget> {
        let texts = channel.texts().map(|text| TEXT + text.len() as u64);
        self.memory(CHANNEL + texts.sum::<u64>())
    }

    /// Takes distinct hours with messages.
    ///
    /// # Errors
    /// When the package has more than its budget allows.
    pub fn hours(&self, count: u64) -> Result<(), OverBudget> {
        self.keys(count)?;
        self.memory(count.saturating_mul(HOUR))
    }

    /// Takes ids of messages that are kept to find copies.
    ///
    /// # Errors
    /// When the package has more than its budget allows.
    pub fn message_ids(&self, count: u64) -> Result<(), OverBudget> {
        self.memory(count.saturating_mul(MESSAGE_ID))
    }

    fn keys(&self, count: u64) -> Result<(), OverBudget> {
        take(&self.keys, count, self.limits.distinct_keys, PackageLimit::DistinctKeys)
    }

    fn memory(&self, bytes: u64) -> Result<(), OverBudget> {
        take(&self.memory, bytes, self.limits.memory_bytes, PackageLimit::MemoryBytes)
    }
}

fn take(used: &AtomicU64, count: u64, limit: u64, what: PackageLimit) -> Result<(), OverBudget> {
    if used.fetch_add(count, Ordering::Relaxed).saturating_add(count) <= limit {
        return Ok(());
    }
    Err(OverBudget { what, limit })
}
