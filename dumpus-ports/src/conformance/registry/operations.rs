//! Clauses of [`ProcessRegistry`](crate::registry::ProcessRegistry) and [`AuditLog`](crate::registry::AuditLog).

use super::{Fresh, LONG, WORKER, at_once, begin, begin_queued, granted, id, process, row, run};
use crate::domain::audit::{Action, Target};
use crate::domain::process::{Heartbeat, KeyCheck, ProcessId, ProcessState, Role, SharedSettings};
use crate::domain::queue::Lane;
use crate::registry::{Failure, JobOrder, Orders, Outcome};

fn heartbeat(number: u8) -> Heartbeat {
    Heartbeat {
        id: ProcessId([number; 6]),
        role: Role::Worker,
        host: "example host".to_owned(),
        version: "1.2.3".to_owned(),
        lanes: Lane::ALL.to_vec(),
        state: ProcessState::Faulty,
        fault: Some("there is no room".to_owned()),
        done: 5,
        failed: 1 << 40,
        memory: Some(1 << 34),
        settings: SharedSettings {
            key: KeyCheck([number; 8]),
            other_key: Some(KeyCheck([0xff; 8])),
            max_download: 1 << 45,
            values: [("LEASE", "1m"), ("ORIGINS", "http://a=b, http://c")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        },
    }
}

/// Clause 1 of processes.
pub async fn processes_are_known_until_they_leave(registry: Fresh) {
    let processes = &registry.processes;
    assert_eq!(processes.processes().await.unwrap().all, []);
    for number in [2, 1] {
        processes.beat(&heartbeat(number)).await.unwrap();
    }
    let mut second = heartbeat(2);
    (second.state, second.fault, second.memory) = (ProcessState::Idle, None, None);
    (second.done, second.failed) = (6, 0);
    processes.beat(&second).await.unwrap();
    let known = processes.processes().await.unwrap();
    let last: Vec<_> = known.all.iter().map(|process| process.last.clone()).collect();
    assert_eq!(last, [heartbeat(1), second]);
    for process in known.alive() {
        assert!(process.started_at <= process.seen_at && process.seen_at <= known.now);
    }
    assert_eq!(known.alive().count(), 2);
    processes.leave(ProcessId([1; 6])).await.unwrap();
    let known = processes.processes().await.unwrap();
    assert_eq!(known.all.len(), 1);
}

/// Clause 1 of processes.
pub async fn offline_processes_are_not_forgotten_at_once(registry: Fresh) {
    registry.processes.beat(&heartbeat(1)).await.unwrap();
    registry.processes.forget_offline().await.unwrap();
    assert_eq!(registry.processes.processes().await.unwrap().all.len(), 1);
}

/// Clause 2 of processes.
pub async fn operators_reach_processes_with_every_heartbeat(registry: Fresh) {
    let processes = &registry.processes;
    let orders = async || processes.beat(&heartbeat(1)).await.unwrap();
    assert_eq!(orders().await, Orders::default());
    assert!(!processes.drain(ProcessId([9; 6]), true).await.unwrap());
    assert!(processes.drain(ProcessId([1; 6]), true).await.unwrap());
    for lane in [Lane::Premium, Lane::Standard, Lane::Premium] {
        processes.pause(lane, true).await.unwrap();
    }
    let all = Orders {
        is_drained: true,
        paused: Lane::ALL.to_vec(),
    };
    assert_eq!(orders().await, all);
    assert_eq!(processes.paused().await.unwrap(), Lane::ALL);
    assert!(processes.processes().await.unwrap().all[0].is_drained);
    assert!(processes.drain(ProcessId([1; 6]), false).await.unwrap());
    processes.pause(Lane::Standard, false).await.unwrap();
    processes.leave(ProcessId([1; 6])).await.unwrap();
    let premium = Orders {
        is_drained: false,
        paused: vec![Lane::Premium],
    };
    assert_eq!(orders().await, premium);
}

/// Clause 3 of processes.
pub async fn simultaneous_takers_get_an_order_once(registry: Fresh) {
    let order = |package, action| JobOrder {
        package: id(package),
        action,
    };
    for (package, action) in [(1, Action::Retry), (1, Action::Retry), (2, Action::Promote)] {
        registry.processes.order(order(package, action)).await.unwrap();
    }
    let taken = at_once(&registry, |registry, _| async move {
        registry.processes.take_orders().await.unwrap()
    });
    let mut taken = taken.await.concat();
    taken.sort_by_key(|order| order.package);
    assert_eq!(taken, [order(1, Action::Retry), order(2, Action::Promote)]);
    assert_eq!(registry.processes.take_orders().await.unwrap(), []);
}

/// Clause 7 of packages.
pub async fn a_cancelled_package_fails(registry: Fresh) {
    assert_eq!(registry.packages.cancel(id(1)).await.unwrap(), None);
    begin_queued(&registry, 1, 1, "epoch").await;
    let lease = granted(&registry, 1, 1, LONG).await;
    assert_eq!(registry.packages.cancel(id(1)).await.unwrap(), Some(run(1)));
    assert!(!registry.leases.is_current(&lease).await.unwrap());
    let cancelled = row(&registry, 1).await;
    let failure = Failure::cancelled();
    assert_eq!(cancelled.end.map(|end| end.outcome), Some(Outcome::Failed(failure)));
    assert_eq!(cancelled.owner_link.0, Vec::<u8>::new());
    assert_eq!(registry.packages.cancel(id(1)).await.unwrap(), None);
    begin(&registry, 1, 2).await;
    process(&registry, 2, 3, 1).await;
    assert_eq!(registry.packages.cancel(id(2)).await.unwrap(), None);
}

/// Clause 1 of the audit log.
pub async fn actions_are_listed_from_the_newest(registry: Fresh) {
    begin(&registry, 1, 1).await;
    let actions = [
        (Action::TrustClock, Target::Instance),
        (Action::Pause, Target::Lane(Lane::Premium)),
        (Action::Pause, Target::Lane(Lane::Standard)),
        (Action::Drain, Target::Process(WORKER)),
        (Action::Cancel, Target::Package(Some(id(1)))),
        (Action::Erase, Target::Package(None)),
    ];
    for (action, target) in actions {
        registry.audit.record(action, target).await.unwrap();
    }
    let entries = registry.audit.entries(5).await.unwrap();
    let listed: Vec<_> = entries.iter().map(|entry| (entry.action, entry.target)).collect();
    let newest: Vec<_> = actions.into_iter().rev().take(5).collect();
    assert_eq!(listed, newest);
}

/// Clause 2 of the audit log.
pub async fn the_id_of_a_package_that_is_gone_is_not_kept(registry: Fresh) {
    const RACES: u8 = 40;
    let record = async |package| {
        let target = Target::Package(Some(id(package)));
        registry.audit.record(Action::Cancel, target).await.unwrap();
    };
    record(0).await;
    for package in 1..=RACES {
        begin(&registry, package, package).await;
        let ((), deleted) = tokio::join!(record(package), registry.packages.delete(id(package)));
        assert!(deleted.unwrap().is_some());
    }
    let entries = registry.audit.entries(100).await.unwrap();
    assert_eq!(entries.len(), usize::from(RACES) + 1);
    for entry in entries {
        assert_eq!(entry.target, Target::Package(None));
    }
}

/// Clause 2 of the audit log, and clause 3 of the history.
pub async fn a_package_that_is_rolled_back_leaves_no_id(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    registry.packages.cancel(id(1)).await.unwrap();
    begin(&registry, 1, 2).await;
    let target = Target::Package(Some(id(1)));
    registry.audit.record(Action::Retry, target).await.unwrap();
    assert!(registry.packages.rollback_admission(id(1), run(2)).await.unwrap());
    assert_eq!(registry.packages.find(id(1)).await.unwrap(), None);
    assert_eq!(registry.history.runs_of(id(1)).await.unwrap(), []);
    let entries = registry.audit.entries(1).await.unwrap();
    assert_eq!(entries[0].target, Target::Package(None));
}
