//! Counters of requests that all servers of an instance share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::rate_limiter::{Bucket, Rate, RateLimiter, Subject};
use dumpus_ports::vault::Vault;
use fred::types::Value;
use tokio::time::{Instant, timeout};

use super::client::Shared;
use super::scripts;
use crate::memory::MemoryRateLimiter;

/// Requests wait this long for Redis before they are counted in this process.
const TIMEOUT: Duration = Duration::from_millis(250);
/// After a failure, Redis is not asked for this long.
const PAUSE: Duration = Duration::from_secs(1);

/// Counts requests in Redis, under pseudonyms of clients and packages, and in this process while Redis is unavailable.
pub struct RedisRateLimiter {
    shared: Arc<Shared>,
    vault: Arc<dyn Vault>,
    local: MemoryRateLimiter,
    /// When to ask Redis again.
    resume_at: Mutex<Option<Instant>>,
    is_outage_logged: AtomicBool,
}

impl RedisRateLimiter {
    pub(super) fn new(shared: Arc<Shared>, vault: Arc<dyn Vault>) -> Self {
        Self {
            shared,
            vault,
            local: MemoryRateLimiter::default(),
            resume_at: Mutex::default(),
            is_outage_logged: AtomicBool::default(),
        }
    }

    /// The result of the script; `None` if Redis is unavailable.
    async fn ask(&self, operation: &'static str, bucket: Bucket, rate: &Rate, units: i32) -> Option<u64> {
        let resume_at = *self.resume_at.lock().unwrap_or_else(PoisonError::into_inner);
        if resume_at.is_some_and(|at| Instant::now() < at) {
            return None;
        }
        let keys = vec![self.shared.keys.rate(self.vault.pseudonym(&name(bucket)))];
        let arguments: [Value; 4] = [
            operation.into(),
            rate.interval().to_string().into(),
            rate.burst_length().to_string().into(),
            units.to_string().into(),
        ];
        let running = self.shared.run(scripts::RATE, keys, arguments.to_vec());
        if let Ok(Ok(wait)) = timeout(TIMEOUT, running).await {
            self.is_outage_logged.store(false, Ordering::Relaxed);
            return Some(wait);
        }
        *self.resume_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + PAUSE);
        if !self.is_outage_logged.swap(true, Ordering::Relaxed) {
            tracing::warn!("Redis is unavailable: each server counts requests on its own meanwhile");
        }
        None
    }
}

#[async_trait]
impl RateLimiter for RedisRateLimiter {
    async fn take(&self, bucket: Bucket, rate: &Rate) -> Result<(), Duration> {
        match self.ask("take", bucket, rate, 1).await {
            Some(0) => Ok(()),
            Some(wait) => Err(Duration::from_micros(wait)),
            None => self.local.take(bucket, rate).await,
        }
    }

    async fn charge(&self, bucket: Bucket, rate: &Rate, units: i32) {
        if self.ask("charge", bucket, rate, units).await.is_none() {
            self.local.charge(bucket, rate, units).await;
        }
    }
}

/// The bytes that the pseudonym of a bucket stands for. They are unambiguous: the name of a limit contains no zero byte,
/// and each kind of subject has its own length.
fn name(bucket: Bucket) -> Vec<u8> {
    let mut name = [bucket.limit.as_bytes(), &[0]].concat();
    match bucket.subject {
        Subject::Network(address, prefix) => {
            let address = match address {
                std::net::IpAddr::V4(address) => address.to_ipv6_mapped(),
                std::net::IpAddr::V6(address) => address,
            };
            name.extend(address.octets());
            name.push(prefix);
        }
        Subject::Owner(package) => name.extend(package.as_bytes()),
    }
    name
}
