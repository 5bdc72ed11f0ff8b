use std::time::Duration;

use super::{Fresh, LONG, admission, at_once, begin, begin_queued, epoch, granted, id, process, row, run};
use crate::domain::error_code::ErrorCode;
use crate::domain::lifecycle::Stage;
use crate::domain::queue::Lane;
use crate::registry::{Admission, Dispatch, NOT_QUEUED, Outcome};

/// Clause 1.
pub async fn an_unknown_package_begins_a_run(registry: Fresh) {
    assert_eq!(registry.find(id(1)).await.unwrap(), None);
    let admitted = registry.admit(&admission(1, 2)).await.unwrap();
    let row = row(&registry, 1).await;
    assert_eq!(
        admitted,
        Admission::Started {
            lane: Lane::Standard,
            ticket: row.ticket,
            replaced: None
        }
    );
    let given = admission(1, 2);
    assert_eq!((row.id, row.run), (given.package, given.run));
    assert_eq!((row.owner_link, row.joined), (given.owner_link, given.joined));
    assert_eq!(
        (row.lane, row.stage, row.progress),
        (Lane::Standard, Stage::Locked, None)
    );
    assert_eq!((row.attempts, row.is_leased, row.outcome), (0, false, None));
    assert!(matches!(row.dispatch, Dispatch::Unconfirmed(age) if age < LONG));
}

/// Clause 1.
pub async fn a_package_that_is_in_is_known(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    let before = row(&registry, 1).await;
    let again = registry.admit(&admission(1, 2)).await.unwrap();
    assert_eq!(again, Admission::AlreadyExists(before));
    granted(&registry, 1, 1, LONG).await;
    let again = registry.admit(&admission(1, 3)).await.unwrap();
    assert_eq!(again, Admission::AlreadyExists(row(&registry, 1).await));
    assert_eq!(row(&registry, 1).await.run, run(1));
}

/// Clause 1.
pub async fn admissions_at_once_begin_one_run(registry: Fresh) {
    for life in [0, 100] {
        let admitted = at_once(&registry, |registry, number| async move {
            registry.admit(&admission(1, life + number)).await.unwrap()
        });
        let admitted = admitted.await;
        let begun = admitted.iter().filter(|one| matches!(one, Admission::Started { .. }));
        assert_eq!(begun.count(), 1, "{admitted:?}");
        let current = row(&registry, 1).await.run;
        for one in &admitted {
            assert!(!matches!(one, Admission::AlreadyExists(known) if known.run != current));
        }
        // The second round begins with a package that failed.
        let Some(life) = (life..life + 8).find(|life| run(*life) == current) else {
            panic!("the run is of another round");
        };
        let lease = granted(&registry, 1, life, LONG).await;
        assert!(registry.fail(&lease, ErrorCode::ServerError, "").await.unwrap());
    }
}

/// Clause 1.
pub async fn a_failed_package_begins_a_new_run(registry: Fresh) {
    let first = begin_queued(&registry, 1, 1, "epoch").await;
    let lease = granted(&registry, 1, 1, LONG).await;
    assert!(registry.step(&lease, Stage::Downloading).await.unwrap());
    assert!(registry.fail(&lease, ErrorCode::ExpiredLink, "x").await.unwrap());
    let second = begin(&registry, 1, 2).await;
    assert!(second > first);
    let row = row(&registry, 1).await;
    assert_eq!((row.run, row.ticket), (run(2), second));
    assert_eq!((row.stage, row.progress, row.attempts), (Stage::Locked, None, 0));
    assert_eq!((row.outcome, row.is_leased), (None, false));
    assert_eq!(row.owner_link, admission(1, 2).owner_link);
    assert!(matches!(row.dispatch, Dispatch::Unconfirmed(_)));
    let again = granted(&registry, 1, 2, LONG).await;
    assert!(again.number > lease.number);
    assert_eq!(again.attempt, 1);
}

/// Clause 1.
pub async fn a_processed_package_is_known(registry: Fresh) {
    process(&registry, 1, 1, 9).await;
    let again = registry.admit(&admission(1, 2)).await.unwrap();
    assert!(matches!(again, Admission::AlreadyExists(known) if matches!(known.outcome, Some(Outcome::Processed(_)))));
}

