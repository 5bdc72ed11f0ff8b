//! Clauses of [`PackageRegistry`](crate::registry::PackageRegistry) about dispatch and queue positions.

use std::time::Duration;

use super::{Fresh, LONG, at_once, begin, begin_queued, epoch, fail, granted, id, process, row, run};
use crate::domain::queue::{Lane, QueueSnapshot, Ticket};
use crate::registry::RedispatchPolicy;

fn policy(unconfirmed_for: Duration, lost_after: Duration) -> RedispatchPolicy {
    RedispatchPolicy {
        unconfirmed_for,
        lost_after,
    }
}

async fn claim(
    registry: &Fresh,
    package: u8,
    life: u8,
    name: &str,
    unconfirmed_for: Duration,
    lost_after: Duration,
) -> Option<Lane> {
    let (epoch, policy) = (epoch(name), policy(unconfirmed_for, lost_after));
    let claimed = registry
        .packages
        .claim_redispatch(id(package), run(life), &epoch, &policy);
    claimed.await.unwrap()
}

/// Clause 3: `mark_undispatched` makes a later `claim_redispatch` succeed.
pub async fn marks_a_run_undispatched(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    process(&registry, 2, 1, 9).await;
    for (package, life) in [(1, 2), (2, 1), (3, 1)] {
        let marked = registry.packages.mark_undispatched(id(package), run(life));
        assert!(!marked.await.unwrap());
    }
    assert!(registry.packages.mark_undispatched(id(1), run(1)).await.unwrap());
    assert_eq!(row(&registry, 1).await.dispatch.epoch, None);
    assert_eq!(claim(&registry, 1, 1, "epoch", LONG, LONG).await, None);
    assert_eq!(
        claim(&registry, 1, 1, "epoch", Duration::ZERO, LONG).await,
        Some(Lane::Standard)
    );
}

/// Clause 3.
pub async fn does_not_redispatch_a_recently_pushed_job(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let claim = |life, unconfirmed_for| claim(&registry, 1, life, "epoch", unconfirmed_for, LONG);
    assert_eq!(claim(1, LONG).await, None);
    assert_eq!(claim(2, Duration::ZERO).await, None);
    assert_eq!(claim(1, Duration::ZERO).await, Some(Lane::Standard));
}

/// Clause 3.
pub async fn redispatches_a_job_of_another_epoch(registry: Fresh) {
    begin_queued(&registry, 1, 1, "old").await;
    registry.packages.upgrade(id(1)).await.unwrap();
    assert_eq!(claim(&registry, 1, 1, "old", Duration::ZERO, LONG).await, None);
    assert_eq!(claim(&registry, 1, 1, "new", LONG, LONG).await, Some(Lane::Premium));
    assert_eq!(row(&registry, 1).await.dispatch.epoch, None);
    // It is unconfirmed from now on, and nobody else's to push.
    assert_eq!(claim(&registry, 1, 1, "new", LONG, LONG).await, None);
}

/// Clause 3.
pub async fn does_not_redispatch_a_leased_or_ended_package(registry: Fresh) {
    begin_queued(&registry, 1, 1, "old").await;
    let lease = granted(&registry, 1, 1, LONG).await;
    let claim = || claim(&registry, 1, 1, "new", Duration::ZERO, LONG);
    assert_eq!(claim().await, None);
    fail(&registry, &lease).await;
    assert_eq!(claim().await, None);
}

/// Clause 3.
pub async fn simultaneous_redispatch_claims_succeed_once(registry: Fresh) {
    begin_queued(&registry, 1, 1, "old").await;
    let claimed = at_once(&registry, |registry, _| async move {
        claim(&registry, 1, 1, "new", LONG, LONG).await
    });
    let claimed = claimed.await;
    assert_eq!(claimed.iter().flatten().count(), 1, "{claimed:?}");
}

/// Clause 4.
pub async fn tickets_rise_in_order_of_admission(registry: Fresh) {
    let mut last = Ticket(i64::MIN);
    for package in 1..6 {
        let ticket = begin(&registry, package, 1).await;
        assert!(ticket > last);
        last = ticket;
        // A ticket of a package that is gone is not given to another one.
        registry.packages.delete(id(package)).await.unwrap();
    }
}

/// Clause 4.
pub async fn a_requeued_package_keeps_its_ticket(registry: Fresh) {
    let ticket = begin_queued(&registry, 1, 1, "old").await;
    begin_queued(&registry, 2, 1, "old").await;
    assert_eq!(claim(&registry, 1, 1, "new", LONG, LONG).await, Some(Lane::Standard));
    assert_eq!(row(&registry, 1).await.ticket, ticket);
}

/// Clause 4.
pub async fn a_package_lost_for_long_gets_a_new_ticket(registry: Fresh) {
    begin_queued(&registry, 1, 1, "old").await;
    begin(&registry, 2, 1).await;
    let last = begin(&registry, 3, 1).await;
    for package in [1, 2] {
        let zero = Duration::ZERO;
        assert_eq!(
            claim(&registry, package, 1, "new", zero, zero).await,
            Some(Lane::Standard)
        );
        assert!(row(&registry, package).await.ticket > last);
    }
}

