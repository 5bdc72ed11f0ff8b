//! Work that has to be done again: what counts as an attempt, and when it ends.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use dumpus_adapters::memory::source::MemoryPackage;
use dumpus_ports::CancellationToken;
use dumpus_ports::archive::ArchiveError;
use dumpus_ports::blobs::BlobStore;
use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::failure_detail::{AttemptError, FailureDetail};
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::queue::JobQueue;
use dumpus_ports::usecase::{PackageState, RoundOutcome};
use tokio::time::Instant;

use crate::support::{
    FailingArchive, Fault, Gate, GatedArchive, NOW, PAST_LEASE, Person, World, assert_unavailable, pass, seconds,
    swept, unstopped,
};

const MOMENT: Duration = Duration::from_millis(1);

async fn is_waiting(world: &World, person: &Person) -> bool {
    let stage = match world.state(person).await {
        PackageState::Underway { stage, .. } => stage,
        other => panic!("ended: {other:?}"),
    };
    let run = world.row(person).await.id;
    stage == Stage::Locked && world.queue.inner().contains(person.id, run).await.unwrap()
}

/// A worker that dies while it downloads.
async fn die(world: &World) {
    let worker = world.worker();
    tokio::select! {
        round = worker.run(&Lane::ALL, NOW, unstopped()) => panic!("{round:?}"),
        () = tokio::time::sleep(seconds(1)) => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_temporary_error_costs_one_attempt() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let mut worker = world.worker();
    worker.archive = Arc::new(FailingArchive(|| ArchiveError::Storage(io::Error::other("disk"))));
    world.work_as(&worker).await;
    assert!(is_waiting(&world, &ann).await);
    assert_eq!(world.row(&ann).await.attempts, 1);
    pass(seconds(1)).await;
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn the_third_attempt_that_fails_is_the_last() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let mut worker = world.worker();
    worker.archive = Arc::new(FailingArchive(|| ArchiveError::Storage(io::Error::other("disk"))));
    for delay in [1, 10] {
        world.work_as(&worker).await;
        assert!(is_waiting(&world, &ann).await);
        pass(seconds(delay).saturating_sub(MOMENT)).await;
        assert!(world.queued().await.is_empty());
        pass(MOMENT).await;
    }
    world.work_as(&worker).await;
    let (attempts, error) = (3, AttemptError::NotReadBack);
    let detail = FailureDetail::ProcessingFailed { attempts, error };
    let failed = PackageState::Failed {
        stage: Stage::Analyzing,
        code: ErrorCode::ServerError,
        detail: Some(detail),
    };
    assert_eq!(world.state(&ann).await, failed);
    pass(PAST_LEASE).await;
    assert!(world.queued().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_package_that_kills_its_workers_is_given_up_at_the_fourth_lease() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.put(&ann.link, MemoryPackage::Silence);
    for _ in 0..3 {
        die(&world).await;
        assert!(world.queued().await.is_empty());
        pass(PAST_LEASE).await;
    }
    // It could be processed now, but nobody may try.
    world.person("ann");
    world.work().await;
    let detail = FailureDetail::AttemptsExhausted { attempts: 3 };
    let failed = PackageState::Failed {
        stage: Stage::Downloading,
        code: ErrorCode::ServerError,
        detail: Some(detail),
    };
    assert_eq!(world.state(&ann).await, failed);
    pass(PAST_LEASE).await;
    assert!(world.queued().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_package_whose_worker_died_is_processed_by_another() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.put(&ann.link, MemoryPackage::Silence);
    die(&world).await;
    world.person("ann");
    pass(PAST_LEASE).await;
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_another_worker_holds_is_left_to_it() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.put(&ann.link, MemoryPackage::Silence);
    let worker = world.worker();
    let other = async {
        tokio::time::sleep(seconds(1)).await;
        // The queue delivers it twice.
        let row = world.row(&ann).await;
        world.queue.inner().purge(ann.id).await.unwrap();
        let (link, lane) = (dumpus_ports::queue::SealedLink(Vec::new()), Lane::Standard);
        let (package, run) = (row.package, row.id);
        let job = dumpus_ports::queue::Job {
            package,
            run,
            lane,
            link,
        };
        world.queue.push(&job).await.unwrap();
        world.work().await;
        assert_eq!(world.row(&ann).await.attempts, 1);
        world.person("ann");
    };
    let (round, ()) = tokio::join!(worker.run(&Lane::ALL, NOW, unstopped()), other);
    assert_eq!(round.unwrap(), RoundOutcome::Settled);
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_stopped_gives_its_package_back_without_counting() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let bob = world.waiting("bob").await;
    let gate = Gate::new();
    let mut worker = world.worker();
    worker.archive = Arc::new(GatedArchive(gate.clone()));
    for _ in 0..5 {
        let stop = CancellationToken::new();
        let stopping = async {
            gate.reached().await;
            stop.cancel();
        };
        let (round, ()) = tokio::join!(worker.run(&Lane::ALL, NOW, stop.clone()), stopping);
        assert_eq!(round.unwrap(), RoundOutcome::Settled);
        assert_eq!(world.row(&ann).await.attempts, 0);
        assert_eq!(world.queued().await, [ann.id, bob.id]);
    }
    assert!(world.stored().await.is_empty());
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_a_result_is_stored_lets_it_be_recorded() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let gate = Gate::new();
    world.blobs.inject("put", [Fault::Answers(gate.clone())]);
    let stop = CancellationToken::new();
    let worker = world.worker();
    let stopping = async {
        gate.reached().await;
        stop.cancel();
        tokio::time::sleep(seconds(2)).await;
        gate.open();
    };
    let (round, ()) = tokio::join!(worker.run(&Lane::ALL, NOW, stop.clone()), stopping);
    assert_eq!(round.unwrap(), RoundOutcome::Settled);
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    assert_eq!(world.stored().await, [world.result(&ann).await.blob]);
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_is_away_for_a_while_costs_no_attempt() {
    for request in ["step", "finish"] {
        let world = World::new();
        let ann = world.waiting("ann").await;
        world.registry.inject(request, vec![Fault::Unavailable; 20]);
        world.work().await;
        assert_eq!(world.state(&ann).await, PackageState::Processed, "{request}");
        assert_eq!(world.row(&ann).await.attempts, 1);
        assert!(world.text(&ann).await.contains("ann"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_registry_whose_answers_are_lost_costs_no_attempt() {
    for request in ["step", "progress", "finish"] {
        let world = World::new();
        let ann = world.waiting("ann").await;
        world.registry.inject(request, vec![Fault::ResponseLost; 3]);
        world.work().await;
        assert_eq!(world.state(&ann).await, PackageState::Processed, "{request}");
        assert!(world.text(&ann).await.contains("ann"), "{request}");
        assert_eq!(world.row(&ann).await.attempts, 1, "{request}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_recorded_when_the_registry_is_back() {
    for fault in [Fault::Unavailable, Fault::ResponseLost] {
        let world = World::new();
        let ann = world.waiting("ann").await;
        world.put(&ann.link, MemoryPackage::Expired);
        world.registry.inject("fail", vec![fault; 3]);
        world.work().await;
        let state = world.state(&ann).await;
        assert!(matches!(
            state,
            PackageState::Failed {
                code: ErrorCode::ExpiredLink,
                ..
            }
        ));
        pass(PAST_LEASE).await;
        assert!(world.queued().await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_blob_store_that_is_away_for_a_while_costs_no_attempt() {
    for fault in [Fault::Unavailable, Fault::ResponseLost] {
        let world = World::new();
        let ann = world.waiting("ann").await;
        world.blobs.inject("put", vec![fault; 20]);
        world.work().await;
        assert_eq!(world.state(&ann).await, PackageState::Processed);
        assert_eq!(world.row(&ann).await.attempts, 1);
        assert_eq!(world.stored().await.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_blob_store_that_stays_away_costs_an_attempt() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.blobs.set_unavailable("put", true);
    world.work().await;
    assert!(is_waiting(&world, &ann).await);
    assert_eq!(world.row(&ann).await.attempts, 1);
    world.blobs.set_unavailable("put", false);
    pass(seconds(1)).await;
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_result_whose_end_could_not_be_recorded_is_made_again() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.registry.set_unavailable("finish", true);
    world.work().await;
    world.registry.set_unavailable("finish", false);
    pass(PAST_LEASE).await;
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    // What the first attempt stored is an orphan.
    let orphan_age = seconds(60);
    assert_eq!(world.stored().await.len(), 2);
    assert_eq!(world.sweep(None, orphan_age).run().await.unwrap(), swept(0, 1));
    assert!(world.blobs.get(world.result(&ann).await.blob).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_away_is_said_to_be_before_a_job_is_in_hand() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.queue.inject("next", [Fault::Unavailable]);
    assert_unavailable(world.worker().run(&Lane::ALL, NOW, unstopped()).await, "the queue");
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

/// A worker with a job in hand while the registry is away for so long, or gives no answers.
async fn worked_through(fault: Fault, faults: usize) -> (World, Person) {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.registry.inject("lease", vec![fault; faults]);
    let began = Instant::now();
    world.work().await;
    let away = seconds(1) / 2 * u32::try_from(faults).unwrap();
    assert!(began.elapsed() <= away + seconds(1), "{:?}", began.elapsed());
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    (world, ann)
}

#[tokio::test(start_paused = true)]
async fn a_job_in_hand_goes_on_as_soon_as_the_registry_is_back() {
    // A moment, and longer than a lease of the queue.
    for faults in [1, 400] {
        let (world, ann) = worked_through(Fault::Unavailable, faults).await;
        assert_eq!(world.row(&ann).await.attempts, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_whose_answer_was_lost_is_the_workers_all_the_same() {
    let (world, ann) = worked_through(Fault::ResponseLost, 5).await;
    assert_eq!(world.row(&ann).await.attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_stopped_while_the_registry_is_away_gives_its_job_back() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.registry.set_unavailable("lease", true);
    let stop = CancellationToken::new();
    let stopping = async {
        tokio::time::sleep(seconds(5)).await;
        stop.cancel();
    };
    let worker = world.worker();
    let (round, ()) = tokio::join!(worker.run(&Lane::ALL, NOW, stop.clone()), stopping);
    assert_eq!(round.unwrap(), RoundOutcome::Settled);
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn a_long_analysis_keeps_its_lease() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let gate = Gate::new();
    let mut worker = world.worker();
    worker.archive = Arc::new(GatedArchive(gate.clone()));
    let watch = async {
        gate.reached().await;
        tokio::time::sleep(seconds(1_700)).await;
        assert!(world.is_leased(&ann).await);
        assert!(world.queued().await.is_empty());
        gate.open();
    };
    let (round, ()) = tokio::join!(worker.run(&Lane::ALL, NOW, unstopped()), watch);
    assert_eq!(round.unwrap(), RoundOutcome::Settled);
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    assert_eq!(world.row(&ann).await.attempts, 1);
}
