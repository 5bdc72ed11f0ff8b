//! Redis is unavailable, returns, or returns with another state.

use std::time::{Duration, Instant};

use dumpus_ports::queue::JobQueue;

use crate::redis_server::RedisServer;
use crate::{
    ALL, LEASE, OUTAGE, RECOVERY, TIMEOUT, assert_new_epoch, assert_unavailable, assert_works, back, connect, job,
    lanes, take,
};

#[tokio::test]
async fn a_flushed_redis_is_a_new_epoch_and_the_queue_continues() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let epoch = queue.push(&job(1)).await.unwrap();
    queue.push(&job(2)).await.unwrap();
    let lost = take(&queue).await;
    let also_lost = take(&queue).await;
    server.ask(&["FLUSHALL"]);

    assert!(!lost.extend().await.unwrap());
    lost.acknowledge().await.unwrap();
    also_lost.release().await.unwrap();
    assert!(!queue.promote(job(1).package, job(1).run).await.unwrap());
    queue.purge(job(1).package).await.unwrap();
    assert_new_epoch(&queue, &epoch).await;
    assert_works(&queue, 1).await;
    assert!(queue.next(ALL, Duration::ZERO).await.unwrap().is_none());
}

#[tokio::test]
async fn a_redis_that_restarts_empty_is_a_new_epoch_and_the_queue_continues() {
    let mut server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let epoch = queue.push(&job(1)).await.unwrap();
    let held = take(&queue).await;
    server.kill();
    server.run();
    back(&queue).await;
    assert!(!held.extend().await.unwrap());
    assert_ne!(queue.push(&job(1)).await.unwrap(), epoch);
    assert_eq!(*take(&queue).await.job(), job(1));
    assert_works(&queue, 2).await;
}

#[tokio::test]
async fn all_processes_that_find_redis_empty_agree_on_the_epoch() {
    let server = RedisServer::start();
    let one = connect(&server, LEASE, "one").await;
    let other = connect(&server, LEASE, "other").await;
    let epoch = one.epoch().await.unwrap();
    server.ask(&["FLUSHALL"]);
    let jobs = [job(1), job(2)];
    let (first, second) = tokio::join!(one.push(&jobs[0]), other.push(&jobs[1]));
    assert_eq!(first.as_ref().unwrap(), second.as_ref().unwrap());
    assert_ne!(first.unwrap(), epoch);
}

#[tokio::test]
async fn an_outage_is_reported_promptly_and_failed_commands_are_not_executed_later() {
    let mut server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    assert_works(&queue, 0).await;
    server.kill();

    for _ in 0..2 {
        let began = Instant::now();
        assert_unavailable(queue.push(&job(2)).await);
        assert!(began.elapsed() < OUTAGE);
        let began = Instant::now();
        assert_unavailable(queue.next(ALL, TIMEOUT).await);
        assert!(began.elapsed() < OUTAGE);
        let began = Instant::now();
        assert_unavailable(queue.purge(job(1).package).await);
        assert_unavailable(queue.ping().await);
        assert!(began.elapsed() < OUTAGE * 2);
        // A caller that is cancelled leaves nothing behind, either.
        let impatient = tokio::time::timeout(Duration::from_millis(50), queue.push(&job(1))).await;
        assert!(impatient.is_err());
    }
    assert_unavailable(queue.epoch().await);

    server.run();
    // Commands of the queue are sent in order: pending ones were sent before this response.
    back(&queue).await;
    assert_eq!(server.ask_number(&["DBSIZE"]), 0);
    assert_works(&queue, 3).await;
    assert!(queue.next(ALL, Duration::ZERO).await.unwrap().is_none());
}

#[tokio::test]
async fn a_waiting_worker_learns_of_an_outage_promptly() {
    let mut server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let waiting = async {
        let answer = queue.next(ALL, TIMEOUT).await;
        (answer, Instant::now())
    };
    let killing = async {
        let is_listening = |client: &String| client.contains(" cmd=xread ") && client.contains(" flags=b ");
        while !server.ask(&["CLIENT", "LIST"]).iter().any(is_listening) {
            tokio::task::yield_now().await;
        }
        server.kill();
        Instant::now()
    };
    let ((answer, reported), killed) = tokio::join!(waiting, killing);
    assert_unavailable(answer);
    assert!(reported - killed < OUTAGE);
}

#[tokio::test]
async fn a_suspended_redis_delays_a_caller_by_a_second() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    server.freeze(true);
    for number in 0..3 {
        let began = Instant::now();
        assert_unavailable(queue.push(&job(number)).await);
        assert!(began.elapsed() < OUTAGE);
    }
    server.freeze(false);
    back(&queue).await;
    // Redis may have received the job already: the error does not rule that out.
    queue.push(&job(9)).await.unwrap();
    while take(&queue).await.job().package != job(9).package {}
}