async fn expect_queue_snapshot(
    registry: &Fresh,
    name: &str,
    lost_after: Duration,
    expected: impl IntoIterator<Item = (Lane, Ticket)>,
) {
    let queue_snapshot = registry
        .packages
        .queue_snapshot(&epoch(name), &policy(LONG, lost_after))
        .await
        .unwrap();
    assert_eq!(queue_snapshot, QueueSnapshot::new(expected));
}

/// Clause 5.
pub async fn the_queue_snapshot_holds_unfinished_packages(registry: Fresh) {
    expect_queue_snapshot(&registry, "epoch", LONG, []).await;
    let unconfirmed = begin(&registry, 1, 1).await;
    let queued = begin_queued(&registry, 2, 1, "epoch").await;
    let leased = begin_queued(&registry, 3, 1, "epoch").await;
    granted(&registry, 3, 1, LONG).await;
    process(&registry, 4, 1, 9).await;
    begin(&registry, 5, 1).await;
    registry.packages.delete(id(5)).await.unwrap();
    begin(&registry, 6, 1).await;
    registry.packages.rollback_admission(id(6), run(1)).await.unwrap();
    let failed = begin(&registry, 7, 1).await;
    let lease = granted(&registry, 7, 1, LONG).await;
    let waiting = [unconfirmed, queued, leased].map(|ticket| (Lane::Standard, ticket));
    let with_failing = waiting.into_iter().chain([(Lane::Standard, failed)]);
    expect_queue_snapshot(&registry, "epoch", LONG, with_failing).await;
    fail(&registry, &lease).await;
    expect_queue_snapshot(&registry, "epoch", LONG, waiting).await;
}

/// Clauses 4 and 5.
pub async fn an_upgrade_changes_the_lane(registry: Fresh) {
    let first = begin(&registry, 1, 1).await;
    let second = begin(&registry, 2, 2).await;
    process(&registry, 3, 3, 9).await;
    let processed = row(&registry, 3).await.ticket;
    assert_eq!(registry.packages.upgrade(id(2)).await.unwrap(), Some(run(2)));
    assert_eq!(registry.packages.upgrade(id(3)).await.unwrap(), Some(run(3)));
    assert_eq!(registry.packages.upgrade(id(4)).await.unwrap(), None);
    let upgraded = row(&registry, 2).await;
    assert_eq!(upgraded.lane, Lane::Premium);
    assert!(upgraded.ticket > second, "it goes behind those that are in the lane");
    assert_eq!(registry.packages.upgrade(id(2)).await.unwrap(), Some(run(2)));
    let ticket = row(&registry, 2).await.ticket;
    assert_eq!(ticket, upgraded.ticket, "a second upgrade costs no place");
    let ended = row(&registry, 3).await;
    assert_eq!((ended.lane, ended.ticket), (Lane::Premium, processed));
    let third = begin(&registry, 5, 5).await;
    assert!(third > upgraded.ticket);
    let expected = [
        (Lane::Standard, first),
        (Lane::Premium, upgraded.ticket),
        (Lane::Standard, third),
    ];
    expect_queue_snapshot(&registry, "epoch", LONG, expected).await;
}

/// Clause 5.
pub async fn lost_packages_leave_the_queue_snapshot(registry: Fresh) {
    let unconfirmed = begin(&registry, 1, 1).await;
    let old = begin_queued(&registry, 2, 1, "old").await;
    let new = begin_queued(&registry, 3, 1, "new").await;
    let leased = begin_queued(&registry, 4, 1, "old").await;
    granted(&registry, 4, 1, LONG).await;
    let standard = |tickets: &[Ticket]| {
        tickets
            .iter()
            .map(|ticket| (Lane::Standard, *ticket))
            .collect::<Vec<_>>()
    };
    let all = standard(&[unconfirmed, old, new, leased]);
    expect_queue_snapshot(&registry, "new", LONG, all).await;
    expect_queue_snapshot(&registry, "new", Duration::ZERO, standard(&[new, leased])).await;
    // Its owner asks: it is back, behind the others.
    let zero = Duration::ZERO;
    assert_eq!(claim(&registry, 2, 1, "new", zero, zero).await, Some(Lane::Standard));
    let confirmed = registry.packages.confirm(id(2), run(1), &epoch("new")).await.unwrap();
    assert_eq!(confirmed, Some(Lane::Standard));
    let back = row(&registry, 2).await.ticket;
    assert!(back > leased);
    expect_queue_snapshot(&registry, "new", Duration::ZERO, standard(&[new, leased, back])).await;
}

/// Clauses 4 and 5: a caller that does not know the queue's new epoch yet takes no place away.
pub async fn a_recently_queued_package_is_not_lost_for_long(registry: Fresh) {
    let second = Duration::from_secs(1);
    begin_queued(&registry, 1, 1, "older").await;
    let lost = QueueSnapshot::default();
    while registry
        .packages
        .queue_snapshot(&epoch("old"), &policy(LONG, second))
        .await
        .unwrap()
        != lost
    {
        tokio::task::yield_now().await;
    }
    let ticket = begin_queued(&registry, 2, 1, "new").await;
    let expected = [(Lane::Standard, ticket)];
    expect_queue_snapshot(&registry, "old", second, expected).await;
    assert_eq!(claim(&registry, 2, 1, "old", LONG, second).await, Some(Lane::Standard));
    assert_eq!(row(&registry, 2).await.ticket, ticket);
}
