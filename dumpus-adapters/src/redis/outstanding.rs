//! The deliveries that this process has received.
//!
//! The response to a request for a job may be lost although Redis has delivered the job, for example because of the
//! network. The job is then assigned to this process, but nobody works on it. So each request lists the deliveries that
//! the process has received, and Redis first returns those that are assigned to it but not listed. This requires that
//! requests for jobs are sent one at a time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dumpus_ports::domain::queue::Lane;
use tokio::time::Instant;

/// The deliveries that this process has received and not settled.
#[derive(Default)]
pub(super) struct OutstandingDeliveries {
    /// Locked during a request for a job.
    pub(super) requesting: tokio::sync::Mutex<()>,
    held: Mutex<HashMap<String, Held>>,
}

struct Held {
    /// The number of the last delivery.
    delivery: String,
    /// When the delivery was dropped without being settled: it must not be delivered to this process until its lease ends.
    dropped: Option<Instant>,
}

impl OutstandingDeliveries {
    /// The name of an entry in the script.
    pub(super) fn name(lane: Lane, entry: &str) -> String {
        format!("{lane}:{entry}")
    }

    pub(super) fn take(&self, name: String, delivery: &str) {
        let delivery = delivery.to_owned();
        let dropped = None;
        self.held().insert(name, Held { delivery, dropped });
    }

    /// The job is settled, or must be delivered again because settling it failed.
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

    /// Names of the unsettled deliveries, including dropped ones until their lease ends.
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
    async fn a_dropped_delivery_is_known_until_its_lease_ends_and_a_settled_one_is_not() {
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
    async fn the_end_of_an_old_delivery_does_not_end_a_newer_one() {
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
