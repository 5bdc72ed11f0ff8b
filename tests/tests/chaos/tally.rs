//! Counts of what happened in a run.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counts by name.
#[derive(Default)]
pub(crate) struct Tally(Mutex<BTreeMap<String, u64>>);

impl Tally {
    pub(crate) fn count(&self, what: &str) {
        self.add(what, 1);
    }

    pub(crate) fn add(&self, what: &str, number: u64) {
        *self.counts().entry(what.to_owned()).or_default() += number;
    }

    pub(crate) fn of(&self, what: &str) -> u64 {
        self.counts().get(what).copied().unwrap_or_default()
    }

    /// The sum of all counts whose names begin with `start`.
    pub(crate) fn of_kind(&self, start: &str) -> u64 {
        let counts = self.counts();
        let kind = counts.iter().filter(|(name, _)| name.starts_with(start));
        kind.map(|(_, number)| number).sum()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        // A failed test prints its counts, too.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, number) in &*self.counts() {
            writeln!(f, "{number:>8}  {name}")?;
        }
        Ok(())
    }
}
