//! Clauses of [`RegistryMaintenance`](crate::registry::RegistryMaintenance) and
//! [`SecretStore`](crate::registry::SecretStore).

use std::time::Duration;

use super::{Fresh, LONG, at_once, begin, begin_queued, fail, granted, id, process, result, row, run};
use crate::blobs::BlobKey;
use crate::domain::queue::LaneTotals;
use crate::registry::{DeletedPackage, Outcome, Overview, SweepClock};

/// Clause 1 of maintenance.
pub async fn ended_packages_expire(registry: Fresh) {
    begin(&registry, 1, 1).await;
    process(&registry, 2, 2, 9).await;
    begin(&registry, 3, 3).await;
    let lease = granted(&registry, 3, 3, LONG).await;
    fail(&registry, &lease).await;
    assert_eq!(registry.maintenance.expire(LONG, 10).await.unwrap(), []);
    let mut expired = registry.maintenance.expire(Duration::ZERO, 10).await.unwrap();
    expired.sort_by_key(|package| package.run);
    let expected = [(2, Some(result(9).blob)), (3, None)];
    assert_eq!(
        expired,
        expected.map(|(life, blob)| DeletedPackage { run: run(life), blob })
    );
    assert_eq!(registry.packages.find(id(2)).await.unwrap(), None);
    assert_eq!(row(&registry, 1).await.id, run(1));
}

/// Clause 1 of maintenance.
pub async fn expires_a_limited_number_of_packages(registry: Fresh) {
    for package in 1..=5 {
        process(&registry, package, package, package).await;
    }
    let mut sizes = Vec::new();
    for _ in 0..4 {
        sizes.push(registry.maintenance.expire(Duration::ZERO, 2).await.unwrap().len());
    }
    assert_eq!(sizes, [2, 2, 1, 0]);
}

/// Clause 2 of maintenance.
pub async fn abandoned_packages_expire(registry: Fresh) {
    begin(&registry, 1, 1).await;
    begin_queued(&registry, 2, 2, "first").await;
    process(&registry, 3, 3, 3).await;
    begin(&registry, 4, 4).await;
    granted(&registry, 4, 4, LONG).await;
    let abandoned = async |age, limit| registry.maintenance.expire_abandoned(age, limit).await.unwrap();
    assert_eq!(abandoned(LONG, 10).await, []);
    let mut erased = abandoned(Duration::ZERO, 1).await;
    erased.extend(abandoned(Duration::ZERO, 10).await);
    erased.sort_by_key(|package| package.run);
    let expected = [1, 2].map(|life| DeletedPackage {
        run: run(life),
        blob: None,
    });
    assert_eq!(erased, expected);
    assert_eq!(registry.packages.find(id(1)).await.unwrap(), None);
    for package in [3, 4] {
        assert_eq!(row(&registry, package).await.id, run(package));
    }
}

/// Clause 3 of maintenance.
pub async fn finds_unreferenced_blobs(registry: Fresh) {
    assert_eq!(registry.maintenance.unreferenced(&[]).await.unwrap(), []);
    process(&registry, 1, 1, 200).await;
    process(&registry, 2, 1, 201).await;
    registry.packages.delete(id(2)).await.unwrap();
    let asked: Vec<_> = (0..1_200_u16)
        .map(|number| {
            let [high, low] = number.to_be_bytes();
            let mut bytes = [low; 16];
            bytes[0] = low.wrapping_add(high);
            BlobKey::from_bytes(bytes)
        })
        .collect();
    let orphans = registry.maintenance.unreferenced(&asked).await.unwrap();
    let expected: Vec<_> = asked.iter().copied().filter(|blob| *blob != result(200).blob).collect();
    assert_eq!(expected.len(), asked.len() - 1);
    assert_eq!(orphans, expected);
}

/// Clause 1 of secrets.
pub async fn all_callers_get_the_same_secret(registry: Fresh) {
    let secrets = at_once(&registry, |registry, number| async move {
        registry.secrets.secret("one", [number; 32]).await.unwrap()
    });
    let secrets = secrets.await;
    assert!(secrets.iter().all(|secret| *secret == secrets[0]), "{secrets:?}");
    assert_eq!(registry.secrets.secret("one", [99; 32]).await.unwrap(), secrets[0]);
    assert_eq!(registry.secrets.secret("two", [99; 32]).await.unwrap(), [99; 32]);
}

/// Clause 4 of maintenance. Hours do not pass in a test: the rule itself is the domain's.
pub async fn the_clock_is_believed_while_it_runs_on(registry: Fresh) {
    let first = registry.maintenance.check_clock().await.unwrap();
    assert_eq!(first, SweepClock::trusted(first.seen_at));
    let second = registry.maintenance.check_clock().await.unwrap();
    assert_eq!(second, first.tick(second.seen_at));
    registry.maintenance.trust_clock().await.unwrap();
    let third = registry.maintenance.check_clock().await.unwrap();
    assert_eq!(third, SweepClock::trusted(third.seen_at));
}

/// Clause 5 of maintenance.
pub async fn ends_every_lease(registry: Fresh) {
    begin(&registry, 1, 1).await;
    begin_queued(&registry, 2, 2, "first").await;
    let lease = granted(&registry, 2, 2, LONG).await;
    process(&registry, 3, 3, 3).await;
    assert_eq!(registry.maintenance.end_leases().await.unwrap(), 1);
    assert_eq!(registry.maintenance.end_leases().await.unwrap(), 0);
    assert!(!registry.leases.extend(&lease, LONG).await.unwrap());
    let again = granted(&registry, 2, 2, LONG).await;
    assert_eq!(again.attempt, 2);
    assert!(row(&registry, 3).await.result().is_some());
}

/// Used for readiness.
pub async fn takes_writes(registry: Fresh) {
    for _ in 0..2 {
        registry.maintenance.probe().await.unwrap();
    }
}

/// Clause 6 of maintenance.
pub async fn gives_an_overview(registry: Fresh) {
    let overview = async |window| registry.maintenance.overview(window).await.unwrap();
    assert_eq!(overview(LONG).await, Overview::default());
    begin(&registry, 1, 1).await;
    begin(&registry, 2, 2).await;
    registry.packages.upgrade(id(2)).await.unwrap();
    process(&registry, 3, 3, 3).await;
    begin(&registry, 4, 4).await;
    let lease = granted(&registry, 4, 4, LONG).await;
    fail(&registry, &lease).await;
    begin(&registry, 5, 5).await;
    granted(&registry, 5, 5, LONG).await;
    let mut expected = Overview {
        waiting: LaneTotals {
            standard: 1,
            premium: 1,
        },
        running: LaneTotals {
            standard: 1,
            premium: 0,
        },
        processed: 1,
        ..Overview::default()
    };
    let code = match row(&registry, 4).await.outcome() {
        Some(Outcome::Failed(failure)) => failure.code,
        other => panic!("{other:?}"),
    };
    expected.count(code, 1);
    let found = overview(LONG).await;
    assert!(found.oldest_wait.is_some_and(|wait| wait < LONG), "{found:?}");
    expected.oldest_wait = found.oldest_wait;
    assert_eq!(found, expected);
    let recent = overview(Duration::ZERO).await;
    assert_eq!((recent.processed, recent.failed), (0, Vec::new()));
}
