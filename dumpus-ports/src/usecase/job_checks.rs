//! Which waiting packages the queue was asked about a moment ago.

use std::collections::HashSet;
use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::package::PackageId;

/// The queue is asked about a package again after one to two of these times.
const GENERATION: Duration = Duration::from_secs(20);

/// Owners ask every second where their package is; the queue is asked much less often whether it has its job.
pub(crate) struct JobChecks(Mutex<Generations>);

struct Generations {
    began: Instant,
    current: HashSet<PackageId>,
    last: HashSet<PackageId>,
}

impl Default for JobChecks {
    fn default() -> Self {
        Self(Mutex::new(Generations {
            began: Instant::now(),
            current: HashSet::new(),
            last: HashSet::new(),
        }))
    }
}

impl JobChecks {
    /// Whether the queue is to be asked about the package now; then it counts as asked.
    pub(crate) fn is_due(&self, package: PackageId) -> bool {
        let mut checks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let age = checks.began.elapsed();
        if age >= GENERATION {
            let ended = mem::take(&mut checks.current);
            checks.last = if age < GENERATION * 2 { ended } else { HashSet::new() };
            checks.began = Instant::now();
        }
        !checks.last.contains(&package) && checks.current.insert(package)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_queue_is_asked_about_each_package_now_and_then() {
        let (checks, package) = (JobChecks::default(), PackageId::from_bytes([1; 16]));
        let mut asked = 0;
        for _ in 0..600 {
            asked += u32::from(checks.is_due(package));
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert!((15..=30).contains(&asked), "{asked}");
        assert!(checks.is_due(PackageId::from_bytes([2; 16])));
    }
}
