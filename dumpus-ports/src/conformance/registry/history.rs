//! Clauses of [`RunHistory`](crate::registry::RunHistory).

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Fresh, LONG, VOLUME, WORKER, begin, begin_queued, fail, find, granted, id, process, result, row, run};
use crate::domain::audit::{Action, Target};
use crate::domain::error_code::ErrorCode;
use crate::domain::history::{Histogram, Hour, HourStatistics};
use crate::domain::lifecycle::{Phase, Stage};
use crate::domain::queue::Lane;
use crate::domain::time::Millis;
use crate::registry::{JobOrder, RunEnd, RunPage, RunRecord, Volume};

/// All that ever ended.
const EVERYTHING: RunPage = RunPage {
    from: Millis(i64::MIN),
    until: Millis(i64::MAX),
    after: None,
    limit: 100,
};

/// Clause 1 of the history.
pub async fn every_end_of_a_run_is_recorded_once(registry: Fresh) {
    let lease = process(&registry, 1, 1, 1).await;
    // Its answer may have been lost.
    assert!(registry.leases.finish(&lease, &result(1), &VOLUME).await.unwrap());
    begin_queued(&registry, 2, 2, "epoch").await;
    let lease = granted(&registry, 2, 2, LONG).await;
    registry.leases.step(&lease, Stage::Downloading).await.unwrap();
    fail(&registry, &lease).await;
    begin(&registry, 3, 3).await;
    registry.packages.cancel(id(3)).await.unwrap();
    begin(&registry, 4, 4).await;
    registry.packages.upgrade(id(4)).await.unwrap();
    assert!(registry.packages.rollback_admission(id(4), run(4)).await.unwrap());
    begin(&registry, 5, 5).await;
    let mut recorded = registry.history.runs(&EVERYTHING).await.unwrap();
    recorded.sort_by_key(|record| record.run);
    let mut expected = Vec::new();
    for package in 1..=4 {
        let run = row(&registry, package).await;
        let volume = if package == 1 { VOLUME } else { Volume::default() };
        expected.extend(RunRecord::of(&run, volume));
    }
    assert_eq!(recorded, expected);
    assert_eq!(recorded[0].end, RunEnd::Processed(VOLUME));
    assert_eq!(recorded[3].lane, Lane::Premium);
    for phase in Phase::ALL {
        assert!(recorded[0].duration(phase).is_some(), "{phase:?}");
    }
    let last = recorded[1].last_attempt.expect("an attempt");
    assert_eq!((last.worker, last.analyzing_at), (WORKER, None));
    assert!(last.downloading_at >= Some(last.leased_at));
    assert_eq!(registry.history.runs_of(id(1)).await.unwrap(), &recorded[..1]);
    assert_eq!(registry.history.runs_of(id(5)).await.unwrap(), []);
}

/// Clause 2 of the history.
pub async fn runs_are_read_page_by_page(registry: Fresh) {
    for package in 1..=5 {
        process(&registry, package, package, package).await;
    }
    let (mut page, mut pages) = (EVERYTHING, Vec::new());
    page.limit = 2;
    loop {
        let runs = registry.history.runs(&page).await.unwrap();
        page.after = runs.last().map(|run| (run.ended_at, run.run));
        pages.push(runs.len());
        if runs.len() < 2 {
            break;
        }
    }
    assert_eq!(pages, [2, 2, 1]);
    let ended = row(&registry, 3).await.end.expect("an end").at;
    let bounds = |from, until| RunPage {
        from,
        until,
        ..EVERYTHING
    };
    let early = registry.history.runs(&bounds(Millis(i64::MIN), ended)).await.unwrap();
    let late = registry.history.runs(&bounds(ended, Millis(i64::MAX))).await.unwrap();
    assert_eq!(early.len() + late.len(), 5);
    assert!(early.iter().all(|run| run.ended_at < ended) && late.iter().all(|run| run.ended_at >= ended));
}

/// Clause 3 of the history, and clause 2 of the audit log.
pub async fn a_deleted_package_leaves_no_id(registry: Fresh) {
    process(&registry, 1, 1, 1).await;
    process(&registry, 2, 2, 2).await;
    for package in [1, 2] {
        let target = Target::Package(Some(id(package)));
        registry.audit.record(Action::Promote, target).await.unwrap();
        let order = JobOrder {
            package: id(package),
            action: Action::Retry,
        };
        registry.processes.order(order).await.unwrap();
    }
    registry.packages.delete(id(1)).await.unwrap();
    assert_ids_are_left(&registry, &[2]).await;
    assert_eq!(registry.processes.take_orders().await.unwrap().len(), 1);
}

