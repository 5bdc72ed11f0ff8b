//! What an instance is doing, in numbers.

use std::time::Duration;

use super::{Run, RunEnd, RunRecord};
use crate::error_code::ErrorCode;
use crate::queue::LaneTotals;
use crate::time::Millis;

/// What an instance is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Unfinished packages that no worker holds.
    pub waiting: LaneTotals,
    /// Packages that a worker holds.
    pub running: LaneTotals,
    /// How long ago the first of those that wait was admitted.
    pub oldest_wait: Option<Duration>,
    /// Packages that were processed within the window.
    pub processed: u64,
    /// Packages that failed within the window, per code, in the order of the codes.
    pub failed: Vec<(ErrorCode, u64)>,
}

impl Overview {
    /// Of the packages that are there, and of the runs that have ended, with a window that ends now.
    pub fn of<'a>(
        runs: impl IntoIterator<Item = &'a Run>,
        ended: impl IntoIterator<Item = &'a RunRecord>,
        window: Duration,
        now: Millis,
    ) -> Self {
        let mut overview = Self::default();
        for run in runs.into_iter().filter(|run| run.end.is_none()) {
            let is_waiting = run.is_waiting(now);
            let totals = if is_waiting {
                &mut overview.waiting
            } else {
                &mut overview.running
            };
            *totals.of_mut(run.lane) += 1;
            let wait = run.admitted_at.until(now);
            overview.oldest_wait = overview.oldest_wait.max(is_waiting.then_some(wait));
        }
        for run in ended.into_iter().filter(|run| !now.is_past(run.ended_at, window)) {
            match &run.end {
                RunEnd::Processed(_) => overview.processed += 1,
                RunEnd::Failed(failure) => overview.count(failure.code, 1),
            }
        }
        overview
    }

    /// Counts packages that failed with this code.
    pub fn count(&mut self, code: ErrorCode, packages: u64) {
        match self.failed.binary_search_by_key(&code, |(code, _)| *code) {
            Ok(at) => self.failed[at].1 += packages,
            Err(at) => self.failed.insert(at, (code, packages)),
        }
    }
}
