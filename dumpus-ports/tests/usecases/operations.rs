//! Processes that join an instance, statistics by hour, and what operators do.

use std::collections::BTreeMap;

use dumpus_ports::domain::audit::{Action, Target};
use dumpus_ports::domain::history::Hour;
use dumpus_ports::domain::lifecycle::Phase;
use dumpus_ports::domain::process::{KeyCheck, ProcessState, Role, SharedSettings};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::registry::{Orders, RunHistory as _};
use dumpus_ports::usecase::{JoinError, PackageState, ProcessInfo, Promoted, Retried, RoundOutcome};

use crate::support::{World, pass, run, seconds};

fn info(key: u8, other_key: Option<u8>, lease: &str) -> ProcessInfo {
    ProcessInfo {
        role: Role::Worker,
        host: "test".to_owned(),
        version: "1".to_owned(),
        lanes: Lane::ALL.to_vec(),
        settings: SharedSettings {
            key: KeyCheck([key; 8]),
            other_key: other_key.map(|key| KeyCheck([key; 8])),
            max_download: 0,
            values: BTreeMap::from([("DUMPUS_LEASE".to_owned(), lease.to_owned())]),
        },
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_with_another_key_is_refused_while_the_first_one_lives_unless_one_of_them_was_announced() {
    let world = World::new();
    let mut first = world.dumpus.join(info(1, None, "1m")).await.unwrap();
    pass(seconds(1)).await;
    // Another process over the same registry.
    let other = || world.with_empty_queue().dumpus;
    let refused = other().join(info(2, None, "1m")).await;
    assert!(matches!(refused, Err(JoinError::OtherKey(_))));
    assert_eq!(world.dumpus.processes().await.unwrap().all.len(), 1);
    other().join(info(2, Some(1), "1m")).await.unwrap();
    pass(seconds(10)).await;
    first.beat(None, None).await.unwrap();
    pass(seconds(10)).await;
    // The one with the announced key is silent, the first one is not.
    let refused = other().join(info(2, None, "1m")).await;
    assert!(matches!(refused, Err(JoinError::OtherKey(_))));
    pass(seconds(10)).await;
    other().join(info(2, None, "1m")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_process_learns_which_settings_differ_from_those_of_others() {
    let world = World::new();
    let first = world.dumpus.join(info(1, None, "1m")).await.unwrap();
    assert_eq!(first.disagreements, []);
    let second = world.with_empty_queue().dumpus.join(info(1, None, "2m")).await.unwrap();
    let [disagreement] = &second.disagreements[..] else {
        panic!("{:?}", second.disagreements)
    };
    assert_eq!(disagreement.setting, "DUMPUS_LEASE");
    assert_eq!(disagreement.values.keys().collect::<Vec<_>>(), ["1m", "2m"]);
}

#[tokio::test(start_paused = true)]
async fn a_drained_worker_and_one_whose_lanes_are_paused_take_nothing() {
    let world = World::new();
    world.waiting("ann").await;
    let worker = world.worker();
    let drained = Orders {
        is_drained: true,
        paused: Vec::new(),
    };
    let paused = Orders {
        is_drained: false,
        paused: Lane::ALL.to_vec(),
    };
    for (orders, state) in [(drained, ProcessState::Draining), (paused, ProcessState::Idle)] {
        worker.control.follow(orders);
        assert_eq!(run(&worker).await, RoundOutcome::Idle);
        assert_eq!(worker.report().state, state);
    }
    worker.control.follow(Orders::default());
    assert_eq!(run(&worker).await, RoundOutcome::Settled);
    assert_eq!((worker.report().done, worker.report().failed), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_joins_learns_which_lanes_are_paused_before_it_asks_for_a_package() {
    let world = World::new();
    world.waiting("ann").await;
    for lane in Lane::ALL {
        world.dumpus.pause(lane, true).await.unwrap();
    }
    let presence = world.dumpus.join(info(1, None, "1m")).await.unwrap();
    assert_eq!(presence.orders.paused, Lane::ALL);
    let worker = world.worker();
    worker.control.follow(presence.orders);
    assert_eq!(run(&worker).await, RoundOutcome::Idle);
}

#[tokio::test(start_paused = true)]
async fn a_retry_says_what_will_happen_and_everything_is_recorded() {
    let world = World::new();
    let (ann, bob) = (world.waiting("ann").await, world.waiting("bob").await);
    world.work().await;
    assert_eq!(world.dumpus.retry(ann.id).await.unwrap(), Retried::Ended);
    assert_eq!(world.dumpus.retry(bob.id).await.unwrap(), Retried::Queued);
    let emptied = world.with_empty_queue().dumpus;
    assert_eq!(emptied.retry(bob.id).await.unwrap(), Retried::NotInQueue);
    assert_eq!(world.dumpus.promote(bob.id).await.unwrap(), Promoted::Moved);
    assert!(world.dumpus.cancel(bob.id).await.unwrap());
    assert!(!world.dumpus.cancel(bob.id).await.unwrap());
    assert!(world.dumpus.erase(bob.id).await.unwrap());
    assert_eq!(world.dumpus.retry(bob.id).await.unwrap(), Retried::Unknown);
    assert_eq!(world.state(&bob).await, PackageState::Unknown);
    let audit = world.dumpus.audit(10).await.unwrap();
    let mut actions: Vec<_> = audit.iter().map(|entry| entry.action).collect();
    actions.sort_unstable();
    let expected = [
        Action::Retry,
        Action::Retry,
        Action::Cancel,
        Action::Erase,
        Action::Promote,
    ];
    assert_eq!(actions, expected);
    assert!(audit.iter().all(|entry| entry.target == Target::Package(None)));
}

#[tokio::test(start_paused = true)]
async fn hours_are_counted_once_they_are_over_and_stay_when_their_runs_are_gone() {
    let world = World::new();
    let history = world.registry.inner();
    let sweep = world.sweep(None, seconds(0));
    for name in ["ann", "bob"] {
        world.waiting(name).await;
        pass(seconds(5)).await;
        world.work().await;
    }
    let hours = async || history.hours(Hour(i64::MIN), Hour(i64::MAX)).await.unwrap();
    sweep.run().await.unwrap();
    assert_eq!(hours().await, []);
    pass(seconds(3_700)).await;
    for _ in 0..2 {
        sweep.run().await.unwrap();
        let [(_, lane, statistics)] = &hours().await[..] else {
            panic!("{:?}", hours().await)
        };
        assert_eq!((*lane, statistics.processed), (Lane::Standard, 2));
        let waits = statistics.durations[&Phase::Wait].quantile(1.0).unwrap();
        assert!((seconds(5)..seconds(6)).contains(&waits), "{waits:?}");
        // The runs were pruned by the first sweep.
        pass(seconds(3_700)).await;
    }
}
