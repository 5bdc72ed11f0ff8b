//! The contract of [`PackageRegistry`].

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a clause that does not hold is a panic"
)]

mod admission;
mod fencing;
mod lease;
mod upkeep;

pub use admission::*;
pub use fencing::*;
pub use lease::*;
pub use upkeep::*;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::blobs::BlobKey;
use crate::domain::crypto::{Envelope, Suite};
use crate::domain::lifecycle::Stage;
use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::{LaneTotals, Ticket};
use crate::registry::{
    Admission, Epoch, Lease, LeaseOutcome, LeaseRequest, NewPackage, Package, PackageRegistry, StoredResult,
};

/// A registry with no packages.
pub type Fresh = Arc<dyn PackageRegistry>;

/// Longer than any test takes.
const LONG: Duration = Duration::from_hours(1);

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
        owner_link: vec![package, life, 0, 255],
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
    match registry.admit(&admission(package, life)).await.unwrap() {
        Admission::Started { ticket, .. } => ticket,
        Admission::AlreadyExists(known) => panic!("the package is known: {known:?}"),
    }
}

/// Begins a run whose job is in the queue; its ticket.
async fn begin_queued(registry: &Fresh, package: u8, life: u8, name: &str) -> Ticket {
    let ticket = begin(registry, package, life).await;
    let confirmed = registry.confirm(id(package), run(life), &epoch(name)).await.unwrap();
    assert!(confirmed.is_some());
    ticket
}

/// A request that was never made before.
fn request() -> LeaseRequest {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    LeaseRequest(u128::from(NEXT.fetch_add(1, Ordering::Relaxed)).to_be_bytes())
}

/// Asks for a lease.
async fn ask(registry: &Fresh, package: u8, life: u8, length: Duration) -> LeaseOutcome {
    let leased = registry.lease(id(package), run(life), request(), length).await;
    leased.unwrap()
}

async fn granted(registry: &Fresh, package: u8, life: u8, length: Duration) -> Lease {
    match ask(registry, package, life, length).await {
        LeaseOutcome::Granted(lease) => lease,
        other => panic!("no lease: {other:?}"),
    }
}

async fn row(registry: &Fresh, package: u8) -> Package {
    registry.find(id(package)).await.unwrap().expect("a row")
}

/// Takes a package from admission to a result.
async fn process(registry: &Fresh, package: u8, life: u8, blob: u8) -> Lease {
    begin_queued(registry, package, life, "epoch").await;
    let lease = granted(registry, package, life, LONG).await;
    for stage in [Stage::Downloading, Stage::Analyzing] {
        assert!(registry.step(&lease, stage).await.unwrap());
    }
    assert!(registry.finish(&lease, &result(blob)).await.unwrap());
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

/// Runs every clause of [`PackageRegistry`] as a test of its own.
///
/// `$fresh` is a future of an empty registry as `Arc<dyn PackageRegistry>` whose clock goes, and of what has to live as
/// long as the test; of `None` when the service it needs is not there.
#[macro_export]
macro_rules! package_registry_conformance {
    ($fresh:expr) => {
        $crate::package_registry_conformance!(@each $fresh;
            an_unknown_package_begins_a_run,
            a_package_that_is_in_is_known,
            admissions_at_once_begin_one_run,
            a_failed_package_begins_a_new_run,
            a_processed_package_is_known,
            an_upgraded_package_stays_in_its_lane,
            only_the_current_run_is_confirmed,
            a_run_whose_job_may_be_gone_is_unconfirmed,
            an_unconfirmed_run_is_undone,
            an_undone_run_of_an_upgraded_package_fails_and_keeps_its_lane,
            a_confirmed_run_is_not_undone,
            tickets_rise_in_order_of_admission,
            a_young_unconfirmed_job_is_not_reclaimed,
            a_job_of_another_epoch_is_reclaimed,
            a_job_that_somebody_has_is_not_reclaimed,
            reclaims_at_once_tell_one,
            a_requeued_package_keeps_its_ticket,
            a_package_lost_for_long_gets_a_new_ticket,
            a_lease_is_held_by_one,
            leases_at_once_grant_one,
            a_lease_that_ran_out_is_granted_again,
            a_lease_can_be_extended,
            a_request_for_a_lease_made_again_gets_the_same_lease,
            a_void_job_gets_no_lease,
            a_void_job_puts_the_current_run_in_doubt,
            what_is_given_back_waits_again,
            an_attempt_that_counts_not_is_taken_back,
            steps_are_recorded_with_their_progress,
            an_illegal_step_is_refused,
            a_result_ends_the_run,
            a_failure_ends_the_run,
            a_lost_result_is_a_failure,
            a_lease_that_was_given_away_changes_nothing,
            a_lease_that_was_given_back_changes_nothing,
            a_lease_of_a_replaced_run_changes_nothing,
            a_lease_of_an_erased_package_changes_nothing,
            a_lease_of_an_ended_run_changes_nothing,
            the_queue_snapshot_holds_what_is_unfinished,
            an_upgrade_changes_the_lane,
            lost_packages_leave_the_queue_snapshot,
            what_was_queued_a_moment_ago_is_not_lost_for_long,
            a_forgotten_package_is_unknown,
            what_ended_expires,
            expiry_takes_a_bounded_number,
            blobs_without_a_package_are_found,
            a_secret_is_the_same_for_all,
            the_registry_answers
        );
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
