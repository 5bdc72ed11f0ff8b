//! Packages to which something happened a moment ago.

use std::collections::HashSet;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::package::PackageId;

/// Remembers packages for one to two times a length of time, in memory only.
pub(crate) struct RecentPackages {
    length: Duration,
    generations: Mutex<Generations>,
}

struct Generations {
    began: Instant,
    current: HashSet<PackageId>,
    last: HashSet<PackageId>,
}

impl RecentPackages {
    pub(crate) fn new(length: Duration) -> Self {
        Self {
            length,
            generations: Mutex::new(Generations {
                began: Instant::now(),
                current: HashSet::new(),
                last: HashSet::new(),
            }),
        }
    }

    /// Remembers a package. False if it is remembered already, which is then not prolonged.
    pub(crate) fn insert(&self, package: PackageId) -> bool {
        let mut generations = self.generations();
        !generations.last.contains(&package) && generations.current.insert(package)
    }

    /// Whether a package is remembered.
    pub(crate) fn contains(&self, package: PackageId) -> bool {
        let generations = self.generations();
        generations.last.contains(&package) || generations.current.contains(&package)
    }

    fn generations(&self) -> MutexGuard<'_, Generations> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let age = generations.began.elapsed();
        if age >= self.length {
            let ended = mem::take(&mut generations.current);
            generations.last = if age < self.length * 2 { ended } else { HashSet::new() };
            generations.began = Instant::now();
        }
        generations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_package_is_remembered_for_a_while() {
        let length = Duration::from_secs(20);
        let (recent, package) = (RecentPackages::new(length), PackageId::from_bytes([1; 16]));
        let mut inserted = 0;
        for _ in 0..600 {
            inserted += u32::from(recent.insert(package));
            assert!(recent.contains(package));
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert!((15..=30).contains(&inserted), "{inserted}");
        tokio::time::advance(2 * length).await;
        assert!(!recent.contains(package));
        assert!(recent.insert(PackageId::from_bytes([2; 16])));
    }
}
