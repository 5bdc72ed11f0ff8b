//! The contracts of the registry's ports.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a clause that does not hold is a panic"
)]

mod admission;
mod dispatch;
mod fencing;
mod history;
mod lease;
mod maintenance;
mod operations;

pub use admission::*;
pub use dispatch::*;
pub use fencing::*;
pub use history::*;
pub use lease::*;
pub use maintenance::*;
pub use operations::*;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::blobs::BlobKey;
use crate::domain::crypto::{Envelope, Suite};
use crate::domain::lifecycle::Stage;
use crate::domain::package::{PackageId, RunId};
use crate::domain::process::ProcessId;
use crate::domain::queue::{LaneTotals, Ticket};
use crate::registry::{
    Admission, Epoch, Failure, Lease, LeaseOutcome, LeaseRequest, NewPackage, OwnerLink, Package, Registry, Run,
    StoredResult, Volume,
};

/// A registry with no packages.
pub type Fresh = Registry;

/// Longer than any test takes.
const LONG: Duration = Duration::from_hours(1);
/// Who asks for leases.
const WORKER: ProcessId = ProcessId([1, 2, 3, 4, 5, 0xff]);
/// What results are made of.
const VOLUME: Volume = Volume {
    bytes: 1 << 33,
    events: 7,
    messages: 5,
};

fn id(number: u8) -> PackageId {
    PackageId::from_bytes([number; 16])
}

fn run(number: u8) -> RunId {
    RunId::from_bytes([number; 16])
}

fn epoch(name: &str) -> Epoch {
    Epoch(name.to_owned())
}

fn admission(package: u8, life: u8) -> NewPackage {
    NewPackage {
        package: id(package),
        run: run(life),
        owner_link: OwnerLink(vec![package, life, 0, 255]),
        joined: LaneTotals {
            standard: u64::from(package),
            premium: u64::from(life),
        },
    }
}

fn result(blob: u8) -> StoredResult {
    StoredResult {
        blob: BlobKey::from_bytes([blob; 16]),
        envelope: Envelope {
            suite: Suite::Aes256CbcHmacSha256,
            iv: [blob; 16],
            mac: [blob; 32],
        },
        size: 1 << 40,
    }
}

/// Begins a run; its ticket.
async fn begin(registry: &Fresh, package: u8, life: u8) -> Ticket {
    match registry.packages.admit(&admission(package, life)).await.unwrap() {
        Admission::Started { ticket, .. } => ticket,
        Admission::AlreadyExists(known) => panic!("the package exists: {known:?}"),
    }
}

/// Begins a run whose job is in the queue; its ticket.
async fn begin_queued(registry: &Fresh, package: u8, life: u8, name: &str) -> Ticket {
    let ticket = begin(registry, package, life).await;
    let confirmed = registry
        .packages
        .confirm(id(package), run(life), &epoch(name))
        .await
        .unwrap();
    assert!(confirmed.is_some());
    ticket
}

/// A request that was never made before.
fn request() -> LeaseRequest {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    LeaseRequest {
        id: u128::from(NEXT.fetch_add(1, Ordering::Relaxed)).to_be_bytes(),
        worker: WORKER,
    }
}

/// Asks for a lease.
async fn ask(registry: &Fresh, package: u8, life: u8, length: Duration) -> LeaseOutcome {
    let leased = registry.leases.lease(id(package), run(life), request(), length).await;
    leased.unwrap()
}

async fn granted(registry: &Fresh, package: u8, life: u8, length: Duration) -> Lease {
    match ask(registry, package, life, length).await {
        LeaseOutcome::Granted(lease) => lease,
        other => panic!("no lease: {other:?}"),
    }
}

/// The package's current run.
async fn row(registry: &Fresh, package: u8) -> Run {
    find(registry, package).await.run
}

async fn find(registry: &Fresh, package: u8) -> Package {
    registry.packages.find(id(package)).await.unwrap().expect("a row")
}

async fn fail(registry: &Fresh, lease: &Lease) {
    let failure = Failure::not_queued();
    assert!(registry.leases.fail(lease, &failure).await.unwrap());
}

/// Takes a package from admission to a result.
async fn process(registry: &Fresh, package: u8, life: u8, blob: u8) -> Lease {
    begin_queued(registry, package, life, "epoch").await;
    let lease = granted(registry, package, life, LONG).await;
    for stage in [Stage::Downloading, Stage::Analyzing] {
        assert!(registry.leases.step(&lease, stage).await.unwrap());
    }
    assert!(registry.leases.finish(&lease, &result(blob), &VOLUME).await.unwrap());
    lease
}

