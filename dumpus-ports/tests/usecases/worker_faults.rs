//! Workers that cannot work: with another key, other settings or a full disk. They lose no package.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use dumpus_adapters::crypto_ring::{InstanceKey, RingVault};
use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::failure_detail::{AttemptError, FailureDetail};
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::link::{LinkPolicy, Origin};
use dumpus_ports::domain::process::{Heartbeat, KeyCheck, ProcessId, ProcessState, Role, SharedSettings};
use dumpus_ports::domain::secret::UpnKey;
use dumpus_ports::source::SourceError;
use dumpus_ports::usecase::{PackageState, ProcessPackage, RoundOutcome, WorkerFault};

use crate::support::{FailingSource, Person, World, pass, run, seconds};

fn without_room(world: &World) -> ProcessPackage {
    let mut worker = world.worker();
    worker.source = Arc::new(FailingSource(|| SourceError::Storage(io::Error::other("disk full"))));
    worker
}

fn with_another_key(world: &World) -> ProcessPackage {
    let mut worker = world.worker();
    worker.vault = Arc::new(RingVault::new(&InstanceKey::from_bytes([8; 32])));
    worker
}

/// Lets the worker work for so many seconds, at most one package in each.
async fn work_for(worker: &ProcessPackage, time: u64) -> u32 {
    let mut settled = 0;
    for _ in 0..time {
        settled += u32::from(run(worker).await == RoundOutcome::Settled);
        pass(seconds(1)).await;
    }
    settled
}

