//! The contract of rate limiters, against every adapter.

#[cfg(feature = "redis")]
mod redis_server;

#[cfg(feature = "memory")]
mod memory {
    use std::sync::Arc;

    use dumpus_adapters::memory::MemoryRateLimiter;
    use dumpus_ports::conformance::rate_limiter::RateLimiterUnderTest;
    use dumpus_ports::rate_limiter::RateLimiter;

    async fn fresh() -> Option<RateLimiterUnderTest> {
        let server: Arc<dyn RateLimiter> = Arc::new(MemoryRateLimiter::default());
        let other = server.clone();
        Some(RateLimiterUnderTest { server, other })
    }

    dumpus_ports::rate_limiter_conformance!(fresh());
}

#[cfg(all(feature = "redis", feature = "ring"))]
mod redis {
    #![expect(clippy::expect_used, reason = "a missing server fails the test")]

    use std::sync::Arc;
    use std::time::Duration;

    use dumpus_adapters::crypto_ring::{InstanceKey, RingVault};
    use dumpus_adapters::redis::RedisQueue;
    use dumpus_ports::conformance::rate_limiter::RateLimiterUnderTest;
    use dumpus_ports::rate_limiter::{Bucket, Rate, RateLimiter, Subject};

    use crate::redis_server::{RedisServer, fresh_prefix, options, shared_url};

    async fn connect(url: &str, prefix: &str) -> Arc<dyn RateLimiter> {
        let options = options(url, prefix, Duration::from_mins(1), "server");
        let queue = RedisQueue::connect(options).await.expect("Redis is there");
        let vault = RingVault::new(&InstanceKey::from_bytes([7; 32]));
        Arc::new(queue.rate_limiter(Arc::new(vault)))
    }

    async fn fresh() -> Option<RateLimiterUnderTest> {
        let (url, prefix) = (shared_url()?, fresh_prefix());
        Some(RateLimiterUnderTest {
            server: connect(&url, &prefix).await,
            other: connect(&url, &prefix).await,
        })
    }

    dumpus_ports::rate_limiter_conformance!(fresh());

    fn client(number: u8) -> Bucket {
        Bucket {
            limit: "requests",
            subject: Subject::Network([203, 0, 113, number].into(), 32),
        }
    }

    #[tokio::test]
    async fn each_server_counts_on_its_own_while_redis_is_away_and_shares_again_afterwards() {
        let mut redis = RedisServer::start();
        let (server, other) = (connect(&redis.url(), "test").await, connect(&redis.url(), "test").await);
        let rate = Rate::new(2, Duration::from_hours(1));
        redis.kill();
        for limiter in [&server, &other] {
            assert_eq!(limiter.take(client(9), &rate).await, Ok(()));
            assert_eq!(limiter.take(client(9), &rate).await, Ok(()));
            assert!(limiter.take(client(9), &rate).await.is_err());
        }
        redis.run();
        let both_ask_again = async {
            while redis.ask(&["--scan", "--pattern", "*rate*"]).len() < 2 {
                for (limiter, number) in [(&server, 1), (&other, 2)] {
                    // Refused or not: what counts is where it is counted.
                    let _ = limiter.take(client(number), &rate).await;
                }
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), both_ask_again).await;
        assert!(waited.is_ok(), "Redis was not asked again");
        assert_eq!(server.take(client(3), &rate).await, Ok(()));
        assert_eq!(other.take(client(3), &rate).await, Ok(()));
        assert!(server.take(client(3), &rate).await.is_err());
        assert!(other.take(client(3), &rate).await.is_err());
    }

    #[tokio::test]
    async fn redis_does_not_learn_the_addresses_of_clients_and_forgets_idle_buckets() {
        let redis = RedisServer::start();
        let limiter = connect(&redis.url(), "test").await;
        let rate = Rate::new(2, Duration::from_hours(1));
        assert_eq!(limiter.take(client(9), &rate).await, Ok(()));
        let keys = redis.ask(&["--scan", "--pattern", "*rate*"]);
        assert_eq!(keys.len(), 1, "{keys:?}");
        let name = keys[0].strip_prefix("{test}:v1:rate:").expect("a key of the limiter");
        assert!(name.len() == 32 && !name.contains("cb007109"), "{name}");
        let lifetime = redis.ask_number(&["PTTL", &keys[0]]);
        assert!(lifetime > 0 && lifetime <= 1_800_000, "{lifetime}");
        limiter.charge(client(9), &rate, -1).await;
        assert!(redis.ask(&["--scan", "--pattern", "*rate*"]).is_empty());
    }
}
