//! From the queue to the result.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use dumpus_adapters::memory::source::MemoryPackage;
use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::{MissingUserData, OverBudget};
use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::failure_detail::{ArchiveDefect, FailureDetail, PackageLimit};
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::link::ClientGroup;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::source::SourceError;
use dumpus_ports::usecase::{PackageState, ProcessPackage, RoundOutcome};
use tokio::time::Instant;

use crate::support::{FailingArchive, FailingSource, Gate, GatedArchive, NOW, World, pass, run, seconds, unstopped};

const DEFECT: ArchiveDefect = ArchiveDefect::NoDirectory;
const OVER_BUDGET: OverBudget = OverBudget {
    what: PackageLimit::Entries,
    limit: 7,
};

/// An error, and the code and detail that owners see.
type Case<E> = (fn() -> E, ErrorCode, FailureDetail);

/// How a package ends that is worked on once, by a worker made otherwise than usual.
async fn end(change: impl FnOnce(&mut ProcessPackage)) -> (World, PackageState) {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let mut worker = world.worker();
    change(&mut worker);
    world.work_as(&worker).await;
    let state = world.state(&ann).await;
    (world, state)
}

fn failed(stage: Stage, code: ErrorCode, detail: FailureDetail) -> PackageState {
    let detail = Some(detail);
    PackageState::Failed { stage, code, detail }
}