#[tokio::test(start_paused = true)]
async fn other_workers_process_what_a_faulty_one_cannot() {
    for (make, fault) in [
        (without_room as fn(&World) -> ProcessPackage, WorkerFault::NoStorage),
        (with_another_key, WorkerFault::LinkNotOpened),
    ] {
        let world = World::new();
        let ann = world.waiting("ann").await;
        let (faulty, good) = (make(&world), world.worker());
        assert_eq!(run(&faulty).await, RoundOutcome::Settled);
        assert_eq!(faulty.health.fault(), Some(fault));
        assert_eq!(world.row(&ann).await.attempts, 0);
        pass(seconds(1)).await;
        world.work_as(&good).await;
        assert_eq!(world.state(&ann).await, PackageState::Processed);
        assert_eq!(good.health.fault(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_faulty_worker_takes_fewer_and_fewer_packages_and_returns_when_it_is_mended() {
    let world = World::new();
    for number in 0..60 {
        world.waiting(&format!("person{number}")).await;
    }
    let mut worker = without_room(&world);
    let taken = work_for(&worker, 300).await;
    assert!((8..=12).contains(&taken), "{taken}");
    // Clones share the health, as the slots of a process do.
    worker.source = world.worker().source;
    pass(seconds(61)).await;
    for _ in 0..60 {
        world.work_as(&worker).await;
    }
    assert_eq!(worker.health.fault(), None);
    assert_eq!(world.stored().await.len(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_package_that_fits_on_no_disk_fails_in_the_end() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let mut worker = world.worker();
    worker.source = Arc::new(FailingSource(|| SourceError::DoesNotFit(io::Error::other("disk full"))));
    assert_eq!(work_for(&worker, 600).await, 3);
    assert_eq!(worker.health.fault(), None);
    let detail = FailureDetail::ProcessingFailed {
        attempts: 3,
        error: AttemptError::NoStorage,
    };
    let failed = PackageState::Failed {
        stage: Stage::Downloading,
        code: ErrorCode::ServerError,
        detail: Some(detail),
    };
    assert_eq!(world.state(&ann).await, failed);
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_is_full_for_a_while_costs_no_package() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let mut worker = without_room(&world);
    work_for(&worker, 1_200).await;
    worker.source = world.worker().source;
    work_for(&worker, 61).await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_waited_too_long_is_sealed_anew_when_its_owner_asks() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    pass(seconds(31 * 24 * 3_600)).await;
    let worker = world.worker();
    work_for(&worker, 200).await;
    assert!(world.queued().await.is_empty());
    for _ in 0..15 {
        world.state(&ann).await;
        pass(seconds(1)).await;
    }
    pass(seconds(60)).await;
    world.work_as(&worker).await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    assert_eq!(world.row(&ann).await.attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_no_worker_accepts_is_not_followed() {
    let world = World::new();
    let policy = LinkPolicy::new(vec!["https://files.example.org".parse::<Origin>().unwrap()]);
    let link = "https://files.example.org/package?upn=0123456789abcdef";
    let dumpus = world.builder().link_policy(policy.clone()).build().unwrap();
    let submission = dumpus.submit(&dumpus.parse_link(link).unwrap()).await.unwrap();
    let key = UpnKey::new(policy.parse(link).unwrap().key().expose());
    let (id, link) = (submission.package, link.to_owned());
    let person = Person { link, key, id };
    let worker = world.worker();
    assert_eq!(run(&worker).await, RoundOutcome::Settled);
    assert!(matches!(world.state(&person).await, PackageState::Underway { .. }));
    assert_eq!(worker.health.fault(), Some(WorkerFault::LinkNotAllowed));
    work_for(&worker, 200).await;
    let failed = PackageState::Failed {
        stage: Stage::Locked,
        code: ErrorCode::InvalidLink,
        detail: Some(FailureDetail::LinkNotAllowed),
    };
    assert_eq!(world.state(&person).await, failed);
}

fn without_network(world: &World) -> ProcessPackage {
    let mut worker = world.worker();
    worker.source = Arc::new(FailingSource(|| SourceError::Unavailable(FailureDetail::Unreachable)));
    worker
}

#[tokio::test(start_paused = true)]
async fn a_host_that_cannot_be_reached_fails_its_package_and_makes_the_worker_suspicious_for_a_while() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let worker = without_network(&world);
    assert_eq!(work_for(&worker, 15).await, 3);
    let failed = PackageState::Failed {
        stage: Stage::Downloading,
        code: ErrorCode::ServerError,
        detail: Some(FailureDetail::Unreachable),
    };
    assert_eq!(world.state(&ann).await, failed);
    assert_eq!(worker.health.fault(), Some(WorkerFault::NoNetwork));
    pass(seconds(120)).await;
    assert_eq!(worker.health.fault(), None);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_reaches_no_host_leaves_packages_to_others() {
    let world = World::new();
    let people = [
        world.waiting("ann").await,
        world.waiting("bob").await,
        world.waiting("cid").await,
    ];
    let worker = without_network(&world);
    for _ in &people {
        world.work_as(&worker).await;
    }
    assert_eq!(world.row(&people[0]).await.attempts, 1);
    // From the third on, the worker is to blame.
    assert_eq!(world.row(&people[2]).await.attempts, 0);
    assert_eq!(run(&worker).await, RoundOutcome::Idle);
    let good = world.worker();
    work_for(&good, 5).await;
    for person in &people {
        assert_eq!(world.state(person).await, PackageState::Processed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_package_that_is_too_large_here_is_left_to_a_worker_that_accepts_more() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let mut worker = world.worker();
    worker.source = Arc::new(FailingSource(|| {
        SourceError::Invalid(FailureDetail::TooLarge { bytes: 1_000 })
    }));
    let other = Heartbeat {
        id: ProcessId([9; 6]),
        role: Role::Worker,
        host: String::new(),
        version: String::new(),
        lanes: Vec::new(),
        state: ProcessState::Idle,
        fault: None,
        done: 0,
        failed: 0,
        memory: None,
        settings: SharedSettings {
            key: KeyCheck([0; 8]),
            other_key: None,
            max_download: 1_001,
            values: BTreeMap::new(),
        },
    };
    worker.processes.beat(&other).await.unwrap();
    world.work_as(&worker).await;
    assert_eq!(worker.health.fault(), Some(WorkerFault::SmallerLimit { bytes: 1_000 }));
    assert_eq!(world.row(&ann).await.attempts, 0);
    // The other worker is gone: nobody accepts more.
    pass(seconds(20)).await;
    world.work_as(&worker).await;
    let failed = PackageState::Failed {
        stage: Stage::Downloading,
        code: ErrorCode::InvalidLink,
        detail: Some(FailureDetail::TooLarge { bytes: 1_000 }),
    };
    assert_eq!(world.state(&ann).await, failed);
}
