//! Which jobs this process knows it was given.
//!
//! An answer may be lost although Redis did what was asked: it was held up, or the network was. The job is claimed by
//! this process then, and nobody works on it. With each question this process tells which jobs it knows of, and Redis
//! gives it first what it should have but does not know. For that to be true, one question is asked at a time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dumpus_ports::domain::queue::Lane;
use tokio::time::Instant;

/// The jobs in this process's outstanding.
#[derive(Default)]
pub(super) struct OutstandingDeliveries {
    /// Held while Redis is asked for a job.
    pub(super) asking: tokio::sync::Mutex<()>,
    held: Mutex<HashMap<String, Held>>,
}

struct Held {
    /// The number of the last delivery.
    delivery: String,
    /// Since when nobody cares for it, though it was not settled: it has to be left alone until its lease ends.
    dropped: Option<Instant>,
}

impl OutstandingDeliveries {
    /// What the script calls an entry.
    pub(super) fn name(lane: Lane, entry: &str) -> String {
        format!("{lane}:{entry}")
    }

    pub(super) fn take(&self, name: String, delivery: &str) {
        let delivery = delivery.to_owned();
        let dropped = None;
        self.held().insert(name, Held { delivery, dropped });
    }

    /// The job is settled, or whoever tried to settle it has to be given it once more.
    pub(super) fn remove(&self, name: &str, delivery: &str) {
        let mut held = self.held();
        if held.get(name).is_some_and(|held| held.delivery == delivery) {
            held.remove(name);
        }
    }

    pub(super) fn drop(&self, name: &str, delivery: &str) {
        if let Some(held) = self.held().get_mut(name).filter(|held| held.delivery == delivery) {
            held.dropped = Some(Instant::now());
        }
    }

    /// Names of the jobs that were given and not settled, of dropped ones for the length of a lease.
    pub(super) fn known(&self, lease: Duration) -> Vec<String> {
        let mut held = self.held();
        held.retain(|_, held| held.dropped.is_none_or(|since| since.elapsed() < lease));
        held.keys().cloned().collect()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn a_dropped_job_is_known_for_a_lease_and_a_settled_one_is_not() {
        let outstanding = OutstandingDeliveries::default();
        outstanding.take("standard:1".to_owned(), "1");
        outstanding.take("standard:2".to_owned(), "1");
        outstanding.remove("standard:1", "1");
        assert_eq!(outstanding.known(LEASE), ["standard:2"]);
        outstanding.drop("standard:2", "1");
        assert_eq!(outstanding.known(LEASE), ["standard:2"]);
        tokio::time::advance(LEASE).await;
        assert!(outstanding.known(LEASE).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_an_old_delivery_is_not_that_of_a_newer_one() {
        let outstanding = OutstandingDeliveries::default();
        outstanding.take("premium:1".to_owned(), "1");
        outstanding.take("premium:1".to_owned(), "2");
        outstanding.drop("premium:1", "1");
        tokio::time::advance(LEASE).await;
        assert_eq!(outstanding.known(LEASE), ["premium:1"]);
        outstanding.remove("premium:1", "1");
        assert_eq!(outstanding.known(LEASE), ["premium:1"]);
        outstanding.remove("premium:1", "2");
        assert!(outstanding.known(LEASE).is_empty());
    }
}
