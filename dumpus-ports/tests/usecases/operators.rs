//! What operators ask for is recorded before it takes effect, and only if it has one.

use std::collections::BTreeMap;

use dumpus_ports::domain::audit::{Action, Target};
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::process::{KeyCheck, ProcessId, Role, SharedSettings};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::{Drained, Presence, ProcessInfo, Promoted};

use crate::support::{Fault, World, assert_unavailable, pass, seconds};

/// What the audit log lists, the newest first.
async fn audit(world: &World) -> Vec<(Action, Target)> {
    let entries = world.dumpus.audit(100).await.unwrap();
    entries.iter().map(|entry| (entry.action, entry.target)).collect()
}

fn on(package: PackageId) -> Target {
    Target::Package(Some(package))
}

#[tokio::test(start_paused = true)]
async fn a_command_that_fails_half_way_has_been_recorded() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.queue.inject("expedite", [Fault::Unavailable]);
    assert_unavailable(world.dumpus.retry(ann.id).await, "the queue");
    assert_eq!(audit(&world).await, [(Action::Retry, on(ann.id))]);
    world.queue.inject("promote", [Fault::Unavailable]);
    assert_unavailable(world.dumpus.promote(ann.id).await, "the queue");
    assert_eq!(audit(&world).await[0], (Action::Promote, on(ann.id)));
    world.queue.inject("purge", [Fault::Unavailable]);
    assert_unavailable(world.dumpus.cancel(ann.id).await, "the queue");
    assert_eq!(audit(&world).await[0], (Action::Cancel, on(ann.id)));
    world.queue.inject("purge", [Fault::Unavailable]);
    assert_unavailable(world.dumpus.erase(ann.id).await, "the queue");
    assert_eq!(audit(&world).await[0], (Action::Erase, Target::Package(None)));
    assert_eq!(audit(&world).await.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn commands_without_an_effect_are_not_recorded() {
    let world = World::new();
    let nobody = world.person("nobody").id;
    let ann = world.processed("ann").await;
    for package in [nobody, ann.id] {
        world.dumpus.retry(package).await.unwrap();
        world.dumpus.promote(package).await.unwrap();
        assert!(!world.dumpus.cancel(package).await.unwrap());
    }
    assert!(!world.dumpus.erase(nobody).await.unwrap());
    world.dumpus.pause(Lane::Premium, false).await.unwrap();
    assert_eq!(audit(&world).await, []);
    for is_paused in [true, true, false, false] {
        world.dumpus.pause(Lane::Premium, is_paused).await.unwrap();
    }
    let target = Target::Lane(Lane::Premium);
    assert_eq!(audit(&world).await, [(Action::Resume, target), (Action::Pause, target)]);
}

#[tokio::test(start_paused = true)]
async fn an_upgrade_by_an_operator_says_what_became_of_it() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let bob = world.waiting("bob").await;
    let nobody = world.person("nobody").id;
    for (package, promoted) in [
        (nobody, Promoted::Unknown),
        (ann.id, Promoted::Ended),
        (bob.id, Promoted::Moved),
    ] {
        assert_eq!(world.dumpus.order_promotion(package).await.unwrap(), promoted);
        assert_eq!(world.dumpus.promote(package).await.unwrap(), promoted);
    }
    for _ in 0..2 {
        let promoted = world.dumpus.order_promotion(bob.id).await.unwrap();
        assert_eq!(promoted, Promoted::AlreadyPremium);
        assert_eq!(world.dumpus.promote(bob.id).await.unwrap(), promoted);
    }
    assert!(!world.status(&ann).await.unwrap().is_upgraded);
    assert_eq!(audit(&world).await, [(Action::Promote, on(bob.id))]);
}

async fn joined(world: &World, role: Role) -> (ProcessId, Presence) {
    let dumpus = world.with_empty_queue().dumpus;
    let info = ProcessInfo {
        role,
        host: "test".to_owned(),
        version: "1".to_owned(),
        lanes: Lane::ALL.to_vec(),
        settings: SharedSettings {
            key: KeyCheck([1; 8]),
            other_key: None,
            max_download: 0,
            values: BTreeMap::new(),
        },
    };
    let before = world.dumpus.processes().await.unwrap().all;
    let presence = dumpus.join(info).await.unwrap();
    let known = world.dumpus.processes().await.unwrap().all;
    let is_new = |id: &ProcessId| before.iter().all(|process| process.last.id != *id);
    let id = known.iter().map(|process| process.last.id).find(is_new).unwrap();
    (id, presence)
}

#[tokio::test(start_paused = true)]
async fn only_a_worker_that_is_alive_is_drained() {
    let world = World::new();
    let (server, _) = joined(&world, Role::Server).await;
    let (worker, mut presence) = joined(&world, Role::Worker).await;
    let (ended, ending) = joined(&world, Role::Worker).await;
    ending.leave().await.unwrap();
    let drain = async |process| world.dumpus.drain(process, true).await.unwrap();
    assert_eq!(drain(server).await, Drained::NoWorker);
    assert_eq!(drain(ended).await, Drained::Unknown);
    for _ in 0..2 {
        assert_eq!(drain(worker).await, Drained::Ordered);
        assert!(presence.beat(None, None).await.unwrap().is_drained);
    }
    pass(seconds(11)).await;
    assert!(matches!(drain(worker).await, Drained::Silent(silence) if silence >= seconds(11)));
    assert_eq!(audit(&world).await, [(Action::Drain, Target::Process(worker))]);
}
