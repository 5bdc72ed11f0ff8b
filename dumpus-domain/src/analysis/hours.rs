//! Counts per hour, gathered from runs of messages that come nearly sorted.

use super::counts::aggregate;
use crate::time::Hour;

/// Runs that are kept before equal hours are brought together.
const SORT_THRESHOLD: usize = 4_096;

/// Counts per hour. A list of runs is several times faster than a tree, since messages are sorted by time.
#[derive(Clone, Debug, Default)]
pub(super) struct Hours {
    runs: Vec<(Hour, u32)>,
    /// How many of the runs are sorted and distinct.
    compacted: usize,
}

impl Hours {
    pub(super) fn add(&mut self, hour: Hour, count: u32) {
        if let Some((last, counted)) = self.runs.last_mut()
            && *last == hour
        {
            *counted += count;
            return;
        }
        self.runs.push((hour, count));
        // Each time the list has doubled, so that the work stays linear and the memory is that of distinct hours.
        if self.runs.len() >= SORT_THRESHOLD.max(2 * self.compacted) {
            self.compact();
        }
    }

    /// Sorts by hour and sums equal ones up.
    pub(super) fn compact(&mut self) {
        aggregate(&mut self.runs);
        self.compacted = self.runs.len();
    }

    /// Distinct hours, after [`Hours::compact`].
    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    /// Hours and counts in whatever order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Hour, u32)> + '_ {
        self.runs.iter().copied()
    }

    /// Distinct hours in order, and their counts.
    pub(super) fn into_sorted(mut self) -> Vec<(Hour, u32)> {
        self.compact();
        self.runs.shrink_to_fit();
        self.runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn any_order_of_runs_gives_the_same_counts(runs in prop::collection::vec((0i32..40, 1u32..9), 0..200), many: bool) {
            let mut hours = Hours::default();
            let mut counts: BTreeMap<Hour, u32> = BTreeMap::new();
            for _ in 0..if many { 60 } else { 1 } {
                for (hour, count) in &runs {
                    hours.add(Hour(*hour), *count);
                    *counts.entry(Hour(*hour)).or_default() += count;
                }
            }
            prop_assert!(hours.runs.len() <= SORT_THRESHOLD.max(2 * 40));
            prop_assert_eq!(hours.into_sorted(), counts.into_iter().collect::<Vec<_>>());
        }
    }
}
