//! Clauses of [`PackageRegistry`](crate::registry::PackageRegistry) about admission and deletion.

use std::time::Duration;

use super::{
    Fresh, LONG, admission, at_once, begin, begin_queued, epoch, fail, granted, id, process, result, row, run,
};
use crate::domain::lifecycle::Stage;
use crate::domain::queue::Lane;
use crate::registry::{Admission, DeletedPackage, Failure, Outcome};

/// Clause 1.
pub async fn admits_an_unknown_package(registry: Fresh) {
    assert_eq!(registry.packages.find(id(1)).await.unwrap(), None);
    let admitted = registry.packages.admit(&admission(1, 2)).await.unwrap();
    let row = row(&registry, 1).await;
    assert_eq!(
        admitted,
        Admission::Started {
            lane: Lane::Standard,
            ticket: row.ticket
        }
    );
    let given = admission(1, 2);
    assert_eq!((row.package, row.id), (given.package, given.run));
    assert_eq!((&row.owner_link, row.joined), (&given.owner_link, given.joined));
    assert_eq!(
        (row.lane, row.stage, row.progress),
        (Lane::Standard, Stage::Locked, None)
    );
    assert_eq!((row.attempts, row.lease.is_some(), row.outcome()), (0, false, None));
    assert_eq!(row.dispatch.epoch, None);
}

/// Clause 1.
pub async fn reports_a_package_that_already_exists(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    for life in [2, 3] {
        let before = row(&registry, 1).await;
        let again = registry.packages.admit(&admission(1, life)).await.unwrap();
        assert!(matches!(again, Admission::AlreadyExists(known) if known.run == before));
        assert_eq!(row(&registry, 1).await, before);
        granted(&registry, 1, 1, Duration::ZERO).await;
    }
}

/// Clause 1.
pub async fn simultaneous_admissions_begin_one_run(registry: Fresh) {
    for life in [0, 100] {
        let admitted = at_once(&registry, |registry, number| async move {
            registry.packages.admit(&admission(1, life + number)).await.unwrap()
        });
        let admitted = admitted.await;
        let begun = admitted.iter().filter(|one| matches!(one, Admission::Started { .. }));
        assert_eq!(begun.count(), 1, "{admitted:?}");
        let current = row(&registry, 1).await.id;
        for one in &admitted {
            assert!(!matches!(one, Admission::AlreadyExists(known) if known.run.id != current));
        }
        // The second round begins with a package that failed.
        let Some(life) = (life..life + 8).find(|life| run(*life) == current) else {
            panic!("the run is of another round");
        };
        let lease = granted(&registry, 1, life, LONG).await;
        fail(&registry, &lease).await;
    }
}

/// Clause 1.
pub async fn a_failed_package_begins_a_new_run(registry: Fresh) {
    let first = begin_queued(&registry, 1, 1, "epoch").await;
    let lease = granted(&registry, 1, 1, LONG).await;
    assert!(registry.leases.step(&lease, Stage::Downloading).await.unwrap());
    fail(&registry, &lease).await;
    let second = begin(&registry, 1, 2).await;
    assert!(second > first);
    let row = row(&registry, 1).await;
    assert_eq!((row.id, row.ticket), (run(2), second));
    assert_eq!((row.stage, row.progress, row.attempts), (Stage::Locked, None, 0));
    assert_eq!((row.outcome(), row.lease.is_some()), (None, false));
    assert_eq!(row.owner_link, admission(1, 2).owner_link);
    assert_eq!(row.dispatch.epoch, None);
    let again = granted(&registry, 1, 2, LONG).await;
    assert!(again.number > lease.number);
    assert_eq!(again.attempt, 1);
}

/// Clause 1.
pub async fn does_not_admit_a_processed_package(registry: Fresh) {
    process(&registry, 1, 1, 9).await;
    let again = registry.packages.admit(&admission(1, 2)).await.unwrap();
    assert!(matches!(again, Admission::AlreadyExists(known) if known.run.result().is_some()));
}

/// Clause 1: the lane outlives a run.
pub async fn an_upgraded_package_keeps_its_lane_in_later_runs(registry: Fresh) {
    begin(&registry, 1, 1).await;
    assert_eq!(registry.packages.upgrade(id(1)).await.unwrap(), Some(run(1)));
    let lease = granted(&registry, 1, 1, LONG).await;
    fail(&registry, &lease).await;
    let again = registry.packages.admit(&admission(1, 2)).await.unwrap();
    assert!(matches!(again, Admission::Started { lane, .. } if lane == Lane::Premium));
    assert_eq!(row(&registry, 1).await.lane, Lane::Premium);
}