#[tokio::test]
async fn a_job_that_a_suspended_redis_delivered_to_nobody_is_delivered_again_immediately() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let held = job(0);
    queue.push(&held).await.unwrap();
    let in_hand = take(&queue).await;
    for number in 1..4 {
        queue.push(&job(number)).await.unwrap();
    }
    server.freeze(true);
    for _ in 0..3 {
        assert_unavailable(queue.next(ALL, TIMEOUT).await);
    }
    server.freeze(false);
    back(&queue).await;
    let began = Instant::now();
    let mut taken = Vec::new();
    for _ in 1..4 {
        taken.push(take(&queue).await.job().package);
    }
    assert!(began.elapsed() < RECOVERY, "{:?}", began.elapsed());
    taken.sort_unstable();
    assert_eq!(taken, [1, 2, 3].map(|number| job(number).package));
    // Jobs that are delivered, or whose delivery was dropped, remain so until the lease ends.
    assert!(queue.next(ALL, Duration::ZERO).await.unwrap().is_none());
    assert!(in_hand.extend().await.unwrap());
}

#[tokio::test]
async fn a_job_that_could_not_be_released_during_an_outage_is_delivered_again_immediately() {
    let mut server = RedisServer::with(|_, _| ["--appendonly", "yes"].map(str::to_owned).to_vec());
    let queue = connect(&server, LEASE, "worker").await;
    queue.push(&job(1)).await.unwrap();
    let delivery = take(&queue).await;
    server.kill();
    assert_unavailable(delivery.release().await);
    server.run();
    back(&queue).await;
    let began = Instant::now();
    assert_eq!(*take(&queue).await.job(), job(1));
    assert!(began.elapsed() < RECOVERY, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_redis_that_returns_with_an_older_state_is_a_new_epoch_and_the_queue_continues() {
    let mut server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    queue.push(&job(1)).await.unwrap();
    server.ask(&["SAVE"]);
    let epoch = queue.push(&job(2)).await.unwrap();
    server.kill();
    server.run();
    back(&queue).await;
    let renewed = queue.push(&job(2)).await.unwrap();
    assert_ne!(renewed, epoch);
    let other = connect(&server, LEASE, "other").await;
    assert_eq!(other.epoch().await.unwrap(), renewed, "all processes agree");
    let mut taken = [take(&queue).await, take(&queue).await].map(|delivery| delivery.job().clone());
    taken.sort_unstable_by_key(|job| job.package);
    assert_eq!(taken, [job(1), job(2)]);
}

#[tokio::test]
async fn a_lost_group_is_created_again_and_no_job_is_lost() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let epoch = queue.push(&job(0)).await.unwrap();
    let held = take(&queue).await;
    queue.push(&job(2)).await.unwrap();
    for lane in lanes() {
        server.ask(&["XGROUP", "DESTROY", &lane, "workers"]);
    }
    assert!(!held.extend().await.unwrap());
    let again = [take(&queue).await, take(&queue).await];
    assert_eq!(
        again.each_ref().map(|delivery| delivery.job().clone()),
        [job(0), job(2)]
    );
    assert!(again[0].extend().await.unwrap());
    assert_eq!(queue.push(&job(4)).await.unwrap(), epoch);
}

#[tokio::test]
async fn a_lost_lane_is_a_new_epoch() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let epoch = queue.push(&job(0)).await.unwrap();
    server.ask(&["DEL", &lanes()[0]]);
    assert!(queue.next(ALL, Duration::ZERO).await.unwrap().is_none());
    assert_new_epoch(&queue, &epoch).await;
    // The hash of the job does not count as the job.
    assert_works(&queue, 0).await;
}

#[tokio::test]
async fn a_queue_that_another_instance_takes_over_is_not_taken_for_one_that_works() {
    let server = RedisServer::start();
    let mut own = crate::redis_server::options(&server.url(), "test", LEASE, "worker");
    own.instance = "00000000000000aa".to_owned();
    let queue = dumpus_adapters::redis::RedisQueue::connect(own).await.unwrap();
    queue.probe().await.unwrap();
    server.ask(&["SET", &crate::key("instance"), "00000000000000bb"]);
    queue.ping().await.unwrap();
    for error in [queue.probe().await, queue.push(&job(1)).await.map(drop)] {
        let Err(dumpus_ports::queue::QueueError::OtherInstance(cause)) = error else {
            panic!("{error:?}");
        };
        // As at the start.
        let words = cause.to_string();
        assert!(
            words.contains("holds the queue of another instance, 00000000000000bb"),
            "{words}"
        );
    }
    server.ask(&["SET", &crate::key("instance"), "00000000000000aa"]);
    queue.probe().await.unwrap();
}
