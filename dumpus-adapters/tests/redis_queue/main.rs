//! The queue during outages of Redis, and what it leaves in Redis.

#![cfg(feature = "redis")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failing helper fails the test")]

mod connecting;
mod outages;
#[path = "../redis_server/mod.rs"]
mod redis_server;
mod traces;

use std::time::{Duration, Instant};

use dumpus_adapters::redis::RedisQueue;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::queue::{Delivery, Job, JobQueue, QueueError, SealedLink};

use redis_server::{RedisServer, options};

const ALL: &[Lane] = &[Lane::Premium, Lane::Standard];
const LEASE: Duration = Duration::from_mins(1);
const TIMEOUT: Duration = Duration::from_secs(20);
/// Maximum time that a caller waits for an unavailable Redis.
const OUTAGE: Duration = Duration::from_secs(2);
/// Maximum time until the queue works after Redis has returned.
const RECOVERY: Duration = Duration::from_secs(5);

fn job(number: u32) -> Job {
    let mut package = [7; 16];
    package[..4].copy_from_slice(&number.to_be_bytes());
    Job {
        package: PackageId::from_bytes(package),
        run: RunId::from_bytes([1; 16]),
        lane: Lane::ALL[number as usize % 2],
        link: SealedLink(vec![b'x'; 400]),
    }
}

async fn connect(server: &RedisServer, lease: Duration, consumer: &str) -> RedisQueue {
    let options = options(&server.url(), "test", lease, consumer);
    RedisQueue::connect(options).await.expect("Redis is there")
}

async fn take(queue: &RedisQueue) -> Box<dyn Delivery> {
    let next = queue.next(ALL, TIMEOUT).await.expect("next");
    next.expect("a job should be there")
}

fn key(name: &str) -> String {
    format!("{{test}}:v1:{name}")
}

fn lanes() -> [String; 2] {
    ["lane:standard", "lane:premium"].map(key)
}

fn assert_unavailable<T>(answer: Result<T, QueueError>) {
    let error = answer.err().expect("Redis is unavailable");
    assert!(matches!(error, QueueError::Unavailable(_)), "{error:?}");
}

/// Waits until the queue responds again.
async fn back(queue: &RedisQueue) {
    let began = Instant::now();
    while queue.ping().await.is_err() {
        assert!(began.elapsed() < RECOVERY, "still unavailable");
        tokio::task::yield_now().await;
    }
    assert!(began.elapsed() < RECOVERY);
}

/// Asserts that a job passes through the queue.
async fn assert_works(queue: &RedisQueue, number: u32) {
    queue.push(&job(number)).await.expect("push");
    let delivery = take(queue).await;
    assert_eq!(*delivery.job(), job(number));
    assert!(delivery.extend().await.expect("extend"));
    delivery.acknowledge().await.expect("acknowledge");
}

async fn assert_new_epoch(queue: &RedisQueue, old: &dumpus_ports::registry::Epoch) {
    let began = Instant::now();
    while queue.epoch().await.expect("epoch") == *old {
        assert!(began.elapsed() < OUTAGE, "the epoch is more than a second old");
        tokio::task::yield_now().await;
    }
}
