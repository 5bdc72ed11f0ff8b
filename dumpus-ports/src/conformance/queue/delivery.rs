use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{ALL, QueueUnderTest, SHORT_LEASE, TIMEOUT, assert_idle, drain, job, package, push, run, take};
use crate::domain::queue::Lane;
use crate::queue::{Job, SealedLink};

/// 1: with many jobs and workers, each job is delivered to one worker.
pub async fn two_workers_never_hold_one_job(queue: QueueUnderTest) {
    const JOBS: u32 = 200;
    push(&queue, (0..JOBS).map(|number| (number, Lane::Standard))).await;
    let mut workers = tokio::task::JoinSet::new();
    for worker in [queue.worker.clone(), queue.other.clone()].into_iter().cycle().take(8) {
        workers.spawn(async move {
            let mut held = Vec::new();
            while let Some(delivery) = worker.next(ALL, Duration::ZERO).await.expect("next") {
                held.push(delivery.job().package);
            }
            held
        });
    }
    let mut held = workers.join_all().await.concat();
    held.sort_unstable();
    assert_eq!(held, (0..JOBS).map(package).collect::<Vec<_>>());
}

/// 1: a worker that does not extend its delivery loses the job to another, and can no longer settle it.
pub async fn a_silent_worker_loses_its_job(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    for next in [&queue.other, &queue.worker, &queue.worker] {
        let began = Instant::now();
        let silent = take(&queue.worker).await;
        let again = take(next).await;
        assert_eq!(again.job(), silent.job());
        assert!(began.elapsed() >= SHORT_LEASE, "delivered before the lease ended");
        assert!(!silent.extend().await.expect("extend"));
        silent.acknowledge().await.expect("acknowledge");
        assert!(again.extend().await.expect("extend"));
        again.release().await.expect("release");
    }
}

/// 1: releasing a job that has been delivered to another worker since has no effect.
pub async fn a_silent_worker_cannot_release_anothers_job(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    let silent = take(&queue.worker).await;
    let holder = take(&queue.other).await;
    silent.release().await.expect("release");
    assert!(holder.extend().await.expect("extend"));
    assert_idle(&queue).await;
}

/// 1: a job stays with a worker that extends its delivery, even beyond the lease duration.
pub async fn an_extended_delivery_is_kept(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    let delivery = take(&queue.worker).await;
    let began = Instant::now();
    while began.elapsed() < SHORT_LEASE * 2 {
        assert!(delivery.extend().await.expect("extend"));
        let other = queue.other.next(ALL, SHORT_LEASE / 10).await.expect("next");
        assert!(other.is_none(), "delivered to two workers");
    }
    delivery.acknowledge().await.expect("acknowledge");
    assert_idle(&queue).await;
}

/// A waiting worker gets a job when it is added.
pub async fn a_waiting_worker_is_woken(queue: QueueUnderTest) {
    let began = Instant::now();
    let (delivery, ()) = tokio::join!(take(&queue.worker), push(&queue, [(1, Lane::Standard)]));
    assert_eq!(delivery.job().package, package(1));
    let (again, released) = tokio::join!(take(&queue.other), delivery.release());
    released.expect("release");
    assert_eq!(again.job().package, package(1));
    assert!(began.elapsed() < TIMEOUT / 2);
}

/// Waiting ends without a job after the timeout.
pub async fn max_wait_ends(queue: QueueUnderTest) {
    let max_wait = Duration::from_millis(300);
    let began = Instant::now();
    assert!(queue.worker.next(ALL, max_wait).await.expect("next").is_none());
    assert!((max_wait..TIMEOUT).contains(&began.elapsed()));
}

/// 3: a released job is delivered again immediately, before later ones.
pub async fn a_released_job_is_delivered_again_immediately(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard), (2, Lane::Standard)]).await;
    let first = take(&queue.worker).await;
    assert_eq!(first.job().package, package(1));
    first.release().await.expect("release");
    assert_eq!(drain(&queue, ALL).await, [package(1), package(2)]);
}

/// 3: a purged job is not delivered.
pub async fn purge_removes_a_waiting_job(queue: QueueUnderTest) {
    push(&queue, (0..3).map(|number| (number, Lane::Standard))).await;
    queue.server.purge(package(1)).await.expect("purge");
    queue.server.purge(package(1)).await.expect("purge of nothing");
    assert_eq!(drain(&queue, ALL).await, [package(0), package(2)]);
}

