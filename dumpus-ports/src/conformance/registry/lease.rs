//! Clauses of [`LeaseRegistry`](crate::registry::LeaseRegistry) about the holder of a lease.

use std::time::Duration;

use super::{
    Fresh, LONG, VOLUME, ask, at_once, begin, begin_queued, epoch, fail, find, granted, id, process, request, result,
    row, run,
};
use crate::domain::error_code::ErrorCode;
use crate::domain::failure_detail::FailureDetail;
use crate::domain::lifecycle::Stage;
use crate::registry::{Attempt, Failure, LeaseOutcome, Outcome, RegistryError};

/// Clause 1.
pub async fn grants_one_lease_at_a_time(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let lease = granted(&registry, 1, 1, LONG).await;
    assert_eq!((lease.package, lease.run, lease.attempt), (id(1), run(1), 1));
    assert_eq!(ask(&registry, 1, 1, LONG).await, LeaseOutcome::AlreadyLeased);
    let row = row(&registry, 1).await;
    assert_eq!((row.lease.is_some(), row.attempts), (true, 1));
    assert!(registry.leases.is_current(&lease).await.unwrap());
}

/// Clause 1.
pub async fn simultaneous_lease_requests_grant_one(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let answers = at_once(&registry, |registry, _| async move { ask(&registry, 1, 1, LONG).await });
    let answers = answers.await;
    let granted = answers
        .iter()
        .filter(|answer| matches!(answer, LeaseOutcome::Granted(_)))
        .count();
    let held = answers
        .iter()
        .filter(|answer| matches!(answer, LeaseOutcome::AlreadyLeased))
        .count();
    assert_eq!((granted, held), (1, answers.len() - 1), "{answers:?}");
    assert_eq!(row(&registry, 1).await.attempts, 1);
}

/// Clause 1.
pub async fn grants_a_lease_again_after_it_expired(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let first = granted(&registry, 1, 1, Duration::from_millis(5)).await;
    let second = loop {
        match ask(&registry, 1, 1, LONG).await {
            LeaseOutcome::Granted(lease) => break lease,
            LeaseOutcome::AlreadyLeased => tokio::task::yield_now().await,
            LeaseOutcome::Stale => panic!("the package is unfinished"),
        }
    };
    assert!(second.number > first.number);
    assert_eq!((first.attempt, second.attempt), (1, 2));
}

/// Clause 1.
pub async fn extends_a_lease(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let lease = granted(&registry, 1, 1, Duration::ZERO).await;
    assert!(!find(&registry, 1).await.is_leased());
    assert!(registry.leases.extend(&lease, LONG).await.unwrap());
    assert!(find(&registry, 1).await.is_leased());
    assert_eq!(ask(&registry, 1, 1, LONG).await, LeaseOutcome::AlreadyLeased);
}

/// Clause 2.
pub async fn a_repeated_lease_request_gets_the_same_lease(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let request = request();
    for length in [LONG, Duration::ZERO, Duration::ZERO, LONG] {
        let answer = registry.leases.lease(id(1), run(1), request, length).await.unwrap();
        let LeaseOutcome::Granted(lease) = answer else {
            panic!("no lease: {answer:?}");
        };
        assert_eq!(lease.attempt, 1);
        assert!(registry.leases.is_current(&lease).await.unwrap());
    }
    let LeaseOutcome::Granted(lease) = registry.leases.lease(id(1), run(1), request, LONG).await.unwrap() else {
        panic!("no lease");
    };
    assert!(registry.leases.release(&lease, Attempt::Counted).await.unwrap());
    let LeaseOutcome::Granted(next) = registry
        .leases
        .lease(id(1), run(1), request, Duration::ZERO)
        .await
        .unwrap()
    else {
        panic!("no lease");
    };
    assert!(next.number > lease.number, "a released lease is over");
    let other = granted(&registry, 1, 1, LONG).await;
    assert_eq!(other.attempt, 3);
    assert_eq!(
        registry.leases.lease(id(1), run(1), request, LONG).await.unwrap(),
        LeaseOutcome::AlreadyLeased
    );
}

/// Clause 1.
pub async fn a_stale_job_gets_no_lease(registry: Fresh) {
    begin(&registry, 1, 1).await;
    process(&registry, 2, 1, 9).await;
    begin(&registry, 3, 1).await;
    let lease = granted(&registry, 3, 1, LONG).await;
    fail(&registry, &lease).await;
    for (package, life) in [(1, 2), (2, 1), (3, 1), (4, 1)] {
        let answer = ask(&registry, package, life, LONG).await;
        assert_eq!(answer, LeaseOutcome::Stale, "package {package}, run {life}");
    }
}