/// Clause 1: the lane outlives a run.
pub async fn an_upgraded_package_stays_in_its_lane(registry: Fresh) {
    begin(&registry, 1, 1).await;
    assert_eq!(registry.upgrade(id(1)).await.unwrap(), Some(run(1)));
    let lease = granted(&registry, 1, 1, LONG).await;
    assert!(registry.fail(&lease, ErrorCode::ServerError, "").await.unwrap());
    let again = registry.admit(&admission(1, 2)).await.unwrap();
    assert!(
        matches!(
            again,
            Admission::Started {
                lane: Lane::Premium,
                ..
            }
        ),
        "{again:?}"
    );
    assert_eq!(row(&registry, 1).await.lane, Lane::Premium);
}

/// Clause 2: what `confirm` records is what `rollback_admission` respects.
pub async fn only_the_current_run_is_confirmed(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let epoch = epoch("epoch");
    assert_eq!(registry.confirm(id(1), run(2), &epoch).await.unwrap(), None);
    assert_eq!(registry.confirm(id(2), run(1), &epoch).await.unwrap(), None);
    assert!(matches!(row(&registry, 1).await.dispatch, Dispatch::Unconfirmed(_)));
    let confirmed = registry.confirm(id(1), run(1), &epoch).await.unwrap();
    assert_eq!(confirmed, Some(Lane::Standard));
    assert_eq!(row(&registry, 1).await.dispatch, Dispatch::Queued(epoch.clone()));
    registry.upgrade(id(1)).await.unwrap();
    let confirmed = registry.confirm(id(1), run(1), &epoch).await.unwrap();
    assert_eq!(confirmed, Some(Lane::Premium), "the lane that it is in by now");
}

/// Clause 5: what `mark_undispatched` records is what `claim_redispatch` goes by.
pub async fn a_run_whose_job_may_be_gone_is_unconfirmed(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    process(&registry, 2, 1, 9).await;
    for (package, life) in [(1, 2), (2, 1), (3, 1)] {
        assert!(!registry.mark_undispatched(id(package), run(life)).await.unwrap());
    }
    assert!(registry.mark_undispatched(id(1), run(1)).await.unwrap());
    assert!(matches!(row(&registry, 1).await.dispatch, Dispatch::Unconfirmed(age) if age < LONG));
    let epoch = epoch("epoch");
    let claim_redispatch = |older_than| registry.claim_redispatch(id(1), run(1), older_than, &epoch, LONG);
    assert_eq!(claim_redispatch(LONG).await.unwrap(), None);
    assert_eq!(claim_redispatch(Duration::ZERO).await.unwrap(), Some(Lane::Standard));
}

/// Clause 2.
pub async fn an_unconfirmed_run_is_undone(registry: Fresh) {
    begin(&registry, 1, 1).await;
    assert!(!registry.rollback_admission(id(1), run(2)).await.unwrap());
    assert!(registry.rollback_admission(id(1), run(1)).await.unwrap());
    assert_eq!(registry.find(id(1)).await.unwrap(), None);
    assert!(!registry.rollback_admission(id(1), run(1)).await.unwrap());
}

/// Clause 2.
pub async fn an_undone_run_of_an_upgraded_package_fails_and_keeps_its_lane(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    registry.upgrade(id(1)).await.unwrap();
    let lease = granted(&registry, 1, 1, LONG).await;
    assert!(registry.fail(&lease, ErrorCode::ExpiredLink, "").await.unwrap());
    begin(&registry, 1, 2).await;
    assert!(registry.rollback_admission(id(1), run(2)).await.unwrap());
    let undone = row(&registry, 1).await;
    let detail = Some(NOT_QUEUED.to_owned());
    let code = ErrorCode::ServerError;
    assert_eq!(undone.outcome, Some(Outcome::Failed { code, detail }));
    assert!(undone.owner_link.is_empty(), "nobody needs the link any more");
    assert!(!registry.rollback_admission(id(1), run(2)).await.unwrap());
    let again = registry.admit(&admission(1, 3)).await.unwrap();
    assert!(
        matches!(
            again,
            Admission::Started {
                lane: Lane::Premium,
                ..
            }
        ),
        "{again:?}"
    );
}

