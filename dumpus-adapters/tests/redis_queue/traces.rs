//! What workers leave behind in Redis, and for each other.

use std::time::Duration;

use dumpus_adapters::redis::RedisQueue;
use dumpus_ports::queue::JobQueue;

use crate::redis_server::{RedisServer, options};
use crate::{ALL, LEASE, TIMEOUT, connect, job, key, lanes, take};

#[tokio::test]
async fn nothing_is_left_of_ten_thousand_jobs() {
    const JOBS: u32 = 10_000;
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    for number in 0..JOBS {
        queue.push(&job(number)).await.unwrap();
    }
    // Jobs are purged or promoted while they wait, then acknowledged, purged during delivery, or released first.
    for number in (0..JOBS).step_by(10) {
        queue.purge(job(number).package).await.unwrap();
        queue
            .promote(job(number + 2).package, job(number + 2).run)
            .await
            .unwrap();
    }
    let mut taken = 0;
    while let Some(delivery) = queue.next(ALL, Duration::ZERO).await.unwrap() {
        taken += 1;
        match taken % 10 {
            0 => queue.purge(delivery.job().package).await.unwrap(),
            1 => {
                delivery.release().await.unwrap();
                let again = take(&queue).await;
                again.acknowledge().await.unwrap();
            }
            _ => delivery.acknowledge().await.unwrap(),
        }
    }
    assert_eq!(taken, JOBS - JOBS / 10);

    let mut keys = server.ask(&["KEYS", "*"]);
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["bell", "epoch", "lane:premium", "lane:standard", "turn", "workers"].map(key)
    );
    for lane in lanes() {
        assert_eq!(server.ask_number(&["XLEN", &lane]), 0);
        assert_eq!(server.ask(&["XPENDING", &lane, "workers"]), ["0"]);
    }
    let bytes: u64 = keys
        .iter()
        .map(|key| server.ask_number(&["MEMORY", "USAGE", key, "SAMPLES", "0"]))
        .sum();
    assert!(bytes < 20_000, "{bytes} bytes are left");

    queue.close().await.unwrap();
    for lane in lanes() {
        assert!(server.ask(&["XINFO", "CONSUMERS", &lane, "workers"]).is_empty());
    }
}

#[tokio::test]
async fn a_worker_that_stops_during_a_delivery_loses_no_job() {
    let lease = Duration::from_millis(300);
    let server = RedisServer::start();
    let leaving = connect(&server, lease, "leaving").await;
    leaving.push(&job(1)).await.unwrap();
    drop(take(&leaving).await);
    leaving.close().await.unwrap();
    let staying = connect(&server, lease, "staying").await;
    let delivery = take(&staying).await;
    assert_eq!(*delivery.job(), job(1));
    // The job was assigned to its consumer until now.
    connect(&server, lease, "leaving").await.close().await.unwrap();
    let consumers = server.ask(&["XINFO", "CONSUMERS", &lanes()[1], "workers"]);
    assert_eq!(consumers.iter().filter(|line| *line == "leaving").count(), 0);
    assert!(delivery.extend().await.unwrap());
}

#[tokio::test]
async fn a_worker_that_stops_waiting_takes_no_job_from_others() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    for number in 0..20 {
        queue.push(&job(number)).await.unwrap();
        // Dropped before, while or after Redis delivers the job.
        let dropped = queue.next(ALL, TIMEOUT);
        let soon = Duration::from_micros(u64::from(number) * 100);
        if let Ok(delivery) = tokio::time::timeout(soon, dropped).await {
            delivery.unwrap().unwrap().release().await.unwrap();
        }
        take(&queue).await.acknowledge().await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_left_of_a_job_that_was_promoted_during_its_delivery() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    for is_purged in [true, false] {
        queue.push(&job(1)).await.unwrap();
        let delivery = take(&queue).await;
        assert!(queue.promote(job(1).package, job(1).run).await.unwrap());
        if is_purged {
            queue.purge(job(1).package).await.unwrap();
        } else {
            delivery.acknowledge().await.unwrap();
        }
        let keys = server.ask(&["KEYS", "*promoted*"]);
        assert!(keys.is_empty(), "{keys:?}");
    }
}

#[tokio::test]
async fn different_prefixes_are_different_queues() {
    let server = RedisServer::start();
    let one = connect(&server, LEASE, "worker").await;
    let other = options(&server.url(), "other", LEASE, "worker");
    let other = RedisQueue::connect(other).await.unwrap();
    one.push(&job(1)).await.unwrap();
    assert!(other.next(ALL, Duration::ZERO).await.unwrap().is_none());
    assert_ne!(one.epoch().await.unwrap(), other.epoch().await.unwrap());
}

#[tokio::test]
async fn a_job_whose_lane_was_deleted_during_its_delivery_leaves_nothing() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    queue.push(&job(1)).await.unwrap();
    let delivery = take(&queue).await;
    for lane in lanes() {
        server.ask(&["DEL", &lane]);
    }
    delivery.acknowledge().await.unwrap();
    assert_eq!(server.ask(&["KEYS", "*job:*"]), [""; 0]);
    // Only the worker of the last delivery removes it.
    queue.push(&job(2)).await.unwrap();
    let first = take(&queue).await;
    for lane in lanes() {
        server.ask(&["DEL", &lane]);
    }
    queue.push(&job(2)).await.unwrap();
    let second = take(&queue).await;
    first.acknowledge().await.unwrap();
    assert_eq!(server.ask(&["KEYS", "*job:*"]).len(), 1);
    second.acknowledge().await.unwrap();
    assert_eq!(server.ask(&["KEYS", "*job:*"]), [""; 0]);
}
