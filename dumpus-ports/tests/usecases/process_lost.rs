//! Work on packages that are not the worker's any more.

use std::sync::Arc;
use std::time::Duration;

use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::{PackageState, ProcessPackage, RoundOutcome};
use tokio::time::Instant;

use crate::support::{Fault, Gate, GatedArchive, NOW, PAST_LEASE, Person, World, pass, run, seconds, unstopped};

/// Does something while a worker stands at the gate; the worker's round has to end.
async fn meanwhile<T>(worker: &ProcessPackage, gate: &Gate, doing: impl Future<Output = T>) -> T {
    let doing = async {
        gate.reached().await;
        doing.await
    };
    let (round, done) = tokio::join!(worker.run(&Lane::ALL, NOW, unstopped()), doing);
    assert_eq!(round.unwrap(), RoundOutcome::Settled);
    done
}

/// A worker that stops in the middle of the analysis, and does not look whether its package is still wanted.
fn asleep(world: &World, gate: &Arc<Gate>) -> ProcessPackage {
    let mut worker = world.worker();
    worker.archive = Arc::new(GatedArchive(gate.clone()));
    worker.settings.poll_interval = Duration::from_hours(24);
    worker
}

/// The registry as a worker in the middle of its work meets it.
fn set_unavailable(world: &World, is_unavailable: bool) {
    for request in ["extend", "progress", "is_current"] {
        world.registry.set_unavailable(request, is_unavailable);
    }
}

/// Another worker takes the package after the lease of the first has run out.
async fn given_away(world: &World, ann: &Person) -> dumpus_ports::registry::StoredResult {
    pass(PAST_LEASE).await;
    world.work().await;
    assert_eq!(world.state(ann).await, PackageState::Processed);
    world.result(ann).await
}

