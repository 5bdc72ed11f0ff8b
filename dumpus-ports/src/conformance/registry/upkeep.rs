use std::time::Duration;

use super::{Fresh, LONG, at_once, begin, begin_queued, epoch, granted, id, process, result, row, run};
use crate::blobs::BlobKey;
use crate::domain::error_code::ErrorCode;
use crate::domain::queue::{Lane, QueueSnapshot, Ticket};
use crate::registry::DeletedPackage;

async fn expect_queue_snapshot(
    registry: &Fresh,
    name: &str,
    lost_after: Duration,
    expected: impl IntoIterator<Item = (Lane, Ticket)>,
) {
    let queue_snapshot = registry.queue_snapshot(&epoch(name), lost_after).await.unwrap();
    assert_eq!(queue_snapshot, QueueSnapshot::new(expected));
}

/// Clause 6.
pub async fn the_queue_snapshot_holds_what_is_unfinished(registry: Fresh) {
    expect_queue_snapshot(&registry, "epoch", LONG, []).await;
    let unconfirmed = begin(&registry, 1, 1).await;
    let queued = begin_queued(&registry, 2, 1, "epoch").await;
    let leased = begin_queued(&registry, 3, 1, "epoch").await;
    granted(&registry, 3, 1, LONG).await;
    process(&registry, 4, 1, 9).await;
    begin(&registry, 5, 1).await;
    registry.delete(id(5)).await.unwrap();
    begin(&registry, 6, 1).await;
    registry.rollback_admission(id(6), run(1)).await.unwrap();
    let failed = begin(&registry, 7, 1).await;
    let lease = granted(&registry, 7, 1, LONG).await;
    let waiting = [unconfirmed, queued, leased].map(|ticket| (Lane::Standard, ticket));
    let with_failing = waiting.into_iter().chain([(Lane::Standard, failed)]);
    expect_queue_snapshot(&registry, "epoch", LONG, with_failing).await;
    assert!(registry.fail(&lease, ErrorCode::ServerError, "").await.unwrap());
    expect_queue_snapshot(&registry, "epoch", LONG, waiting).await;
}

/// Clauses 5 and 6.
pub async fn an_upgrade_changes_the_lane(registry: Fresh) {
    let first = begin(&registry, 1, 1).await;
    let second = begin(&registry, 2, 2).await;
    process(&registry, 3, 3, 9).await;
    let processed = row(&registry, 3).await.ticket;
    assert_eq!(registry.upgrade(id(2)).await.unwrap(), Some(run(2)));
    assert_eq!(registry.upgrade(id(3)).await.unwrap(), Some(run(3)));
    assert_eq!(registry.upgrade(id(4)).await.unwrap(), None);
    let upgraded = row(&registry, 2).await;
    assert_eq!(upgraded.lane, Lane::Premium);
    assert!(upgraded.ticket > second, "it goes behind those that are in the lane");
    assert_eq!(registry.upgrade(id(2)).await.unwrap(), Some(run(2)));
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

/// Clause 6.
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
    let told = registry
        .claim_redispatch(id(2), run(1), zero, &epoch("new"), zero)
        .await;
    assert_eq!(told.unwrap(), Some(Lane::Standard));
    let confirmed = registry.confirm(id(2), run(1), &epoch("new")).await.unwrap();
    assert_eq!(confirmed, Some(Lane::Standard));
    let back = row(&registry, 2).await.ticket;
    assert!(back > leased);
    expect_queue_snapshot(&registry, "new", Duration::ZERO, standard(&[new, leased, back])).await;
}

/// Clauses 5 and 6: somebody who has not heard yet of the queue's new epoch takes no place away.
pub async fn what_was_queued_a_moment_ago_is_not_lost_for_long(registry: Fresh) {
    let second = Duration::from_secs(1);
    begin_queued(&registry, 1, 1, "older").await;
    let lost = QueueSnapshot::default();
    while registry.queue_snapshot(&epoch("old"), second).await.unwrap() != lost {
        tokio::task::yield_now().await;
    }
    let ticket = begin_queued(&registry, 2, 1, "new").await;
    let expected = [(Lane::Standard, ticket)];
    expect_queue_snapshot(&registry, "old", second, expected).await;
    let told = registry
        .claim_redispatch(id(2), run(1), LONG, &epoch("old"), second)
        .await;
    assert_eq!(told.unwrap(), Some(Lane::Standard));
    assert_eq!(row(&registry, 2).await.ticket, ticket);
}

