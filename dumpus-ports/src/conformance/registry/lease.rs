use std::time::Duration;

use super::{Fresh, LONG, ask, at_once, begin, begin_queued, epoch, granted, id, process, request, result, row, run};
use crate::domain::error_code::ErrorCode;
use crate::domain::lifecycle::Stage;
use crate::registry::{Attempt, Dispatch, LeaseOutcome, Outcome, RegistryError};

/// Clause 3.
pub async fn a_lease_is_held_by_one(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let lease = granted(&registry, 1, 1, LONG).await;
    assert_eq!((lease.package, lease.run, lease.attempt), (id(1), run(1), 1));
    assert_eq!(ask(&registry, 1, 1, LONG).await, LeaseOutcome::AlreadyLeased);
    let row = row(&registry, 1).await;
    assert_eq!((row.is_leased, row.attempts), (true, 1));
    assert!(registry.is_current(&lease).await.unwrap());
}

/// Clause 3.
pub async fn leases_at_once_grant_one(registry: Fresh) {
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

/// Clause 3.
pub async fn a_lease_that_ran_out_is_granted_again(registry: Fresh) {
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

/// Clause 3.
pub async fn a_lease_can_be_extended(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let lease = granted(&registry, 1, 1, Duration::ZERO).await;
    assert!(!row(&registry, 1).await.is_leased);
    assert!(registry.extend(&lease, LONG).await.unwrap());
    assert!(row(&registry, 1).await.is_leased);
    assert_eq!(ask(&registry, 1, 1, LONG).await, LeaseOutcome::AlreadyLeased);
}

/// Clause 3.
pub async fn a_request_for_a_lease_made_again_gets_the_same_lease(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let request = request();
    for length in [LONG, Duration::ZERO, Duration::ZERO, LONG] {
        let answer = registry.lease(id(1), run(1), request, length).await.unwrap();
        let LeaseOutcome::Granted(lease) = answer else {
            panic!("no lease: {answer:?}");
        };
        assert_eq!(lease.attempt, 1);
        assert!(registry.is_current(&lease).await.unwrap());
    }
    let LeaseOutcome::Granted(lease) = registry.lease(id(1), run(1), request, LONG).await.unwrap() else {
        panic!("no lease");
    };
    assert!(registry.release(&lease, Attempt::Counted).await.unwrap());
    let LeaseOutcome::Granted(next) = registry.lease(id(1), run(1), request, Duration::ZERO).await.unwrap() else {
        panic!("no lease");
    };
    assert!(next.number > lease.number, "what was given back is over");
    let other = granted(&registry, 1, 1, LONG).await;
    assert_eq!(other.attempt, 3);
    assert_eq!(
        registry.lease(id(1), run(1), request, LONG).await.unwrap(),
        LeaseOutcome::AlreadyLeased
    );
}

/// Clause 3.
pub async fn a_void_job_gets_no_lease(registry: Fresh) {
    begin(&registry, 1, 1).await;
    process(&registry, 2, 1, 9).await;
    begin(&registry, 3, 1).await;
    let lease = granted(&registry, 3, 1, LONG).await;
    assert!(registry.fail(&lease, ErrorCode::ServerError, "").await.unwrap());
    for (package, life) in [(1, 2), (2, 1), (3, 1), (4, 1)] {
        let answer = ask(&registry, package, life, LONG).await;
        assert_eq!(answer, LeaseOutcome::Stale, "package {package}, run {life}");
    }
}

/// Clause 3: an old job that came late may have displaced the current one in the queue.
pub async fn a_void_job_puts_the_current_run_in_doubt(registry: Fresh) {
    let ticket = begin_queued(&registry, 1, 2, "epoch").await;
    begin_queued(&registry, 2, 1, "epoch").await;
    process(&registry, 3, 2, 9).await;
    let ended = row(&registry, 3).await;
    for package in [1, 3] {
        assert_eq!(ask(&registry, package, 1, LONG).await, LeaseOutcome::Stale);
    }
    let doubted = row(&registry, 1).await;
    assert!(matches!(doubted.dispatch, Dispatch::Unconfirmed(_)), "{doubted:?}");
    assert_eq!((doubted.run, doubted.ticket), (run(2), ticket));
    assert_eq!(row(&registry, 2).await.dispatch, Dispatch::Queued(epoch("epoch")));
    assert_eq!(row(&registry, 3).await, ended);
    granted(&registry, 1, 2, LONG).await;
}

/// Clauses 3 and 5.
pub async fn what_is_given_back_waits_again(registry: Fresh) {
    let ticket = begin_queued(&registry, 1, 1, "epoch").await;
    let lease = granted(&registry, 1, 1, LONG).await;
    assert!(registry.step(&lease, Stage::Downloading).await.unwrap());
    assert!(registry.progress(&lease, 40).await.unwrap());
    assert!(registry.release(&lease, Attempt::Counted).await.unwrap());
    let row = row(&registry, 1).await;
    assert_eq!((row.stage, row.progress, row.ticket), (Stage::Locked, None, ticket));
    assert_eq!((row.is_leased, row.attempts), (false, 1));
    assert_eq!(granted(&registry, 1, 1, LONG).await.attempt, 2);
}

/// Clause 3.
pub async fn an_attempt_that_counts_not_is_taken_back(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let first = granted(&registry, 1, 1, LONG).await;
    assert!(registry.release(&first, Attempt::Refunded).await.unwrap());
    assert_eq!(row(&registry, 1).await.attempts, 0);
    let second = granted(&registry, 1, 1, LONG).await;
    assert_eq!((first.attempt, second.attempt), (1, 1));
    assert!(second.number > first.number);
}

/// Clause 4: what a holder writes is recorded.
pub async fn steps_are_recorded_with_their_progress(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let lease = granted(&registry, 1, 1, LONG).await;
    for stage in [Stage::Downloading, Stage::Analyzing, Stage::Downloading] {
        assert!(registry.step(&lease, stage).await.unwrap());
        let stepped = row(&registry, 1).await;
        assert_eq!((stepped.stage, stepped.progress), (stage, Some(0)));
        for (told, known) in [(7, 7), (100, 100), (101, 100), (u8::MAX, 100)] {
            assert!(registry.progress(&lease, told).await.unwrap());
            assert_eq!(row(&registry, 1).await.progress, Some(known));
        }
    }
}

/// Clause 4: also a holder goes by the life of a package.
pub async fn an_illegal_step_is_refused(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    let lease = granted(&registry, 1, 1, LONG).await;
    let before = row(&registry, 1).await;
    for refused in [
        registry.step(&lease, Stage::Analyzing).await,
        registry.step(&lease, Stage::Processed).await,
        registry.finish(&lease, &result(1)).await,
    ] {
        assert!(matches!(refused, Err(RegistryError::Failed(_))), "{refused:?}");
    }
    assert_eq!(row(&registry, 1).await, before);
}

/// Clause 4: what a holder writes is recorded.
pub async fn a_result_ends_the_run(registry: Fresh) {
    process(&registry, 1, 1, 9).await;
    let row = row(&registry, 1).await;
    assert_eq!(row.outcome, Some(Outcome::Processed(result(9))));
    assert_eq!(
        (row.stage, row.progress, row.is_leased),
        (Stage::Processed, None, false)
    );
    assert!(row.owner_link.is_empty(), "nobody needs the link any more");
}

/// Clause 1: what has lost its result can begin again.
pub async fn a_lost_result_is_a_failure(registry: Fresh) {
    begin_queued(&registry, 2, 1, "epoch").await;
    process(&registry, 1, 1, 9).await;
    for (package, life) in [(1, 2), (2, 1), (3, 1)] {
        assert!(!registry.mark_result_lost(id(package), run(life), "").await.unwrap());
    }
    assert!(registry.mark_result_lost(id(1), run(1), "It is gone.").await.unwrap());
    let outcome = Outcome::Failed {
        code: ErrorCode::ServerError,
        detail: Some("It is gone.".to_owned()),
    };
    let lost = row(&registry, 1).await;
    assert_eq!((lost.outcome, lost.stage), (Some(outcome), Stage::Processed));
    assert!(!registry.mark_result_lost(id(1), run(1), "").await.unwrap());
    assert_eq!(
        registry.unreferenced(&[result(9).blob]).await.unwrap(),
        [result(9).blob]
    );
    begin(&registry, 1, 2).await;
    assert_eq!(super::row(&registry, 1).await.outcome, None);
}

/// Clause 4: what a holder writes is recorded.
pub async fn a_failure_ends_the_run(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let lease = granted(&registry, 1, 1, LONG).await;
    assert!(registry.step(&lease, Stage::Downloading).await.unwrap());
    let failed = registry.fail(&lease, ErrorCode::ExpiredLink, "It ended.").await;
    assert!(failed.unwrap());
    let row = row(&registry, 1).await;
    let outcome = Outcome::Failed {
        code: ErrorCode::ExpiredLink,
        detail: Some("It ended.".to_owned()),
    };
    assert_eq!(row.outcome, Some(outcome));
    assert_eq!(
        (row.stage, row.progress, row.is_leased),
        (Stage::Downloading, None, false)
    );
    assert!(row.owner_link.is_empty(), "nobody needs the link any more");
}