/// Clause 3.
pub async fn a_stale_job_marks_the_current_run_undispatched(registry: Fresh) {
    let ticket = begin_queued(&registry, 1, 2, "epoch").await;
    begin_queued(&registry, 2, 1, "epoch").await;
    process(&registry, 3, 2, 9).await;
    let ended = row(&registry, 3).await;
    for package in [1, 3] {
        assert_eq!(ask(&registry, package, 1, LONG).await, LeaseOutcome::Stale);
    }
    let current = row(&registry, 1).await;
    assert_eq!(current.dispatch.epoch, None);
    assert_eq!((current.id, current.ticket), (run(2), ticket));
    assert_eq!(row(&registry, 2).await.dispatch.epoch, Some(epoch("epoch")));
    assert_eq!(row(&registry, 3).await, ended);
    granted(&registry, 1, 2, LONG).await;
}

/// Clause 5.
pub async fn a_released_package_waits_again(registry: Fresh) {
    let ticket = begin_queued(&registry, 1, 1, "epoch").await;
    let lease = granted(&registry, 1, 1, LONG).await;
    assert!(registry.leases.step(&lease, Stage::Downloading).await.unwrap());
    assert!(registry.leases.progress(&lease, 40).await.unwrap());
    assert!(registry.leases.release(&lease, Attempt::Counted).await.unwrap());
    let row = row(&registry, 1).await;
    assert_eq!((row.stage, row.progress, row.ticket), (Stage::Locked, None, ticket));
    assert_eq!((row.lease.is_some(), row.attempts), (false, 1));
    assert_eq!(granted(&registry, 1, 1, LONG).await.attempt, 2);
}

/// Clause 5.
pub async fn a_refunded_attempt_is_not_counted(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let first = granted(&registry, 1, 1, LONG).await;
    assert!(registry.leases.release(&first, Attempt::Refunded).await.unwrap());
    assert_eq!(row(&registry, 1).await.attempts, 0);
    let second = granted(&registry, 1, 1, LONG).await;
    assert_eq!((first.attempt, second.attempt), (1, 1));
    assert!(second.number > first.number);
}

/// Clause 5.
pub async fn records_steps_and_progress(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let lease = granted(&registry, 1, 1, LONG).await;
    for stage in [Stage::Downloading, Stage::Analyzing, Stage::Downloading] {
        assert!(registry.leases.step(&lease, stage).await.unwrap());
        let stepped = row(&registry, 1).await;
        assert_eq!((stepped.stage, stepped.progress), (stage, Some(0)));
        for (given, recorded) in [(7, 7), (100, 100), (101, 100), (u8::MAX, 100)] {
            assert!(registry.leases.progress(&lease, given).await.unwrap());
            assert_eq!(row(&registry, 1).await.progress, Some(recorded));
        }
    }
}

/// Clause 5.
pub async fn rejects_an_illegal_step(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    let lease = granted(&registry, 1, 1, LONG).await;
    let before = row(&registry, 1).await;
    for refused in [
        registry.leases.step(&lease, Stage::Analyzing).await,
        registry.leases.step(&lease, Stage::Processed).await,
        registry.leases.finish(&lease, &result(1), &VOLUME).await,
    ] {
        assert!(matches!(refused, Err(RegistryError::Failed(_))), "{refused:?}");
    }
    assert_eq!(row(&registry, 1).await, before);
}

/// Clause 5.
pub async fn a_result_ends_the_run(registry: Fresh) {
    process(&registry, 1, 1, 9).await;
    let row = row(&registry, 1).await;
    assert_eq!(row.outcome(), Some(&Outcome::Processed(result(9))));
    assert_eq!(
        (row.stage, row.progress, row.lease.is_some()),
        (Stage::Processed, None, false)
    );
    assert!(row.owner_link.0.is_empty(), "the link is not needed any more");
}

/// Clause 5: the answer of the first call may have been lost.
pub async fn a_repeated_result_is_recorded_once(registry: Fresh) {
    let lease = process(&registry, 1, 1, 9).await;
    let ended = row(&registry, 1).await;
    assert!(registry.leases.finish(&lease, &result(9), &VOLUME).await.unwrap());
    assert!(!registry.leases.finish(&lease, &result(8), &VOLUME).await.unwrap());
    assert_eq!(row(&registry, 1).await, ended);
}

/// Clause 5.
pub async fn a_failure_ends_the_run(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let lease = granted(&registry, 1, 1, LONG).await;
    assert!(registry.leases.step(&lease, Stage::Downloading).await.unwrap());
    let failure = Failure::new(ErrorCode::ExpiredLink, FailureDetail::Interrupted { received: 7 });
    assert!(registry.leases.fail(&lease, &failure).await.unwrap());
    let row = row(&registry, 1).await;
    assert_eq!(row.outcome(), Some(&Outcome::Failed(failure)));
    assert_eq!(
        (row.stage, row.progress, row.lease.is_some()),
        (Stage::Downloading, None, false)
    );
    assert!(row.owner_link.0.is_empty(), "the link is not needed any more");
}