#[tokio::test(start_paused = true)]
async fn work_on_a_deleted_package_stops_within_a_second() {
    for stage in [Stage::Downloading, Stage::Analyzing] {
        let world = World::new();
        let ann = world.waiting("ann").await;
        let mut worker = world.worker();
        let gate = Gate::new();
        if stage == Stage::Downloading {
            world.put(&ann.link, dumpus_adapters::memory::source::MemoryPackage::Silence);
            gate.arrive();
        } else {
            worker.archive = Arc::new(GatedArchive(gate.clone()));
        }
        let deleted = meanwhile(&worker, &gate, async {
            tokio::time::sleep(seconds(100)).await;
            assert!(matches!(world.state(&ann).await, PackageState::Underway { stage: at, .. } if at == stage));
            assert!(world.delete(&ann).await.unwrap());
            Instant::now()
        })
        .await;
        assert!(deleted.elapsed() <= seconds(1), "{:?}", deleted.elapsed());
        assert_eq!(world.state(&ann).await, PackageState::Unknown);
        assert!(world.stored().await.is_empty());
        pass(PAST_LEASE).await;
        assert!(world.queued().await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_finishes_a_deleted_package_stores_nothing() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let gate = Gate::new();
    world.registry.inject("finish", [Fault::Waits(gate.clone())]);
    meanwhile(&world.worker(), &gate, async {
        assert_eq!(world.stored().await.len(), 1);
        assert!(world.delete(&ann).await.unwrap());
        gate.open();
    })
    .await;
    assert_eq!(world.state(&ann).await, PackageState::Unknown);
    assert!(world.stored().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_package_that_is_deleted_while_its_result_is_stored_leaves_nothing() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let gate = Gate::new();
    world.blobs.inject("put", [Fault::Answers(gate.clone())]);
    meanwhile(&world.worker(), &gate, async {
        assert_eq!(world.stored().await.len(), 1);
        assert!(world.delete(&ann).await.unwrap());
        // Long enough for the worker to notice.
        tokio::time::sleep(seconds(2)).await;
        gate.open();
    })
    .await;
    assert_eq!(world.state(&ann).await, PackageState::Unknown);
    assert!(world.stored().await.is_empty());
    assert!(world.queued().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_package_deleted_and_submitted_again_is_not_touched_by_the_old_work() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let gate = Gate::new();
    let worker = asleep(&world, &gate);
    meanwhile(&worker, &gate, async {
        world.delete(&ann).await.unwrap();
        world.submit(&ann.link).await.unwrap();
        gate.open();
    })
    .await;
    assert!(matches!(
        world.state(&ann).await,
        PackageState::Underway {
            stage: Stage::Locked,
            ..
        }
    ));
    assert!(world.stored().await.is_empty());
    assert_eq!(world.queued().await, [ann.id]);
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_worker_whose_package_was_given_away_overwrites_nothing() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let gate = Gate::new();
    let stalled = asleep(&world, &gate);
    let result = meanwhile(&stalled, &gate, async {
        let result = given_away(&world, &ann).await;
        gate.open();
        result
    })
    .await;
    assert_eq!(world.result(&ann).await, result);
    assert_eq!(world.stored().await, [result.blob]);
    assert!(world.text(&ann).await.contains("ann"));
}

#[tokio::test(start_paused = true)]
async fn a_stalled_worker_does_not_fail_a_package_that_another_processes() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let gate = Gate::new();
    let mut stalled = asleep(&world, &gate);
    stalled.settings.max_attempts = 1;
    world.put(
        &ann.link,
        dumpus_adapters::memory::source::MemoryPackage::Bytes(Arc::new(b"a poem".to_vec())),
    );
    meanwhile(&stalled, &gate, async {
        world.person("ann");
        given_away(&world, &ann).await;
        gate.open();
    })
    .await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_worker_leaves_the_job_to_the_one_who_holds_it() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let (first, second) = (Gate::new(), Gate::new());
    let stalled = asleep(&world, &first);
    let mut other = world.worker();
    other.archive = Arc::new(GatedArchive(second.clone()));
    let others = async {
        pass(PAST_LEASE).await;
        meanwhile(&other, &second, async {
            first.open();
            tokio::time::sleep(seconds(120)).await;
            assert!(world.is_leased(&ann).await);
            second.open();
        })
        .await;
    };
    meanwhile(&stalled, &first, others).await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    assert_eq!(world.row(&ann).await.attempts, 2);
    assert_eq!(world.stored().await.len(), 1);
    pass(PAST_LEASE).await;
    assert_eq!(run(&world.worker()).await, RoundOutcome::Idle);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_cannot_reach_the_registry_for_a_lease_stops() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let gate = Gate::new();
    let mut worker = world.worker();
    worker.archive = Arc::new(GatedArchive(gate.clone()));
    let cut = meanwhile(&worker, &gate, async {
        set_unavailable(&world, true);
        Instant::now()
    })
    .await;
    // A lease to work on, and another to give the package back.
    assert!(
        (seconds(119)..=seconds(122)).contains(&cut.elapsed()),
        "{:?}",
        cut.elapsed()
    );
    assert!(world.stored().await.is_empty());
    // It goes on as soon as the registry is back.
    set_unavailable(&world, false);
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_is_away_for_longer_than_a_lease_costs_no_attempt() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    for _ in 0..4 {
        let gate = Gate::new();
        let mut worker = world.worker();
        worker.archive = Arc::new(GatedArchive(gate.clone()));
        meanwhile(&worker, &gate, async {
            set_unavailable(&world, true);
            tokio::time::sleep(seconds(90)).await;
            set_unavailable(&world, false);
        })
        .await;
        let row = world.row(&ann).await;
        assert_eq!((row.attempts, row.lease), (0, None));
        assert_eq!(world.queued().await, [ann.id]);
    }
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_lost_during_the_work_does_not_end_it() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let gate = Gate::new();
    let mut worker = world.worker();
    worker.archive = Arc::new(GatedArchive(gate.clone()));
    let after = world.with_empty_queue();
    meanwhile(&worker, &gate, async {
        tokio::time::sleep(seconds(300)).await;
        after.state(&ann).await;
        assert!(after.queued().await.is_empty());
        gate.open();
    })
    .await;
    assert_eq!(after.state(&ann).await, PackageState::Processed);
    assert!(after.queued().await.is_empty());
}
