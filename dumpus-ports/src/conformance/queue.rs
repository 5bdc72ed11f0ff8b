//! The contract of [`JobQueue`] as tests. The numbers are those of the trait's clauses.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a clause that fails panics: these are tests"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::{Lane, STANDARD_SHARE};
use crate::queue::{Delivery, Job, JobQueue, SealedLink};

/// One fresh queue as three processes see it. They may be the same object.
pub struct QueueUnderTest {
    /// Takes jobs in.
    pub server: Arc<dyn JobQueue>,
    /// Works.
    pub worker: Arc<dyn JobQueue>,
    /// Works too.
    pub other: Arc<dyn JobQueue>,
}

/// Short enough to be waited for, long enough for a busy machine to extend it in time.
pub const SHORT_LEASE: Duration = Duration::from_millis(1_500);
/// Never ends within a test.
pub const LONG_LEASE: Duration = Duration::from_mins(10);

/// Ends a wait that should have ended long ago.
const PATIENCE: Duration = Duration::from_secs(20);
const ALL: &[Lane] = &[Lane::Premium, Lane::Standard];

fn package(number: u32) -> PackageId {
    let mut bytes = [7; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    PackageId::from_bytes(bytes)
}

fn run(number: u8) -> RunId {
    RunId::from_bytes([number; 16])
}

fn job(number: u32, lane: Lane) -> Job {
    Job {
        package: package(number),
        run: run(1),
        lane,
        link: SealedLink(number.to_le_bytes().to_vec()),
    }
}

async fn push(queue: &QueueUnderTest, jobs: impl IntoIterator<Item = (u32, Lane)>) {
    for (number, lane) in jobs {
        queue.server.push(&job(number, lane)).await.expect("push");
    }
}

async fn take(queue: &Arc<dyn JobQueue>) -> Box<dyn Delivery> {
    let next = queue.next(ALL, PATIENCE).await.expect("next");
    next.expect("a job should be there")
}

async fn assert_idle(queue: &QueueUnderTest) {
    for worker in [&queue.worker, &queue.other] {
        let next = worker.next(ALL, Duration::ZERO).await.expect("next");
        let package = next.map(|delivery| delivery.job().package);
        assert_eq!(package, None, "no job should be left");
    }
}

/// Takes and acknowledges everything that waits, in order.
async fn drain(queue: &QueueUnderTest, lanes: &[Lane]) -> Vec<PackageId> {
    let mut taken = Vec::new();
    // Two processes in turn: order and share hold over all of them.
    for worker in [&queue.worker, &queue.other].into_iter().cycle() {
        let Some(delivery) = worker.next(lanes, Duration::ZERO).await.expect("next") else {
            break;
        };
        taken.push(delivery.job().package);
        delivery.acknowledge().await.expect("acknowledge");
    }
    taken
}

/// 1: of many jobs and workers, each job goes to one worker.
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

/// 1: a worker that is not heard of loses its job to another one, and has no say in it any more.
pub async fn a_silent_worker_loses_its_job(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    for next in [&queue.other, &queue.worker, &queue.worker] {
        let began = Instant::now();
        let silent = take(&queue.worker).await;
        let again = take(next).await;
        assert_eq!(again.job(), silent.job());
        assert!(began.elapsed() >= SHORT_LEASE, "delivered while the lease ran");
        assert!(!silent.extend().await.expect("extend"));
        silent.acknowledge().await.expect("acknowledge");
        assert!(again.extend().await.expect("extend"));
        again.release().await.expect("release");
    }
}

/// 1: giving back what is another worker's by now changes nothing.
pub async fn a_silent_worker_cannot_release_anothers_job(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    let silent = take(&queue.worker).await;
    let holder = take(&queue.other).await;
    silent.release().await.expect("release");
    assert!(holder.extend().await.expect("extend"));
    assert_idle(&queue).await;
}

/// 1: a job stays with a worker that extends its delivery, for longer than a lease.
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

/// 2: premium jobs come first, each lane in order of arrival.
pub async fn premium_comes_first_and_lanes_keep_their_order(queue: QueueUnderTest) {
    use Lane::{Premium, Standard};
    push(&queue, [(1, Standard), (2, Premium), (3, Standard), (4, Premium)]).await;
    assert_eq!(drain(&queue, ALL).await, [2, 4, 1, 3].map(package));
}

/// 2: one lease in five goes to a waiting standard job, counted over all workers.
pub async fn one_lease_in_five_is_for_the_standard_lane(queue: QueueUnderTest) {
    push(&queue, (0..40).map(|number| (number, Lane::Premium))).await;
    push(&queue, (100..110).map(|number| (number, Lane::Standard))).await;
    let taken = drain(&queue, ALL).await;
    let share = usize::try_from(STANDARD_SHARE).expect("a small number");
    for leases in taken.chunks(share) {
        let standard = leases.iter().filter(|id| **id >= package(100)).count();
        assert_eq!(standard, 1, "{taken:?}");
    }
}

/// 2: workers of the premium lane alone do not use up the turn of the standard lane.
pub async fn premium_workers_do_not_use_up_the_standard_turn(queue: QueueUnderTest) {
    push(&queue, (0..30).map(|number| (number, Lane::Premium))).await;
    push(&queue, [(100, Lane::Standard)]).await;
    for _ in 0..10 {
        let premium = queue.worker.next(&[Lane::Premium], Duration::ZERO).await.expect("next");
        assert!(premium.is_some_and(|delivery| delivery.job().lane == Lane::Premium));
    }
    let mut taken = Vec::new();
    for _ in 0..STANDARD_SHARE {
        taken.push(take(&queue.other).await.job().package);
    }
    assert!(taken.contains(&package(100)), "{taken:?}");
}

/// 2: a worker gets jobs of the lanes that it asks for only.
pub async fn only_the_lanes_asked_for_are_served(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard), (2, Lane::Premium)]).await;
    assert_eq!(drain(&queue, &[Lane::Standard]).await, [package(1)]);
    assert_eq!(drain(&queue, &[Lane::Premium]).await, [package(2)]);
}