/// Clause 3 of the history.
pub async fn an_expired_package_leaves_no_id(registry: Fresh) {
    process(&registry, 1, 1, 1).await;
    begin(&registry, 2, 2).await;
    registry.packages.cancel(id(2)).await.unwrap();
    begin(&registry, 2, 3).await;
    let expired = registry.maintenance.expire(Duration::ZERO, 10).await.unwrap();
    assert_eq!(expired.len(), 1);
    assert_ids_are_left(&registry, &[2]).await;
    let abandoned = registry.maintenance.expire_abandoned(Duration::ZERO, 10).await;
    assert_eq!(abandoned.unwrap().len(), 1);
    assert_ids_are_left(&registry, &[]).await;
}

async fn assert_ids_are_left(registry: &Fresh, packages: &[u8]) {
    let runs = registry.history.runs(&EVERYTHING).await.unwrap();
    let ids: Vec<_> = runs.iter().filter_map(|run| run.package).collect();
    let expected: Vec<_> = packages.iter().copied().map(id).collect();
    assert_eq!((ids, runs.len()), (expected.clone(), 2));
    let targets = registry.audit.entries(10).await.unwrap();
    let named = targets.iter().filter_map(|entry| match entry.target {
        Target::Package(package) => package,
        _ => None,
    });
    for named in named {
        assert!(expected.contains(&named), "{named}");
    }
}

fn statistics(processed: u64) -> HourStatistics {
    let mut histogram = Histogram::default();
    histogram.add(Duration::from_millis(1_500));
    histogram.add(Duration::from_hours(700));
    HourStatistics {
        processed,
        failed: [(ErrorCode::ExpiredLink, 2), (ErrorCode::ServerError, 1)].into(),
        bytes: 1 << 50,
        durations: Phase::ALL.map(|phase| (phase, histogram.clone())).into(),
    }
}

/// Clause 4 of the history.
pub async fn hours_are_replaced_and_read_in_order(registry: Fresh) {
    let history = &registry.history;
    assert_eq!(history.last_hour().await.unwrap(), None);
    let both: BTreeMap<_, _> = [
        (Lane::Standard, statistics(1)),
        (Lane::Premium, HourStatistics::default()),
    ]
    .into();
    let standard: BTreeMap<_, _> = [(Lane::Standard, statistics(3))].into();
    for (hour, lanes) in [(8, &both), (6, &standard), (8, &standard)] {
        history.record_hour(Hour(hour), lanes).await.unwrap();
    }
    assert_eq!(history.last_hour().await.unwrap(), Some(Hour(8)));
    let expected = [
        (Hour(6), Lane::Standard, statistics(3)),
        (Hour(8), Lane::Premium, HourStatistics::default()),
        (Hour(8), Lane::Standard, statistics(3)),
    ];
    assert_eq!(history.hours(Hour(6), Hour(9)).await.unwrap(), expected);
    assert_eq!(history.hours(Hour(6), Hour(8)).await.unwrap(), expected[..1]);
}

/// Clause 5 of the history.
pub async fn old_runs_and_hours_are_pruned(registry: Fresh) {
    process(&registry, 1, 1, 1).await;
    let now = Hour::of(registry.history.now().await.unwrap());
    let lanes: BTreeMap<_, _> = [(Lane::Standard, statistics(1))].into();
    for hour in [now, Hour(now.0 - 3)] {
        registry.history.record_hour(hour, &lanes).await.unwrap();
    }
    registry.history.prune(LONG, 2 * LONG).await.unwrap();
    assert_eq!(registry.history.runs(&EVERYTHING).await.unwrap().len(), 1);
    let hours = registry.history.hours(Hour(0), Hour(i64::MAX)).await.unwrap();
    assert_eq!(hours, [(now, Lane::Standard, statistics(1))]);
    registry.history.prune(Duration::ZERO, 2 * LONG).await.unwrap();
    assert_eq!(registry.history.runs(&EVERYTHING).await.unwrap(), []);
    find(&registry, 1).await;
}