/// 3: a worker cannot extend or release a job that was purged during its delivery.
pub async fn purge_removes_a_delivered_job(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard), (2, Lane::Premium)]).await;
    let (first, second) = (take(&queue.worker).await, take(&queue.other).await);
    for number in [1, 2] {
        queue.server.purge(package(number)).await.expect("purge");
    }
    assert!(!first.extend().await.expect("extend"));
    first.release().await.expect("release");
    second.acknowledge().await.expect("acknowledge");
    assert_idle(&queue).await;
}

/// 3: nothing is left of ten thousand jobs.
pub async fn ten_thousand_jobs_leave_nothing(queue: QueueUnderTest) {
    const JOBS: u32 = 10_000;
    let queue = Arc::new(queue);
    let mut tasks = tokio::task::JoinSet::new();
    for part in 0..16 {
        let queue = queue.clone();
        tasks.spawn(async move {
            let lane = Lane::ALL[part as usize % 2];
            push(&queue, (part..JOBS).step_by(16).map(|number| (number, lane))).await;
            drain(&queue, ALL).await
        });
    }
    let mut taken = tasks.join_all().await.concat();
    taken.extend(drain(&queue, ALL).await);
    taken.sort_unstable();
    assert_eq!(taken, (0..JOBS).map(package).collect::<Vec<_>>());
    assert_idle(&queue).await;
}

/// 5: all processes see the same epoch as long as no job is lost.
pub async fn all_processes_see_one_epoch(queue: QueueUnderTest) {
    let epoch = queue.other.epoch().await.expect("epoch");
    assert_eq!(queue.server.push(&job(1, Lane::Standard)).await.expect("push"), epoch);
    take(&queue.worker).await.acknowledge().await.expect("acknowledge");
    queue.server.purge(package(1)).await.expect("purge");
    assert_eq!(queue.server.push(&job(2, Lane::Premium)).await.expect("push"), epoch);
    assert_eq!(queue.worker.epoch().await.expect("epoch"), epoch);
}

/// 6: a job of a waiting or delivered run is not added twice.
pub async fn a_run_is_queued_once(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard), (1, Lane::Standard)]).await;
    let delivery = take(&queue.worker).await;
    assert_idle(&queue).await;
    push(&queue, [(1, Lane::Standard)]).await;
    assert_idle(&queue).await;
    assert!(delivery.extend().await.expect("extend"));
    delivery.acknowledge().await.expect("acknowledge");
    assert_idle(&queue).await;
}

/// 6: the job of a new run replaces that of an older one, whether delivered or not.
pub async fn a_new_run_replaces_the_old_one(queue: QueueUnderTest) {
    let of_run = |number: u8| Job {
        run: run(number),
        link: SealedLink(vec![number]),
        ..job(1, Lane::Standard)
    };
    for number in [1, 2] {
        queue.server.push(&of_run(number)).await.expect("push");
    }
    let second = take(&queue.worker).await;
    assert_eq!(*second.job(), of_run(2));
    assert_idle(&queue).await;
    queue.server.push(&of_run(3)).await.expect("push");
    let third = take(&queue.worker).await;
    assert_eq!(*third.job(), of_run(3));
    assert!(!second.extend().await.expect("extend"));
    second.acknowledge().await.expect("acknowledge");
    assert!(third.extend().await.expect("extend"));
    assert!(!queue.server.promote(package(1), run(2)).await.expect("promote"));
}

/// 7: a postponed job is not delivered before its delay has passed, and later ones are.
pub async fn a_postponed_job_lets_others_pass(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard), (2, Lane::Standard)]).await;
    let first = take(&queue.worker).await;
    assert_eq!(first.job().package, package(1));
    let began = Instant::now();
    first.postpone(SHORT_LEASE / 2).await.expect("postpone");
    assert_eq!(take(&queue.other).await.job().package, package(2));
    let again = take(&queue.other).await;
    assert_eq!(again.job().package, package(1));
    let elapsed = began.elapsed();
    assert!(elapsed >= SHORT_LEASE / 2, "delivered after {elapsed:?}");
    assert!(again.extend().await.expect("extend"));
    again.acknowledge().await.expect("acknowledge");
}

/// 7: the worker that postponed a job gets it if no other worker asks.
pub async fn a_postponed_job_returns_to_a_single_worker(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    for _ in 0..2 {
        let delivery = take(&queue.worker).await;
        delivery.postpone(Duration::from_millis(50)).await.expect("postpone");
    }
    let last = take(&queue.worker).await;
    assert!(last.extend().await.expect("extend"));
    last.acknowledge().await.expect("acknowledge");
    assert_idle(&queue).await;
}

