//! Rules of the lifecycle at their limits. A test of the adapters compares the registries with these functions.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::Duration;

use dumpus_domain::lifecycle::{
    Attempt, EPOCH_KEPT_FOR, Epoch, KnownEpochs, Lease, LeaseOutcome, LeaseRequest, NewPackage, OwnerLink,
    RedispatchPolicy, Rollback, Run, Stage, SweepClock,
};
use dumpus_domain::package::{PackageId, RunId};
use dumpus_domain::process::ProcessId;
use dumpus_domain::queue::{Lane, LaneTotals, Ticket};
use dumpus_domain::time::Millis;

const START: Millis = Millis(1_800_000_000_000);
const RUN: RunId = RunId::from_bytes([1; 16]);
const LENGTH: Duration = Duration::from_mins(1);

fn admitted() -> Run {
    let new = NewPackage {
        package: PackageId::from_bytes([1; 16]),
        run: RUN,
        owner_link: OwnerLink(vec![1]),
        joined: LaneTotals::default(),
    };
    Run::admit(None, &new, || Ticket(1), START).unwrap()
}

fn epoch(name: &str) -> Epoch {
    Epoch(name.to_owned())
}

fn ask(request: u8) -> LeaseRequest {
    LeaseRequest {
        id: [request; 16],
        worker: ProcessId([1; 6]),
    }
}

fn lease(run: &mut Run, request: u8, now: Millis) -> Lease {
    match run.lease(RUN, ask(request), LENGTH, now) {
        LeaseOutcome::Granted(lease) => lease,
        other => panic!("no lease: {other:?}"),
    }
}

#[test]
fn a_lease_ends_exactly_after_its_length() {
    let mut run = admitted();
    lease(&mut run, 1, START);
    let last = Millis(START.plus(LENGTH).0 - 1);
    let other = ask(2);
    assert_eq!(run.lease(RUN, other, LENGTH, last), LeaseOutcome::AlreadyLeased);
    assert_eq!(lease(&mut run, 2, START.plus(LENGTH)).attempt, 2);
}

#[test]
fn a_worker_that_was_held_up_may_finish_until_another_one_is_granted_a_lease() {
    let mut run = admitted();
    let first = lease(&mut run, 1, START);
    let late = START.plus(2 * LENGTH);
    assert_eq!(run.step(&first, Stage::Downloading, late), Ok(true));
    lease(&mut run, 2, late);
    assert_eq!(run.step(&first, Stage::Analyzing, late), Ok(false));
}

#[test]
fn a_refunded_attempt_is_not_counted() {
    let mut run = admitted();
    let first = lease(&mut run, 1, START);
    assert!(run.release(&first, Attempt::Refunded));
    let second = lease(&mut run, 2, START);
    assert_eq!((first.attempt, second.attempt), (1, 1));
    assert!(second.number > first.number);
}

#[test]
fn an_unconfirmed_job_is_pushed_again_after_ten_seconds() {
    let (run, policy) = (admitted(), RedispatchPolicy::default());
    let ten = START.plus(Duration::from_secs(10));
    assert!(!run.needs_redispatch(&epoch("now"), &policy, Millis(ten.0 - 1)));
    assert!(run.needs_redispatch(&epoch("now"), &policy, ten));
    // The clock was set back.
    assert!(!run.needs_redispatch(&epoch("now"), &policy, Millis(0)));
}

#[test]
fn a_package_is_lost_for_long_only_when_the_epoch_has_been_known_for_long_too() {
    let (mut run, policy) = (admitted(), RedispatchPolicy::default());
    run.confirm(RUN, &epoch("old"), START);
    let late = START.plus(policy.lost_after);
    assert!(run.is_lost_for_long(&epoch("new"), START, &policy, late));
    assert!(!run.is_lost_for_long(&epoch("new"), Millis(START.0 + 1), &policy, late));
    assert!(!run.is_lost_for_long(&epoch("old"), START, &policy, late));
    lease(&mut run, 1, late);
    assert!(!run.is_lost_for_long(&epoch("new"), START, &policy, late));
}

#[test]
fn a_claim_succeeds_once() {
    let (mut run, policy) = (admitted(), RedispatchPolicy::default());
    run.confirm(RUN, &epoch("old"), START);
    let mut claim = || run.claim_redispatch(RUN, &epoch("new"), START, &policy, || Ticket(2), START);
    assert_eq!(claim(), Some(Lane::Standard));
    assert_eq!(claim(), None);
    assert_eq!(run.ticket, Ticket(1));
}

#[test]
fn only_an_unconfirmed_run_is_rolled_back() {
    let mut run = admitted();
    run.confirm(RUN, &epoch("now"), START);
    assert_eq!(run.rollback_admission(RUN, START), Rollback::Rejected);
    assert!(run.mark_undispatched(RUN, START));
    assert_eq!(run.clone().rollback_admission(RUN, START), Rollback::Erase);
    run.upgrade(|| Ticket(2));
    assert_eq!(run.rollback_admission(RUN, START), Rollback::Failed);
    assert_eq!(run.rollback_admission(RUN, START), Rollback::Rejected);
}

#[test]
fn a_superseded_epoch_is_forgotten_after_a_day() {
    let (mut epochs, policy) = (KnownEpochs::default(), RedispatchPolicy::default());
    epochs.first_seen(&epoch("old"), &policy, START);
    let day = START.plus(EPOCH_KEPT_FOR);
    epochs.first_seen(&epoch("new"), &policy, Millis(day.0 - 1));
    assert_eq!(epochs.first_seen(&epoch("old"), &policy, day), START);
    epochs.first_seen(&epoch("newer"), &policy, day);
    assert_eq!(epochs.first_seen(&epoch("old"), &policy, day), day);
}

#[test]
fn a_result_comes_only_from_an_analysis() {
    assert_eq!(Stage::before(Stage::Processed).collect::<Vec<_>>(), [Stage::Analyzing]);
}

#[test]
fn an_analysis_follows_a_download_and_may_be_recorded_twice() {
    assert_eq!(
        Stage::before(Stage::Analyzing).collect::<Vec<_>>(),
        [Stage::Downloading, Stage::Analyzing]
    );
}

#[test]
fn nothing_follows_a_result() {
    assert!(Stage::ALL.iter().all(|to| Stage::Processed.step(*to).is_err()));
}

#[test]
fn a_clock_that_jumps_is_not_believed_for_a_day() {
    const DAY: i64 = 24 * 3_600_000;
    const MONTH: i64 = 31 * DAY;
    let mut clock = SweepClock::trusted(Millis(0));
    let mut tick = |now| {
        clock = clock.tick(Millis(now));
        clock.held_since.is_none()
    };
    assert!(tick(DAY));
    assert!(tick(3 * DAY - 1));
    assert!(!tick(3 * DAY + MONTH));
    assert!(!tick(4 * DAY + MONTH - 1));
    assert!(tick(4 * DAY + MONTH));
    // Ahead by a month, and back before anything was erased.
    assert!(!tick(4 * DAY + 2 * MONTH));
    assert!(tick(4 * DAY + MONTH + 1));
    // Back by a month, and right again.
    assert!(tick(4 * DAY));
    assert!(!tick(4 * DAY + MONTH + 2));
    assert!(!tick(4 * DAY + MONTH + 3));
}
