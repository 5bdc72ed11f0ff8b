//! Tests of the contract of [`RateLimiter`], numbered like its clauses.

#![expect(clippy::missing_panics_doc, reason = "a violated clause panics: these are tests")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::package::PackageId;
use crate::rate_limiter::{Bucket, Rate, RateLimiter, Subject};

/// A limiter with empty buckets, as seen by two servers. Both may be the same object.
pub struct RateLimiterUnderTest {
    /// One server.
    pub server: Arc<dyn RateLimiter>,
    /// Another server.
    pub other: Arc<dyn RateLimiter>,
}

fn client(number: u8) -> Bucket {
    Bucket {
        limit: "requests",
        subject: Subject::Network(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)), 32),
    }
}

fn rate(count: u32) -> Rate {
    Rate::new(count, Duration::from_hours(1))
}

/// Units that a bucket gives before it refuses.
async fn available(limiter: &dyn RateLimiter, bucket: Bucket, rate: &Rate) -> u32 {
    let mut units = 0;
    while units < 1_000 && limiter.take(bucket, rate).await.is_ok() {
        units += 1;
    }
    units
}

/// Clause 1.
pub async fn a_burst_is_accepted_and_then_refused(limiter: RateLimiterUnderTest) {
    let rate = rate(6).with_burst(3);
    assert_eq!(available(&*limiter.server, client(1), &rate).await, 3);
    let first = limiter.server.take(client(1), &rate).await;
    let second = limiter.server.take(client(1), &rate).await;
    for refused in [first, second] {
        let wait = refused.err().unwrap_or_default();
        // Not longer after the second refusal: refused units are not counted.
        assert!(
            wait > Duration::from_mins(9) && wait <= Duration::from_mins(10),
            "{wait:?}"
        );
    }
}

/// Clause 1.
pub async fn a_unit_is_available_after_the_time_that_a_refusal_names(limiter: RateLimiterUnderTest) {
    let rate = Rate::new(20, Duration::from_secs(1)).with_burst(1);
    assert_eq!(limiter.server.take(client(1), &rate).await, Ok(()));
    while let Err(wait) = limiter.server.take(client(1), &rate).await {
        assert!(wait <= Duration::from_millis(50), "{wait:?}");
        tokio::time::sleep(wait).await;
    }
}

/// Clause 1.
pub async fn buckets_are_separate(limiter: RateLimiterUnderTest) {
    let rate = rate(2);
    let owner = Subject::Owner(PackageId::from_bytes([1; 16]));
    let buckets = [
        client(1),
        client(2),
        Bucket {
            limit: "other requests",
            ..client(1)
        },
        Bucket {
            subject: owner,
            ..client(1)
        },
        Bucket {
            subject: Subject::Network(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 24),
            ..client(1)
        },
    ];
    for bucket in buckets {
        assert_eq!(available(&*limiter.server, bucket, &rate).await, 2, "{bucket:?}");
    }
}

/// Clause 2.
pub async fn units_are_charged_and_given_back(limiter: RateLimiterUnderTest) {
    let rate = rate(5);
    limiter.server.charge(client(1), &rate, 3).await;
    assert_eq!(available(&*limiter.server, client(1), &rate).await, 2);
    limiter.server.charge(client(1), &rate, -2).await;
    assert_eq!(available(&*limiter.server, client(1), &rate).await, 2);
    limiter.server.charge(client(1), &rate, 1).await;
    limiter.server.charge(client(1), &rate, -1).await;
    assert_eq!(available(&*limiter.server, client(1), &rate).await, 0);
    limiter.server.charge(client(1), &rate, -1_000).await;
    assert_eq!(available(&*limiter.server, client(1), &rate).await, 5);
}

/// Clause 3.
pub async fn servers_share_the_buckets(limiter: RateLimiterUnderTest) {
    let rate = rate(4);
    for _ in 0..2 {
        assert_eq!(limiter.server.take(client(1), &rate).await, Ok(()));
        assert_eq!(limiter.other.take(client(1), &rate).await, Ok(()));
    }
    assert!(limiter.server.take(client(1), &rate).await.is_err());
    assert!(limiter.other.take(client(1), &rate).await.is_err());
}

/// Runs every clause. `$fresh` is an expression that evaluates to a future of `Option<RateLimiterUnderTest>`; `None`
/// skips the test.
#[macro_export]
macro_rules! rate_limiter_conformance {
    ($fresh:expr) => {
        $crate::rate_limiter_conformance!(@clauses $fresh,
            a_burst_is_accepted_and_then_refused
            a_unit_is_available_after_the_time_that_a_refusal_names
            buckets_are_separate
            units_are_charged_and_given_back
            servers_share_the_buckets
        );
    };
    (@clauses $fresh:expr, $($clause:ident)*) => {
        $(
            #[tokio::test]
            async fn $clause() {
                if let Some(limiter) = $fresh.await {
                    $crate::conformance::rate_limiter::$clause(limiter).await;
                }
            }
        )*
    };
}