/// Clauses 1 and 4: what is erased is unknown.
pub async fn a_forgotten_package_is_unknown(registry: Fresh) {
    begin(&registry, 1, 1).await;
    process(&registry, 2, 2, 9).await;
    for (package, blob) in [(1, None), (2, Some(result(9).blob))] {
        let run = run(package);
        let deleted = registry.delete(id(package)).await.unwrap();
        assert_eq!(deleted, Some(DeletedPackage { run, blob }));
        assert_eq!(registry.find(id(package)).await.unwrap(), None);
        assert_eq!(registry.delete(id(package)).await.unwrap(), None);
    }
}

/// Clause 1: what expired is unknown.
pub async fn what_ended_expires(registry: Fresh) {
    begin(&registry, 1, 1).await;
    process(&registry, 2, 2, 9).await;
    begin(&registry, 3, 3).await;
    let lease = granted(&registry, 3, 3, LONG).await;
    assert!(registry.fail(&lease, ErrorCode::InvalidLink, "").await.unwrap());
    assert_eq!(registry.expire(LONG, 10).await.unwrap(), []);
    let mut expired = registry.expire(Duration::ZERO, 10).await.unwrap();
    expired.sort_by_key(|package| package.run);
    let expected = [(2, Some(result(9).blob)), (3, None)];
    assert_eq!(
        expired,
        expected.map(|(life, blob)| DeletedPackage { run: run(life), blob })
    );
    assert_eq!(registry.find(id(2)).await.unwrap(), None);
    assert_eq!(row(&registry, 1).await.run, run(1));
}

/// Clause 1: what expired is unknown.
pub async fn expiry_takes_a_bounded_number(registry: Fresh) {
    for package in 1..=5 {
        process(&registry, package, package, package).await;
    }
    let mut sizes = Vec::new();
    for _ in 0..4 {
        sizes.push(registry.expire(Duration::ZERO, 2).await.unwrap().len());
    }
    assert_eq!(sizes, [2, 2, 1, 0]);
}

/// Blobs that no package points to are told from those that one does.
pub async fn blobs_without_a_package_are_found(registry: Fresh) {
    assert_eq!(registry.unreferenced(&[]).await.unwrap(), []);
    process(&registry, 1, 1, 200).await;
    process(&registry, 2, 1, 201).await;
    registry.delete(id(2)).await.unwrap();
    let asked: Vec<_> = (0..1_200_u16)
        .map(|number| {
            let [high, low] = number.to_be_bytes();
            let mut bytes = [low; 16];
            bytes[0] = low.wrapping_add(high);
            BlobKey::from_bytes(bytes)
        })
        .collect();
    let orphans = registry.unreferenced(&asked).await.unwrap();
    let expected: Vec<_> = asked.iter().copied().filter(|blob| *blob != result(200).blob).collect();
    assert_eq!(expected.len(), asked.len() - 1);
    assert_eq!(orphans, expected);
}

/// A secret is made once, by whoever comes first.
pub async fn a_secret_is_the_same_for_all(registry: Fresh) {
    let told = at_once(&registry, |registry, number| async move {
        registry.secret("one", [number; 32]).await.unwrap()
    });
    let told = told.await;
    assert!(told.iter().all(|secret| *secret == told[0]), "{told:?}");
    assert_eq!(registry.secret("one", [99; 32]).await.unwrap(), told[0]);
    assert_eq!(registry.secret("two", [99; 32]).await.unwrap(), [99; 32]);
}

/// The registry answers.
pub async fn the_registry_answers(registry: Fresh) {
    registry.ping().await.unwrap();
}