/// Clause 2.
pub async fn a_confirmed_run_is_not_undone(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    assert!(!registry.rollback_admission(id(1), run(1)).await.unwrap());
    assert_eq!(row(&registry, 1).await.run, run(1));
}

/// Clause 5.
pub async fn tickets_rise_in_order_of_admission(registry: Fresh) {
    let mut last = i64::MIN;
    for package in 1..6 {
        let ticket = begin(&registry, package, 1).await;
        assert!(ticket > last);
        last = ticket;
        // A ticket of a package that is gone is not given to another one.
        registry.delete(id(package)).await.unwrap();
    }
}

/// Clause 5.
pub async fn a_young_unconfirmed_job_is_not_reclaimed(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let epoch = epoch("epoch");
    let claim_redispatch = |life, older_than| registry.claim_redispatch(id(1), run(life), older_than, &epoch, LONG);
    assert_eq!(claim_redispatch(1, LONG).await.unwrap(), None);
    assert_eq!(claim_redispatch(2, Duration::ZERO).await.unwrap(), None);
    assert_eq!(claim_redispatch(1, Duration::ZERO).await.unwrap(), Some(Lane::Standard));
}

/// Clause 5.
pub async fn a_job_of_another_epoch_is_reclaimed(registry: Fresh) {
    begin_queued(&registry, 1, 1, "old").await;
    registry.upgrade(id(1)).await.unwrap();
    let told = registry
        .claim_redispatch(id(1), run(1), Duration::ZERO, &epoch("old"), LONG)
        .await;
    assert_eq!(told.unwrap(), None);
    let told = registry
        .claim_redispatch(id(1), run(1), LONG, &epoch("new"), LONG)
        .await;
    assert_eq!(told.unwrap(), Some(Lane::Premium));
    assert!(matches!(row(&registry, 1).await.dispatch, Dispatch::Unconfirmed(age) if age < LONG));
    // It is unconfirmed from now on, and nobody else's to push.
    let told = registry
        .claim_redispatch(id(1), run(1), LONG, &epoch("new"), LONG)
        .await;
    assert_eq!(told.unwrap(), None);
}

/// Clause 5.
pub async fn a_job_that_somebody_has_is_not_reclaimed(registry: Fresh) {
    begin_queued(&registry, 1, 1, "old").await;
    let lease = granted(&registry, 1, 1, LONG).await;
    let epoch = epoch("new");
    let claim_redispatch = || registry.claim_redispatch(id(1), run(1), Duration::ZERO, &epoch, LONG);
    assert_eq!(claim_redispatch().await.unwrap(), None);
    assert!(registry.fail(&lease, ErrorCode::ServerError, "").await.unwrap());
    assert_eq!(claim_redispatch().await.unwrap(), None);
}

/// Clause 5.
pub async fn reclaims_at_once_tell_one(registry: Fresh) {
    begin_queued(&registry, 1, 1, "old").await;
    let told = at_once(&registry, |registry, _| async move {
        let told = registry
            .claim_redispatch(id(1), run(1), LONG, &epoch("new"), LONG)
            .await;
        told.unwrap()
    });
    let told = told.await;
    assert_eq!(told.iter().flatten().count(), 1, "{told:?}");
}

/// Clause 5.
pub async fn a_requeued_package_keeps_its_ticket(registry: Fresh) {
    let ticket = begin_queued(&registry, 1, 1, "old").await;
    begin_queued(&registry, 2, 1, "old").await;
    let told = registry
        .claim_redispatch(id(1), run(1), LONG, &epoch("new"), LONG)
        .await;
    assert_eq!(told.unwrap(), Some(Lane::Standard));
    assert_eq!(row(&registry, 1).await.ticket, ticket);
}

/// Clause 5.
pub async fn a_package_lost_for_long_gets_a_new_ticket(registry: Fresh) {
    begin_queued(&registry, 1, 1, "old").await;
    begin(&registry, 2, 1).await;
    let last = begin(&registry, 3, 1).await;
    for package in [1, 2] {
        let zero = Duration::ZERO;
        let told = registry
            .claim_redispatch(id(package), run(1), zero, &epoch("new"), zero)
            .await
            .unwrap();
        assert_eq!(told, Some(Lane::Standard));
        assert!(row(&registry, package).await.ticket > last);
    }
}
