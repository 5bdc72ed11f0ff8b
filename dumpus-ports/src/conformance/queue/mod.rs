//! Tests of the contract of [`JobQueue`], numbered like its clauses.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a violated clause panics: these are tests"
)]

mod delivery;
mod lanes;
mod promotion;

pub use delivery::*;
pub use lanes::*;
pub use promotion::*;

use std::sync::Arc;
use std::time::Duration;

use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::Lane;
use crate::queue::{Delivery, Job, JobQueue, SealedLink};

/// A new queue, as seen by three processes. All three may be the same object.
pub struct QueueUnderTest {
    /// The process that adds jobs.
    pub server: Arc<dyn JobQueue>,
    /// A process that takes jobs.
    pub worker: Arc<dyn JobQueue>,
    /// Another process that takes jobs.
    pub other: Arc<dyn JobQueue>,
}

/// Short enough to wait for, and long enough to be extended in time on a busy machine.
pub const SHORT_LEASE: Duration = Duration::from_millis(1_500);
/// Does not end during a test.
pub const LONG_LEASE: Duration = Duration::from_mins(10);

/// Timeout of waits that should end much earlier.
const TIMEOUT: Duration = Duration::from_secs(20);
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
    let next = queue.next(ALL, TIMEOUT).await.expect("next");
    next.expect("there should be a job")
}

async fn assert_idle(queue: &QueueUnderTest) {
    for worker in [&queue.worker, &queue.other] {
        let next = worker.next(ALL, Duration::ZERO).await.expect("next");
        let package = next.map(|delivery| delivery.job().package);
        assert_eq!(package, None, "no job should be left");
    }
}

/// Takes and acknowledges all waiting jobs, in order.
async fn drain(queue: &QueueUnderTest, lanes: &[Lane]) -> Vec<PackageId> {
    let mut taken = Vec::new();
    // Two processes in turn, because order and share apply to all processes together.
    for worker in [&queue.worker, &queue.other].into_iter().cycle() {
        let Some(delivery) = worker.next(lanes, Duration::ZERO).await.expect("next") else {
            break;
        };
        taken.push(delivery.job().package);
        delivery.acknowledge().await.expect("acknowledge");
    }
    taken
}

/// One test per clause. `$fresh` is an `async fn(lease: Duration) -> Option<QueueUnderTest>`; `None` skips.
#[macro_export]
macro_rules! queue_conformance {
    ($fresh:path) => {
        $crate::queue_conformance!(@each $fresh, $crate::conformance::queue::SHORT_LEASE;
            a_silent_worker_loses_its_job,
            a_silent_worker_cannot_release_anothers_job,
            an_extended_delivery_is_kept,
            a_job_promoted_during_its_delivery_expires_to_the_premium_lane,
            a_postponed_job_lets_others_pass,
            a_postponed_job_returns_to_a_single_worker,
            a_job_is_postponed_for_a_lease_at_most,
            a_postponed_job_is_purged_and_promoted,
            an_expedited_job_is_delivered_at_once,
            the_queue_knows_which_jobs_it_has
        );
        $crate::queue_conformance!(@each $fresh, $crate::conformance::queue::LONG_LEASE;
            two_workers_never_hold_one_job,
            premium_comes_first_and_lanes_keep_their_order,
            one_lease_in_five_is_for_the_standard_lane,
            premium_workers_do_not_use_up_the_standard_turn,
            only_requested_lanes_are_served,
            a_waiting_worker_is_woken,
            max_wait_ends,
            a_released_job_is_delivered_again_immediately,
            purge_removes_a_waiting_job,
            purge_removes_a_delivered_job,
            ten_thousand_jobs_leave_nothing,
            a_promoted_job_moves_to_the_premium_lane,
            a_released_job_can_be_promoted,
            only_a_job_of_the_run_is_promoted,
            a_job_promoted_during_its_delivery_stays_with_its_worker,
            a_job_promoted_during_its_delivery_is_released_to_the_premium_lane,
            all_processes_see_one_epoch,
            a_run_is_queued_once,
            a_new_run_replaces_the_old_one,
            a_job_is_delivered_unchanged,
            it_answers,
            it_takes_writes
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
