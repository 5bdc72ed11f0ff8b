//! Jobs that the queue never confirmed, or lost.

use dumpus_ports::domain::process::ProcessId;
use dumpus_ports::domain::queue::Position;
use dumpus_ports::queue::JobQueue as _;
use dumpus_ports::registry::{LeaseRegistry as _, LeaseRequest};
use dumpus_ports::usecase::PackageState;

use crate::support::{Fault, Gate, Person, World, assert_unavailable, pass, seconds};

async fn ahead(world: &World, person: &Person) -> u64 {
    match world.state(person).await {
        PackageState::Underway {
            position: Position { ahead, .. },
            ..
        } => ahead,
        other => panic!("not underway: {other:?}"),
    }
}

/// A package whose job the queue did not take, and whose admission could not be rolled back.
async fn unconfirmed(world: &World) -> Person {
    let ann = world.person("ann");
    world.queue.inject("push", [Fault::Unavailable]);
    world.registry.inject("rollback_admission", [Fault::Unavailable]);
    assert!(world.submit(&ann.link).await.is_err());
    ann
}

#[tokio::test(start_paused = true)]
async fn a_package_that_is_unconfirmed_for_ten_seconds_is_pushed_by_its_owners_poll() {
    let world = World::new();
    let ann = unconfirmed(&world).await;
    pass(seconds(9)).await;
    world.state(&ann).await;
    assert!(world.queued().await.is_empty());
    pass(seconds(1)).await;
    assert!(matches!(world.state(&ann).await, PackageState::Underway { .. }));
    assert_eq!(world.queued().await, [ann.id]);
    assert!(world.row(&ann).await.dispatch.epoch.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_package_that_is_unconfirmed_is_pushed_by_the_next_submission() {
    let world = World::new();
    let ann = unconfirmed(&world).await;
    world.submit(&ann.link).await.unwrap();
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn a_push_that_fails_again_is_tried_again_ten_seconds_later() {
    let world = World::new();
    let ann = unconfirmed(&world).await;
    pass(seconds(10)).await;
    world.queue.inject("push", [Fault::Unavailable]);
    assert_unavailable(world.status(&ann).await, "the queue");
    pass(seconds(9)).await;
    world.state(&ann).await;
    assert!(world.queued().await.is_empty());
    pass(seconds(1)).await;
    world.state(&ann).await;
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_job_is_queued_again_by_its_owners_poll_and_keeps_its_place() {
    let before = World::new();
    let ann = before.waiting("ann").await;
    let bob = before.waiting("bob").await;
    let ticket = before.row(&ann).await.ticket;
    let world = before.with_empty_queue();
    assert_eq!(ahead(&world, &bob).await, 1);
    assert_eq!(ahead(&world, &ann).await, 0);
    assert_eq!(world.queued().await, [bob.id, ann.id]);
    assert_eq!(world.row(&ann).await.ticket, ticket);
    assert_eq!(ahead(&world, &bob).await, 1);
    world.work().await;
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    assert_eq!(world.state(&bob).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_lost_job_is_queued_again_by_its_owners_submission() {
    let before = World::new();
    let ann = before.waiting("ann").await;
    let world = before.with_empty_queue();
    world.submit(&ann.link).await.unwrap();
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn polls_at_once_queue_a_lost_job_once() {
    let before = World::new();
    let ann = before.waiting("ann").await;
    let world = before.with_empty_queue();
    tokio::join!(world.state(&ann), world.state(&ann), world.state(&ann));
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_job_whose_owner_is_long_gone_leaves_the_counts_and_comes_back_last() {
    let before = World::new();
    let ann = before.waiting("ann").await;
    let bob = before.waiting("bob").await;
    let world = before.with_empty_queue();
    assert_eq!(ahead(&world, &bob).await, 1);
    pass(seconds(600)).await;
    let status = world.status(&bob).await.unwrap();
    assert_eq!(status.totals.standard, 1);
    assert_eq!(ahead(&world, &bob).await, 0);

    world.state(&ann).await;
    pass(seconds(1)).await;
    assert_eq!(ahead(&world, &ann).await, 1);
    assert_eq!(ahead(&world, &bob).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_package_that_a_worker_holds_is_not_queued_again() {
    let before = World::new();
    let ann = before.waiting("ann").await;
    let run = before.row(&ann).await.id;
    let request = LeaseRequest {
        id: [1; 16],
        worker: ProcessId([1; 6]),
    };
    before.registry.lease(ann.id, run, request, seconds(60)).await.unwrap();
    let world = before.with_empty_queue();
    world.state(&ann).await;
    assert!(world.queued().await.is_empty());
    // That worker dies.
    pass(seconds(60)).await;
    world.state(&ann).await;
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn an_ended_package_is_not_queued_again() {
    let before = World::new();
    let ann = before.processed("ann").await;
    let world = before.with_empty_queue();
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    assert!(world.queued().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_late_push_of_an_erased_run_does_not_leave_the_next_one_without_a_job() {
    let before = World::new();
    let ann = before.waiting("ann").await;
    let world = before.with_empty_queue();
    let late = Gate::new();
    world.queue.inject("push", [Fault::Waits(late.clone())]);
    let poll = async { world.state(&ann).await };
    let meanwhile = async {
        late.reached().await;
        world.delete(&ann).await.unwrap();
        world.submit(&ann.link).await.unwrap();
        late.open();
    };
    tokio::join!(poll, meanwhile);
    // It has the place of the job that is wanted.
    world.work().await;
    assert!(world.queued().await.is_empty());
    pass(seconds(10)).await;
    assert!(matches!(world.state(&ann).await, PackageState::Underway { .. }));
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_vanished_from_the_queue_is_queued_again_within_two_minutes() {
    let world = World::new();
    let (ann, bob) = (world.waiting("ann").await, world.waiting("bob").await);
    pass(seconds(300)).await;
    world.state(&ann).await;
    world.queue.inner().purge(ann.id).await.unwrap();
    for _ in 0..110 {
        world.state(&ann).await;
        world.state(&bob).await;
        pass(seconds(1)).await;
    }
    assert_eq!(world.queued().await, [bob.id, ann.id]);
    // The queue is not asked at each of the owners' requests.
    assert!(world.queue.asked("contains") < 15, "{}", world.queue.asked("contains"));
}