/// A worker that waits gets a job when it comes.
pub async fn a_waiting_worker_is_woken(queue: QueueUnderTest) {
    let began = Instant::now();
    let (delivery, ()) = tokio::join!(take(&queue.worker), push(&queue, [(1, Lane::Standard)]));
    assert_eq!(delivery.job().package, package(1));
    let (again, released) = tokio::join!(take(&queue.other), delivery.release());
    released.expect("release");
    assert_eq!(again.job().package, package(1));
    assert!(began.elapsed() < PATIENCE / 2);
}

/// A worker that waits for nothing is told so when its patience ends.
pub async fn patience_ends(queue: QueueUnderTest) {
    let patience = Duration::from_millis(300);
    let began = Instant::now();
    assert!(queue.worker.next(ALL, patience).await.expect("next").is_none());
    assert!((patience..PATIENCE).contains(&began.elapsed()));
}

/// 3: a job given back is delivered again at once, before those that came after it.
pub async fn a_released_job_comes_again_at_once(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard), (2, Lane::Standard)]).await;
    let first = take(&queue.worker).await;
    assert_eq!(first.job().package, package(1));
    first.release().await.expect("release");
    assert_eq!(drain(&queue, ALL).await, [package(1), package(2)]);
}

/// 3: a purged job that waits is not delivered.
pub async fn purge_removes_a_waiting_job(queue: QueueUnderTest) {
    push(&queue, (0..3).map(|number| (number, Lane::Standard))).await;
    queue.server.purge(package(1)).await.expect("purge");
    queue.server.purge(package(1)).await.expect("purge of nothing");
    assert_eq!(drain(&queue, ALL).await, [package(0), package(2)]);
}

/// 3: a purged job that a worker holds is not its job any more, whatever it does.
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

/// 4: a promoted job waits in the premium lane, behind those that came before.
pub async fn a_promoted_job_moves_to_the_premium_lane(queue: QueueUnderTest) {
    use Lane::{Premium, Standard};
    push(&queue, [(1, Standard), (2, Standard), (3, Premium), (4, Standard)]).await;
    for _ in 0..2 {
        assert!(queue.server.promote(package(2), run(1)).await.expect("promote"));
    }
    let first = take(&queue.worker).await;
    let second = take(&queue.worker).await;
    assert_eq!(
        [&first, &second].map(|delivery| delivery.job().package),
        [3, 2].map(package)
    );
    assert_eq!(second.job().lane, Premium);
    assert_eq!(second.job().link, job(2, Standard).link);
    assert_eq!(drain(&queue, ALL).await, [1, 4].map(package));
    assert_idle(&queue).await;
}

/// 4: a job that was given back waits, and is promoted like any other.
pub async fn a_released_job_can_be_promoted(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard), (2, Lane::Premium)]).await;
    let standard = queue.worker.next(&[Lane::Standard], PATIENCE).await.expect("next");
    standard.expect("a job").release().await.expect("release");
    assert!(queue.server.promote(package(1), run(1)).await.expect("promote"));
    assert_eq!(drain(&queue, &[Lane::Premium]).await, [2, 1].map(package));
}

/// 4: a job of another run is not promoted, and one that does not exist neither.
pub async fn only_a_job_of_the_run_is_promoted(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    assert!(!queue.server.promote(package(1), run(2)).await.expect("promote"));
    assert!(!queue.server.promote(package(2), run(1)).await.expect("promote"));
    assert_eq!(drain(&queue, &[Lane::Premium]).await, []);
    take(&queue.worker).await.acknowledge().await.expect("acknowledge");
    assert!(!queue.server.promote(package(1), run(1)).await.expect("promote"));
    assert_idle(&queue).await;
}

/// 4: a promotion leaves a job with the worker that holds it, to the end.
pub async fn a_held_job_is_promoted_without_being_taken_away(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    let delivery = take(&queue.worker).await;
    for _ in 0..2 {
        assert!(queue.server.promote(package(1), run(1)).await.expect("promote"));
        assert_idle(&queue).await;
        assert!(delivery.extend().await.expect("extend"));
    }
    delivery.acknowledge().await.expect("acknowledge");
    assert_idle(&queue).await;
    // What was known of it does not outlive it.
    push(&queue, [(1, Lane::Standard)]).await;
    take(&queue.worker).await.release().await.expect("release");
    assert_eq!(drain(&queue, &[Lane::Premium]).await, []);
    assert_eq!(drain(&queue, &[Lane::Standard]).await, [package(1)]);
}

