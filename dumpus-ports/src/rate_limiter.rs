//! Port: counters of what clients and owners request, shared by all servers of an instance.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::package::PackageId;
pub use crate::domain::rate::Rate;

/// What is limited, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// The limit's name.
    pub limit: &'static str,
    /// Whose requests it counts.
    pub subject: Subject,
}

/// Whose requests a bucket counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Clients in a network: its first address and the length of its prefix.
    Network(IpAddr, u8),
    /// The owner of a package.
    Owner(PackageId),
}

/// Counts requests.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. `take` accepts a burst at once, then one unit per interval, for each bucket separately. It refuses with the time
///    after which a unit is available; refused units are not counted.
/// 2. `charge` counts units whether or not there is room; negative units are given back.
/// 3. All servers of an instance count in the same buckets.
///
/// No method fails: a limiter whose backend is unavailable counts in this process meanwhile. Memory is bounded; if it is
/// full, the buckets that were used least recently are forgotten. Addresses of clients are never written to a disk or
/// another process in a form that can be reversed without the instance's key.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Takes a unit.
    ///
    /// # Errors
    /// The time until a unit is available.
    async fn take(&self, bucket: Bucket, rate: &Rate) -> Result<(), Duration>;

    /// Counts units, or gives them back if there are fewer than none. A bucket is in debt by one burst at most.
    async fn charge(&self, bucket: Bucket, rate: &Rate, units: i32);
}
