//! The contract of [`JobQueue`] as tests. The numbers are those of the trait's clauses.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a clause that fails panics: these are tests"
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