/// 4: a job that was promoted while a worker held it waits in the premium lane when it is given back.
pub async fn a_held_job_that_was_promoted_is_given_back_to_the_premium_lane(queue: QueueUnderTest) {
    use Lane::{Premium, Standard};
    push(&queue, [(1, Standard), (2, Premium), (3, Standard)]).await;
    let standard = queue.worker.next(&[Standard], PATIENCE).await.expect("next");
    assert!(queue.server.promote(package(1), run(1)).await.expect("promote"));
    standard.expect("a job").release().await.expect("release");
    for expected in [2, 1] {
        let premium = queue.other.next(&[Premium], PATIENCE).await.expect("next");
        let premium = premium.expect("a job");
        assert_eq!(
            (premium.job().package, premium.job().lane),
            (package(expected), Premium)
        );
        assert_eq!(premium.job().link, job(expected, Premium).link);
        assert!(premium.extend().await.expect("extend"));
        premium.acknowledge().await.expect("acknowledge");
    }
    assert_eq!(drain(&queue, ALL).await, [package(3)]);
    assert_idle(&queue).await;
}

/// 4: a job that was promoted while a worker held it waits in the premium lane when that worker falls silent.
pub async fn a_held_job_that_was_promoted_is_lost_to_the_premium_lane(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    let silent = take(&queue.worker).await;
    assert!(queue.server.promote(package(1), run(1)).await.expect("promote"));
    let again = queue.other.next(&[Lane::Premium], PATIENCE).await.expect("next");
    let again = again.expect("a job");
    assert_eq!((again.job().package, again.job().lane), (package(1), Lane::Premium));
    assert!(!silent.extend().await.expect("extend"));
    silent.release().await.expect("release");
    again.acknowledge().await.expect("acknowledge");
    assert_idle(&queue).await;
}

/// 5: while nothing is lost, everybody sees one epoch.
pub async fn the_epoch_is_one_and_stays(queue: QueueUnderTest) {
    let epoch = queue.other.epoch().await.expect("epoch");
    assert_eq!(queue.server.push(&job(1, Lane::Standard)).await.expect("push"), epoch);
    take(&queue.worker).await.acknowledge().await.expect("acknowledge");
    queue.server.purge(package(1)).await.expect("purge");
    assert_eq!(queue.server.push(&job(2, Lane::Premium)).await.expect("push"), epoch);
    assert_eq!(queue.worker.epoch().await.expect("epoch"), epoch);
}

/// 6: a run that waits or is delivered is not taken twice.
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

/// 6: a new run's job takes the place of the older run's, delivered or not.
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

/// A job comes out as it went in, whatever the bytes of its link.
pub async fn a_job_comes_out_as_it_went_in(queue: QueueUnderTest) {
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

/// A queue that is there says so.
pub async fn it_answers(queue: QueueUnderTest) {
    queue.server.ping().await.expect("ping");
}

/// One test per clause. `$fresh` is an `async fn(lease: Duration) -> Option<QueueUnderTest>`; `None` skips.
#[macro_export]
macro_rules! queue_conformance {
    ($fresh:path) => {
        $crate::queue_conformance!(@each $fresh, $crate::conformance::queue::SHORT_LEASE;
            a_silent_worker_loses_its_job,
            a_silent_worker_cannot_release_anothers_job,
            an_extended_delivery_is_kept,
            a_held_job_that_was_promoted_is_lost_to_the_premium_lane
        );
        $crate::queue_conformance!(@each $fresh, $crate::conformance::queue::LONG_LEASE;
            two_workers_never_hold_one_job,
            premium_comes_first_and_lanes_keep_their_order,
            one_lease_in_five_is_for_the_standard_lane,
            premium_workers_do_not_use_up_the_standard_turn,
            only_the_lanes_asked_for_are_served,
            a_waiting_worker_is_woken,
            patience_ends,
            a_released_job_comes_again_at_once,
            purge_removes_a_waiting_job,
            purge_removes_a_delivered_job,
            ten_thousand_jobs_leave_nothing,
            a_promoted_job_moves_to_the_premium_lane,
            a_released_job_can_be_promoted,
            only_a_job_of_the_run_is_promoted,
            a_held_job_is_promoted_without_being_taken_away,
            a_held_job_that_was_promoted_is_given_back_to_the_premium_lane,
            the_epoch_is_one_and_stays,
            a_run_is_queued_once,
            a_new_run_replaces_the_old_one,
            a_job_comes_out_as_it_went_in,
            it_answers
        );
    };
    (@each $fresh:path, $lease:expr; $($clause:ident),+) => {$(
        #[tokio::test]
        async fn $clause() {
            if let Some(queue) = $fresh($lease).await {
                $crate::conformance::queue::$clause(queue).await;
            }
        }
    )+};
}
