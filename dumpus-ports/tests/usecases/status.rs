//! The status that owners see.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dumpus_adapters::memory::source::MemoryPackage;
use dumpus_ports::blobs::BlobStore;
use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::failure_detail::{ArchiveDefect, FailureDetail};
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::process::{KeyCheck, Role, SharedSettings};
use dumpus_ports::domain::queue::{Lane, LaneTotals, Position};
use dumpus_ports::usecase::{AccessError, PackageState, PackageStatus, Presence, ProcessInfo};
use tokio::time::Instant;

use crate::support::{
    FailingArchive, Fault, Gate, GatedArchive, NOW, Person, World, assert_unavailable, pass, seconds, unstopped,
};

const fn underway(stage: Stage, progress: Option<u8>, lane: Lane, ahead: u64) -> PackageState {
    PackageState::Underway {
        stage,
        progress,
        position: Position { lane, ahead },
    }
}

#[tokio::test(start_paused = true)]
async fn a_package_that_was_never_submitted_is_unknown() {
    let world = World::new();
    world.waiting("ann").await;
    let status = world.status(&world.person("bob")).await.unwrap();
    let totals = LaneTotals {
        standard: 1,
        premium: 0,
    };
    let expected = PackageStatus {
        state: PackageState::Unknown,
        is_upgraded: false,
        totals,
        joined: LaneTotals::default(),
    };
    assert_eq!(status, expected);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_package_stands_behind_those_before_it() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let bob = world.waiting("bob").await;
    assert_eq!(
        world.state(&ann).await,
        underway(Stage::Locked, None, Lane::Standard, 0)
    );
    assert_eq!(
        world.state(&bob).await,
        underway(Stage::Locked, None, Lane::Standard, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn an_upgraded_package_stands_in_the_premium_lane() {
    let world = World::new();
    world.waiting("ann").await;
    let bob = world.waiting("bob").await;
    world.upgrade(bob.id).await.unwrap();
    pass(seconds(1)).await;
    let status = world.status(&bob).await.unwrap();
    assert!(status.is_upgraded);
    assert_eq!(status.state, underway(Stage::Locked, None, Lane::Premium, 0));
    assert_eq!(
        status.totals,
        LaneTotals {
            standard: 1,
            premium: 1
        }
    );
}

/// A worker has joined that takes packages of these lanes.
async fn join(world: &World, lanes: &[Lane]) -> Presence {
    let settings = SharedSettings {
        key: KeyCheck([0; 8]),
        other_key: None,
        max_download: 0,
        values: BTreeMap::new(),
    };
    let info = ProcessInfo {
        role: Role::Worker,
        host: String::new(),
        version: String::new(),
        lanes: lanes.to_vec(),
        settings,
    };
    world.dumpus.join(info).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_is_known_without_the_queue_and_what_waits_is_not() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let bob = world.waiting("bob").await;
    pass(seconds(10)).await;
    assert_eq!(world.state(&bob).await, WAITING);
    world.queue.set_unavailable("epoch", true);
    pass(seconds(10)).await;
    let status = world.status(&ann).await.unwrap();
    assert_eq!(status.state, PackageState::Processed);
    // As they were.
    let last = LaneTotals {
        standard: 1,
        premium: 0,
    };
    assert_eq!(status.totals, last);
    assert_unavailable(world.status(&bob).await, "the queue");
    // Nor is its owner kept waiting.
    world.queue.set_unavailable("epoch", false);
    world.queue.inject("epoch", [Fault::Slow(seconds(60))]);
    let (length, state) = timed_state(&world, &ann).await;
    assert_eq!(state, PackageState::Processed);
    assert!(length < seconds(1));
}

/// How long the status took, and what it was.
async fn timed_state(world: &World, person: &Person) -> (Duration, PackageState) {
    let began = Instant::now();
    let state = world.state(person).await;
    (began.elapsed(), state)
}

const WAITING: PackageState = underway(Stage::Locked, None, Lane::Standard, 0);
/// As long as the first status waits.
const LEASE_WAIT: Duration = Duration::from_millis(100);

#[tokio::test(start_paused = true)]
async fn the_first_status_waits_until_a_free_worker_has_the_package() {
    let world = World::new();
    join(&world, &Lane::ALL).await;
    let ann = world.waiting("ann").await;
    world.put(&ann.link, MemoryPackage::Silence);
    let worker = world.worker();
    let work = async {
        tokio::time::sleep(LEASE_WAIT / 2).await;
        worker.run(&Lane::ALL, NOW, unstopped()).await
    };
    let (elapsed, state) = tokio::select! {
        round = work => panic!("{round:?}"),
        status = timed_state(&world, &ann) => status,
    };
    assert_eq!(state, underway(Stage::Downloading, Some(0), Lane::Standard, 0));
    assert!((LEASE_WAIT / 2..LEASE_WAIT).contains(&elapsed), "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn only_the_first_status_waits_and_not_for_long() {
    let world = World::new();
    join(&world, &Lane::ALL).await;
    let ann = world.waiting("ann").await;
    let (elapsed, state) = timed_state(&world, &ann).await;
    assert_eq!(state, WAITING);
    assert!((LEASE_WAIT..LEASE_WAIT * 2).contains(&elapsed), "{elapsed:?}");
    assert_eq!(timed_state(&world, &ann).await, (NOW, WAITING));
}

#[tokio::test(start_paused = true)]
async fn no_status_waits_without_a_free_worker() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    assert_eq!(timed_state(&world, &ann).await, (NOW, WAITING));
    join(&world, &[Lane::Premium]).await;
    let bob = world.waiting("bob").await;
    assert_eq!(timed_state(&world, &ann).await, (NOW, WAITING), "no worker of its lane");
    let worker = join(&world, &Lane::ALL).await;
    let behind = underway(Stage::Locked, None, Lane::Standard, 1);
    assert_eq!(timed_state(&world, &bob).await, (NOW, behind), "a package is ahead");
    worker.leave().await.unwrap();
    pass(seconds(120)).await;
    assert_eq!(timed_state(&world, &ann).await, (NOW, WAITING), "the worker left");
}

#[tokio::test(start_paused = true)]
async fn a_download_is_said_to_be_one() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.put(&ann.link, MemoryPackage::Silence);
    let worker = world.worker();
    let watch = async {
        pass(seconds(2)).await;
        world.state(&ann).await
    };
    let state = tokio::select! {
        round = worker.run(&Lane::ALL, NOW, unstopped()) => panic!("{round:?}"),
        state = watch => state,
    };
    assert_eq!(state, underway(Stage::Downloading, Some(0), Lane::Standard, 0));
}

#[tokio::test(start_paused = true)]
async fn an_analysis_tells_how_far_it_is() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let gate = Gate::new();
    let mut worker = world.worker();
    worker.archive = Arc::new(GatedArchive(gate.clone()));
    let watch = async {
        gate.reached().await;
        tokio::time::sleep(seconds(2)).await;
        world.state(&ann).await
    };
    let state = tokio::select! {
        round = worker.run(&Lane::ALL, NOW, unstopped()) => panic!("{round:?}"),
        state = watch => state,
    };
    assert_eq!(state, underway(Stage::Analyzing, Some(50), Lane::Standard, 0));
}

#[tokio::test(start_paused = true)]
async fn a_processed_package_does_not_count_any_more() {
    let world = World::new();
    let ann = world.processed("ann").await;
    pass(seconds(1)).await;
    let status = world.status(&ann).await.unwrap();
    assert_eq!(status.state, PackageState::Processed);
    assert_eq!(status.totals, LaneTotals::default());
}

#[tokio::test(start_paused = true)]
async fn a_failed_package_tells_where_and_why() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let mut worker = world.worker();
    worker.archive = Arc::new(FailingArchive(|| {
        dumpus_ports::archive::ArchiveError::NotAnArchive(ArchiveDefect::NoDirectory)
    }));
    world.work_as(&worker).await;
    let failed = PackageState::Failed {
        stage: Stage::Analyzing,
        code: ErrorCode::InvalidLink,
        detail: Some(FailureDetail::NotAnArchive {
            defect: ArchiveDefect::NoDirectory,
        }),
    };
    assert_eq!(world.state(&ann).await, failed);
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_is_away_is_named() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.registry.inject("find", [Fault::Unavailable]);
    assert_unavailable(world.status(&ann).await, "the registry");
    pass(seconds(1)).await;
    world.queue.inject("epoch", [Fault::Unavailable]);
    assert_unavailable(world.status(&ann).await, "the queue");
    assert!(world.status(&ann).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_a_registry_cannot_read_is_a_defect_and_no_outage() {
    let error = dumpus_ports::registry::RegistryError::Inconsistent {
        column: "packages.stage",
    };
    assert!(matches!(AccessError::from(error), AccessError::Failed(_)));
}

#[tokio::test(start_paused = true)]
async fn a_result_that_the_store_has_lost_is_told_as_a_failure() {
    let world = World::new();
    let ann = world.processed("ann").await;
    world.blobs.inner().delete(world.result(&ann).await.blob).await.unwrap();
    let failed = PackageState::Failed {
        stage: Stage::Processed,
        code: ErrorCode::ServerError,
        detail: Some(FailureDetail::ResultLost),
    };
    assert_eq!(world.state(&ann).await, failed);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_keeps_nobody_from_their_status() {
    let world = World::new();
    let ann = world.processed("ann").await;
    world
        .blobs
        .inject("contains", [Fault::Unavailable, Fault::Slow(seconds(60))]);
    for _ in 0..2 {
        let began = Instant::now();
        assert_eq!(world.state(&ann).await, PackageState::Processed);
        assert!(began.elapsed() < seconds(1));
    }
}