/// 7: the longest delay is the length of a lease.
pub async fn a_job_is_postponed_for_a_lease_at_most(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    let began = Instant::now();
    take(&queue.worker)
        .await
        .postpone(Duration::from_hours(1))
        .await
        .expect("postpone");
    take(&queue.other).await.acknowledge().await.expect("acknowledge");
    let elapsed = began.elapsed();
    assert!(
        elapsed >= SHORT_LEASE && elapsed < TIMEOUT,
        "delivered after {elapsed:?}"
    );
    assert_idle(&queue).await;
}

/// 7: a postponed job can be purged and promoted.
pub async fn a_postponed_job_is_purged_and_promoted(queue: QueueUnderTest) {
    push(&queue, (1..=2).map(|number| (number, Lane::Standard))).await;
    for _ in 0..2 {
        let delivery = take(&queue.worker).await;
        delivery.postpone(SHORT_LEASE / 3).await.expect("postpone");
    }
    queue.server.purge(package(1)).await.expect("purge");
    assert!(queue.server.promote(package(2), run(1)).await.expect("promote"));
    let delivery = take(&queue.other).await;
    assert_eq!(
        (delivery.job().package, delivery.job().lane),
        (package(2), Lane::Premium)
    );
    delivery.acknowledge().await.expect("acknowledge");
    assert_idle(&queue).await;
}

/// 9: an expedited job is delivered at once, also to the worker that postponed it.
pub async fn an_expedited_job_is_delivered_at_once(queue: QueueUnderTest) {
    assert!(!queue.server.expedite(package(1), run(1)).await.expect("expedite"));
    push(&queue, [(1, Lane::Standard)]).await;
    let began = Instant::now();
    take(&queue.worker).await.postpone(SHORT_LEASE).await.expect("postpone");
    assert!(!queue.server.expedite(package(1), run(2)).await.expect("expedite"));
    assert!(queue.server.expedite(package(1), run(1)).await.expect("expedite"));
    let delivery = take(&queue.worker).await;
    assert!(began.elapsed() < SHORT_LEASE, "delivered after {:?}", began.elapsed());
    // A delivered one stays where it is.
    assert!(queue.server.expedite(package(1), run(1)).await.expect("expedite"));
    assert!(delivery.extend().await.expect("extend"));
    delivery.acknowledge().await.expect("acknowledge");
    assert_idle(&queue).await;
}

/// 8: the queue has a job from its push to its end, and none of another run.
pub async fn the_queue_knows_which_jobs_it_has(queue: QueueUnderTest) {
    let has = async |number, of| queue.server.contains(package(number), run(of)).await.expect("contains");
    assert!(!has(1, 1).await);
    push(&queue, [(1, Lane::Standard), (2, Lane::Premium)]).await;
    assert!(has(1, 1).await && has(2, 1).await && !has(1, 2).await);
    let premium = take(&queue.worker).await;
    assert!(has(2, 1).await, "delivered");
    premium.postpone(Duration::from_millis(100)).await.expect("postpone");
    assert!(has(2, 1).await, "postponed");
    for _ in 0..2 {
        take(&queue.worker).await.acknowledge().await.expect("acknowledge");
    }
    assert!(!has(1, 1).await && !has(2, 1).await);
}

/// A job is delivered unchanged, for any bytes of its link.
pub async fn a_job_is_delivered_unchanged(queue: QueueUnderTest) {
    let links = [vec![], (0..=255).collect(), b"\r\n\0nil".to_vec(), vec![0xff; 8_192]];
    let mut pushed = BTreeMap::new();
    for (number, link) in (0..).zip(links) {
        let job = Job {
            link: SealedLink(link),
            ..job(number, Lane::ALL[number as usize % 2])
        };
        queue.server.push(&job).await.expect("push");
        pushed.insert(job.package, job);
    }
    for _ in 0..pushed.len() {
        let delivery = take(&queue.worker).await;
        assert_eq!(Some(delivery.job()), pushed.get(&delivery.job().package));
    }
}

/// An available queue responds to a ping.
pub async fn it_answers(queue: QueueUnderTest) {
    queue.server.ping().await.expect("ping");
}

/// An available queue takes jobs.
pub async fn it_takes_writes(queue: QueueUnderTest) {
    queue.server.probe().await.expect("probe");
    assert_idle(&queue).await;
}
