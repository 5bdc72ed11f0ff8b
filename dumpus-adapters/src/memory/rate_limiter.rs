//! Counters of requests in this process.

use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::rate_limiter::{Bucket, Rate, RateLimiter};
use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::time::Instant;

/// Number of buckets to remember: about fifteen megabytes.
const MAX_BUCKETS: u64 = 65_536;
/// Every bucket is idle after this time: rates have periods of an hour at most, and buckets a debt of one burst.
const LONGEST_BUSY: Duration = Duration::from_hours(2);

/// Counts requests in memory, for an instance with one server.
#[derive(Debug)]
pub struct MemoryRateLimiter {
    /// Times are microseconds since this.
    start: Instant,
    /// The time at which each bucket is idle.
    idle_at: Cache<Bucket, u64>,
}

impl Default for MemoryRateLimiter {
    fn default() -> Self {
        let idle_at = Cache::builder()
            .max_capacity(MAX_BUCKETS)
            // The default policy rejects new keys when the cache is full: they would never be limited.
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(LONGEST_BUSY);
        Self {
            start: Instant::now(),
            idle_at: idle_at.build(),
        }
    }
}

impl MemoryRateLimiter {
    fn update(&self, bucket: Bucket, change: impl FnOnce(u64, u64) -> Result<u64, Duration>) -> Result<(), Duration> {
        let now = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut outcome = Ok(());
        self.idle_at.entry(bucket).and_compute_with(|known| {
            match change(known.map_or(0, moka::Entry::into_value), now) {
                Ok(idle_at) => Op::Put(idle_at),
                Err(wait) => {
                    outcome = Err(wait);
                    Op::Nop
                }
            }
        });
        outcome
    }
}

#[async_trait]
impl RateLimiter for MemoryRateLimiter {
    async fn take(&self, bucket: Bucket, rate: &Rate) -> Result<(), Duration> {
        self.update(bucket, |idle_at, now| rate.take(idle_at, now))
    }

    async fn charge(&self, bucket: Bucket, rate: &Rate, units: i32) {
        // Never refused.
        let _ = self.update(bucket, |idle_at, now| Ok(rate.charge(idle_at, now, units)));
    }
}

#[cfg(test)]
mod tests {
    use dumpus_ports::rate_limiter::Subject;

    use super::*;

    #[tokio::test]
    async fn memory_is_bounded_and_a_new_client_is_limited_when_it_is_full() {
        let limiter = MemoryRateLimiter::default();
        let rate = Rate::new(1, Duration::from_hours(1));
        let client = |number: u32| Bucket {
            limit: "requests",
            subject: Subject::Network(std::net::Ipv4Addr::from(number).into(), 32),
        };
        let last = u32::try_from(MAX_BUCKETS).unwrap() + 10;
        for number in 0..=last {
            assert_eq!(limiter.take(client(number), &rate).await, Ok(()));
        }
        limiter.idle_at.run_pending_tasks();
        assert!(limiter.idle_at.entry_count() <= MAX_BUCKETS);
        assert!(limiter.take(client(last), &rate).await.is_err());
    }
}