/// Clause 2: `confirm` protects a run from `rollback_admission`.
pub async fn confirms_only_the_current_run(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let epoch = epoch("epoch");
    assert_eq!(registry.packages.confirm(id(1), run(2), &epoch).await.unwrap(), None);
    assert_eq!(registry.packages.confirm(id(2), run(1), &epoch).await.unwrap(), None);
    assert_eq!(row(&registry, 1).await.dispatch.epoch, None);
    let confirmed = registry.packages.confirm(id(1), run(1), &epoch).await.unwrap();
    assert_eq!(confirmed, Some(Lane::Standard));
    assert_eq!(row(&registry, 1).await.dispatch.epoch, Some(epoch.clone()));
    registry.packages.upgrade(id(1)).await.unwrap();
    let confirmed = registry.packages.confirm(id(1), run(1), &epoch).await.unwrap();
    assert_eq!(confirmed, Some(Lane::Premium), "the lane that it is in by now");
}

/// Clause 2.
pub async fn rolls_back_an_unconfirmed_run(registry: Fresh) {
    begin(&registry, 1, 1).await;
    assert!(!registry.packages.rollback_admission(id(1), run(2)).await.unwrap());
    assert!(registry.packages.rollback_admission(id(1), run(1)).await.unwrap());
    assert_eq!(registry.packages.find(id(1)).await.unwrap(), None);
    assert!(!registry.packages.rollback_admission(id(1), run(1)).await.unwrap());
}

/// Clause 2.
pub async fn rolling_back_an_upgraded_package_fails_its_run(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    registry.packages.upgrade(id(1)).await.unwrap();
    let lease = granted(&registry, 1, 1, LONG).await;
    fail(&registry, &lease).await;
    begin(&registry, 1, 2).await;
    assert!(registry.packages.rollback_admission(id(1), run(2)).await.unwrap());
    let failed = row(&registry, 1).await;
    assert_eq!(failed.outcome(), Some(&Outcome::Failed(Failure::not_queued())));
    assert!(failed.owner_link.0.is_empty(), "the link is not needed any more");
    assert!(!registry.packages.rollback_admission(id(1), run(2)).await.unwrap());
    let again = registry.packages.admit(&admission(1, 3)).await.unwrap();
    assert!(matches!(again, Admission::Started { lane, .. } if lane == Lane::Premium));
}

/// Clause 2.
pub async fn does_not_roll_back_a_confirmed_run(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    assert!(!registry.packages.rollback_admission(id(1), run(1)).await.unwrap());
    assert_eq!(row(&registry, 1).await.id, run(1));
}

/// Clause 7.
pub async fn a_lost_result_fails_the_run(registry: Fresh) {
    begin_queued(&registry, 2, 1, "epoch").await;
    process(&registry, 1, 1, 9).await;
    for (package, life) in [(1, 2), (2, 1), (3, 1)] {
        let marked = registry.packages.mark_result_lost(id(package), run(life));
        assert!(!marked.await.unwrap());
    }
    assert!(registry.packages.mark_result_lost(id(1), run(1)).await.unwrap());
    let lost = row(&registry, 1).await;
    let outcome = Outcome::Failed(Failure::result_lost());
    assert_eq!((lost.outcome(), lost.stage), (Some(&outcome), Stage::Processed));
    assert!(!registry.packages.mark_result_lost(id(1), run(1)).await.unwrap());
    assert_eq!(
        registry.maintenance.unreferenced(&[result(9).blob]).await.unwrap(),
        [result(9).blob]
    );
    begin(&registry, 1, 2).await;
    assert_eq!(row(&registry, 1).await.end, None);
}

/// Clause 6.
pub async fn a_deleted_package_is_unknown(registry: Fresh) {
    begin(&registry, 1, 1).await;
    process(&registry, 2, 2, 9).await;
    for (package, blob) in [(1, None), (2, Some(result(9).blob))] {
        let run = run(package);
        let deleted = registry.packages.delete(id(package)).await.unwrap();
        assert_eq!(deleted, Some(DeletedPackage { run, blob }));
        assert_eq!(registry.packages.find(id(package)).await.unwrap(), None);
        assert_eq!(registry.packages.delete(id(package)).await.unwrap(), None);
    }
}

/// Used for readiness checks.
pub async fn the_registry_responds(registry: Fresh) {
    registry.packages.ping().await.unwrap();
}