#[tokio::test(start_paused = true)]
async fn a_package_becomes_a_result_of_which_nothing_is_left_in_the_queue() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    assert!(world.text(&ann).await.contains("\"ann\""));
    assert_eq!(world.stored().await, [world.result(&ann).await.blob]);
    pass(seconds(61)).await;
    assert!(world.queued().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_links_of_a_processed_package_are_gone() {
    let world = World::new();
    let ann = world.processed("ann").await;
    assert!(world.row(&ann).await.owner_link.0.is_empty());
}

#[tokio::test(start_paused = true)]
async fn without_a_job_nothing_is_done() {
    let world = World::new();
    assert_eq!(run(&world.worker()).await, RoundOutcome::Idle);
    assert_eq!(world.registry.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_comes_within_the_wait_is_taken() {
    let world = World::new();
    let worker = world.worker();
    let late = async {
        pass(seconds(3)).await;
        world.waiting("ann").await
    };
    let (round, ann) = tokio::join!(worker.run(&Lane::ALL, seconds(5), unstopped()), late);
    assert_eq!(round.unwrap(), RoundOutcome::Settled);
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_worker_of_one_lane_leaves_the_other() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let round = world.worker().run(&[Lane::Premium], NOW, unstopped()).await;
    assert_eq!(round.unwrap(), RoundOutcome::Idle);
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn each_end_of_a_download_has_its_code() {
    let cases: [Case<SourceError>; 3] = [
        (
            || SourceError::Expired(FailureDetail::LinkExpired),
            ErrorCode::ExpiredLink,
            FailureDetail::LinkExpired,
        ),
        (
            || SourceError::Invalid(FailureDetail::NoArchive),
            ErrorCode::InvalidLink,
            FailureDetail::NoArchive,
        ),
        (
            || SourceError::Unavailable(FailureDetail::Changed),
            ErrorCode::ServerError,
            FailureDetail::Changed,
        ),
    ];
    for (error, code, detail) in cases {
        let (world, state) = end(|worker| worker.source = Arc::new(FailingSource(error))).await;
        assert_eq!(state, failed(Stage::Downloading, code, detail));
        pass(seconds(61)).await;
        assert!(world.queued().await.is_empty());
        assert!(world.stored().await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn each_end_of_a_reading_has_its_code() {
    let cases: [Case<ArchiveError>; 3] = [
        (
            || ArchiveError::NotAnArchive(DEFECT),
            ErrorCode::InvalidLink,
            FailureDetail::NotAnArchive { defect: DEFECT },
        ),
        (
            || ArchiveError::TooLarge(OVER_BUDGET),
            ErrorCode::InvalidLink,
            FailureDetail::LimitExceeded {
                what: OVER_BUDGET.what,
                limit: OVER_BUDGET.limit,
            },
        ),
        (
            || ArchiveError::MissingUserData(MissingUserData),
            ErrorCode::MissingUserData,
            FailureDetail::MissingUserData,
        ),
    ];
    for (error, code, detail) in cases {
        let (world, state) = end(|worker| worker.archive = Arc::new(FailingArchive(error))).await;
        assert_eq!(state, failed(Stage::Analyzing, code, detail));
        pass(seconds(61)).await;
        assert!(world.queued().await.is_empty());
        assert!(world.stored().await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_analysis_that_takes_too_long_ends_the_run() {
    let gate = Gate::new();
    let closed = gate.clone();
    let (_world, state) = end(|worker| {
        worker.settings.max_analysis = seconds(100);
        worker.archive = Arc::new(GatedArchive(closed));
    })
    .await;
    let detail = FailureDetail::AnalysisTooLong { seconds: 100 };
    assert_eq!(state, failed(Stage::Analyzing, ErrorCode::ServerError, detail));
}

#[tokio::test(start_paused = true)]
async fn internal_errors_are_retried() {
    let readings: [fn() -> ArchiveError; 2] = [
        || ArchiveError::Storage(io::Error::other("disk gone")),
        || ArchiveError::Failed("a defect".into()),
    ];
    for error in readings {
        let (world, state) = end(|worker| worker.archive = Arc::new(FailingArchive(error))).await;
        assert!(matches!(
            state,
            PackageState::Underway {
                stage: Stage::Locked,
                ..
            }
        ));
        pass(seconds(1)).await;
        assert_eq!(world.queued().await.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_the_package_is_its_end_is_recorded() {
    let packages: [&[u8]; 7] = [
        b"",
        b"PK\x03\x04",
        b"dumpus observations",
        b"dumpus observations\n\xff\xfe\t\t=\n",
        b"dumpus observations\nowner",
        b"dumpus observations\nmessage\tid=1\nowner\tid=1",
        b"dumpus observations\nevent\tevent_type=join_voice_channel\ttimestamp=\nowner\tid=\xf0\x9f\x98\x80",
    ];
    for bytes in packages {
        let world = World::new();
        let ann = world.waiting("ann").await;
        world.put(&ann.link, MemoryPackage::Bytes(Arc::new(bytes.to_vec())));
        world.work().await;
        let state = world.state(&ann).await;
        assert!(!matches!(state, PackageState::Underway { .. }), "{state:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_challenged_package_keeps_nobody_waiting_and_fails_after_an_hour() {
    let world = World::new();
    let (ann, worker) = (world.waiting("ann").await, world.worker());
    world.put(&ann.link, MemoryPackage::Challenged);
    let began = Instant::now();
    world.work_as(&worker).await;
    world.processed("bob").await;
    while matches!(world.state(&ann).await, PackageState::Underway { .. }) {
        assert!(began.elapsed() < Duration::from_mins(70));
        pass(seconds(61)).await;
        world.work_as(&worker).await;
    }
    assert!(began.elapsed() >= Duration::from_hours(1));
    let expected = failed(Stage::Downloading, ErrorCode::ServerError, FailureDetail::Challenge);
    assert_eq!(world.state(&ann).await, expected);
    pass(seconds(61)).await;
    assert!(world.queued().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_package_is_processed_when_its_link_is_not_challenged_any_more() {
    let world = World::new();
    let (ann, worker) = (world.person("ann"), world.worker());
    world.submit(&ann.link).await.unwrap();
    world.put(&ann.link, MemoryPackage::Challenged);
    for _ in 0..5 {
        world.work_as(&worker).await;
        pass(seconds(61)).await;
    }
    world.person("ann");
    world.work_as(&worker).await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    assert_eq!(world.row(&ann).await.attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn downloads_pause_when_three_clients_are_challenged_and_one_probes() {
    let (world, names) = (World::new(), ["one", "two", "three"]);
    let worker = world.worker();
    let challenged = names.map(|name| world.person(name));
    for (person, group) in challenged.iter().zip(1..) {
        world.submit_as(person, ClientGroup(group)).await;
        world.put(&person.link, MemoryPackage::Challenged);
        world.work_as(&worker).await;
    }
    let ann = world.waiting("ann").await;
    let attempts = async || {
        let mut attempts = world.row(&ann).await.lease_number;
        for person in &challenged {
            attempts += world.row(person).await.lease_number;
        }
        attempts
    };
    let turns = async || {
        let (first, second) = tokio::join!(run(&worker), run(&worker));
        assert!(first == RoundOutcome::Idle || second == RoundOutcome::Idle);
    };
    turns().await;
    assert_eq!(attempts().await, 3);
    for minute in 1..4 {
        pass(seconds(60)).await;
        turns().await;
        turns().await;
        assert_eq!(attempts().await, 3 + minute, "one package a minute finds out");
    }
    // The host answers everybody again.
    for name in names {
        world.person(name);
    }
    pass(seconds(60)).await;
    for _ in 0..4 {
        world.work_as(&worker).await;
    }
    for person in challenged.iter().chain([&ann]) {
        assert_eq!(world.state(person).await, PackageState::Processed);
    }
}

#[tokio::test(start_paused = true)]
async fn made_up_links_of_one_client_do_not_pause_the_downloads_of_others() {
    let world = World::new();
    let worker = world.worker();
    for name in ["one", "two", "three", "four"] {
        let person = world.person(name);
        world.submit_as(&person, ClientGroup(7)).await;
        world.put(&person.link, MemoryPackage::Challenged);
        world.work_as(&worker).await;
    }
    let ann = world.waiting("ann").await;
    world.work_as(&worker).await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_download_needs_no_place_of_an_analysis() {
    let world = World::new();
    let (ann, bob) = (world.waiting("ann").await, world.waiting("bob").await);
    let mut worker = world.worker();
    let gate = Gate::new();
    worker.archive = Arc::new(GatedArchive(gate.clone()));
    let (first, second) = (worker.clone(), worker.clone());
    let analysing = tokio::spawn(async move { run(&first).await });
    gate.reached().await;
    let downloading = tokio::spawn(async move { run(&second).await });
    pass(seconds(5)).await;
    let stage = async |person| match world.state(person).await {
        PackageState::Underway { stage, .. } => stage,
        other => panic!("{other:?}"),
    };
    assert_eq!(stage(&ann).await, Stage::Analyzing);
    assert_eq!(stage(&bob).await, Stage::Downloading);
    gate.open();
    gate.open();
    for round in [analysing, downloading] {
        assert_eq!(round.await.unwrap(), RoundOutcome::Settled);
    }
    for person in [&ann, &bob] {
        assert_eq!(world.state(person).await, PackageState::Processed);
    }
}