/// The answers to one request that several make at the same time.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    registry: &Fresh,
    ask: impl Fn(Fresh, u8) -> F,
) -> Vec<T> {
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..8 {
        asking.spawn(ask(registry.clone(), number));
    }
    asking.join_all().await
}

/// Runs every clause of the registry's ports as a test of its own.
///
/// `$fresh` is a future of an empty [`Registry`] whose clock runs, and of a guard that lives as long as the test; of `None`
/// when the service it needs is not available.
#[macro_export]
macro_rules! registry_conformance {
    ($fresh:expr) => {
        mod packages {
            use super::*;
            $crate::registry_conformance!(@each $fresh;
                admits_an_unknown_package,
                reports_a_package_that_already_exists,
                simultaneous_admissions_begin_one_run,
                a_failed_package_begins_a_new_run,
                does_not_admit_a_processed_package,
                an_upgraded_package_keeps_its_lane_in_later_runs,
                confirms_only_the_current_run,
                rolls_back_an_unconfirmed_run,
                rolling_back_an_upgraded_package_fails_its_run,
                does_not_roll_back_a_confirmed_run,
                marks_a_run_undispatched,
                does_not_redispatch_a_recently_pushed_job,
                redispatches_a_job_of_another_epoch,
                does_not_redispatch_a_leased_or_ended_package,
                simultaneous_redispatch_claims_succeed_once,
                tickets_rise_in_order_of_admission,
                a_requeued_package_keeps_its_ticket,
                a_package_lost_for_long_gets_a_new_ticket,
                the_queue_snapshot_holds_unfinished_packages,
                an_upgrade_changes_the_lane,
                lost_packages_leave_the_queue_snapshot,
                a_recently_queued_package_is_not_lost_for_long,
                a_cancelled_package_fails,
                a_deleted_package_is_unknown,
                a_lost_result_fails_the_run,
                the_registry_responds
            );
        }

        mod leases {
            use super::*;
            $crate::registry_conformance!(@each $fresh;
                grants_one_lease_at_a_time,
                simultaneous_lease_requests_grant_one,
                grants_a_lease_again_after_it_expired,
                extends_a_lease,
                a_repeated_lease_request_gets_the_same_lease,
                a_stale_job_gets_no_lease,
                a_stale_job_marks_the_current_run_undispatched,
                a_superseded_lease_changes_nothing,
                a_released_lease_changes_nothing,
                a_lease_of_a_replaced_run_changes_nothing,
                a_lease_of_a_deleted_package_changes_nothing,
                a_lease_of_an_ended_run_changes_nothing,
                a_released_package_waits_again,
                a_refunded_attempt_is_not_counted,
                records_steps_and_progress,
                rejects_an_illegal_step,
                a_result_ends_the_run,
                a_repeated_result_is_recorded_once,
                a_failure_ends_the_run
            );
        }

        mod maintenance {
            use super::*;
            $crate::registry_conformance!(@each $fresh;
                ended_packages_expire,
                expires_a_limited_number_of_packages,
                abandoned_packages_expire,
                finds_unreferenced_blobs,
                the_clock_is_believed_while_it_runs_on,
                ends_every_lease,
                takes_writes,
                gives_an_overview
            );
        }

        mod operations {
            use super::*;
            $crate::registry_conformance!(@each $fresh;
                processes_are_known_until_they_leave,
                offline_processes_are_not_forgotten_at_once,
                operators_reach_processes_with_every_heartbeat,
                simultaneous_takers_get_an_order_once,
                every_end_of_a_run_is_recorded_once,
                runs_are_read_page_by_page,
                a_deleted_package_leaves_no_id,
                an_expired_package_leaves_no_id,
                hours_are_replaced_and_read_in_order,
                old_runs_and_hours_are_pruned,
                actions_are_listed_from_the_newest,
                the_id_of_a_package_that_is_gone_is_not_kept,
                a_package_that_is_rolled_back_leaves_no_id
            );
        }

        mod secrets {
            use super::*;
            $crate::registry_conformance!(@each $fresh; all_callers_get_the_same_secret);
        }
    };
    (@each $fresh:expr; $($clause:ident),+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $clause() {
            if let Some((registry, _guard)) = $fresh.await {
                $crate::conformance::registry::$clause(registry).await;
            }
        }
    )+};
}
