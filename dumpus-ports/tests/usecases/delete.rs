//! Erasing packages.

use dumpus_adapters::memory::source::MemoryPackage;
use dumpus_ports::usecase::PackageState;

use crate::support::{Fault, Gate, PAST_LEASE, Person, World, assert_unavailable, pass, seconds};

/// Nothing of the person's package is anywhere.
async fn assert_erased(world: &World, person: &Person) {
    assert_eq!(world.state(person).await, PackageState::Unknown);
    assert!(world.stored().await.is_empty());
    assert_eq!(world.fetch(person).await.unwrap(), None);
    pass(PAST_LEASE).await;
    assert!(world.queued().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_waiting_package_is_erased_with_its_job() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    assert!(world.delete(&ann).await.unwrap());
    assert_erased(&world, &ann).await;
}

#[tokio::test(start_paused = true)]
async fn a_processed_package_is_erased_with_its_result() {
    let world = World::new();
    let ann = world.processed("ann").await;
    assert!(world.delete(&ann).await.unwrap());
    assert_erased(&world, &ann).await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_package_is_erased() {
    let world = World::new();
    let ann = world.person("ann");
    world.put(&ann.link, MemoryPackage::Expired);
    world.submit(&ann.link).await.unwrap();
    world.work().await;
    assert!(world.delete(&ann).await.unwrap());
    assert_erased(&world, &ann).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_not_erased() {
    let world = World::new();
    let ann = world.processed("ann").await;
    assert!(!world.delete(&world.person("bob")).await.unwrap());
    assert!(world.delete(&ann).await.unwrap());
    // The response may have been lost.
    assert!(world.delete(&ann).await.unwrap());
    pass(seconds(121)).await;
    assert!(!world.delete(&ann).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn packages_of_others_stay() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let bob = world.processed("bob").await;
    let cid = world.waiting("cid").await;
    world.delete(&ann).await.unwrap();
    assert!(world.text(&bob).await.contains("bob"));
    assert_eq!(world.queued().await, [cid.id]);
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_is_away_leaves_something_to_delete_again() {
    let world = World::new();
    let ann = world.processed("ann").await;
    world.queue.inject("purge", [Fault::Unavailable]);
    assert_unavailable(world.delete(&ann).await, "the queue");
    world.registry.inject("delete", [Fault::Unavailable]);
    assert_unavailable(world.delete(&ann).await, "the registry");
    world.blobs.inject("delete", [Fault::Unavailable]);
    assert_unavailable(world.delete(&ann).await, "the blob store");
    assert!(world.delete(&ann).await.unwrap());
    assert_erased(&world, &ann).await;
}

#[tokio::test(start_paused = true)]
async fn a_package_that_is_finished_while_it_is_deleted_is_erased_with_its_result() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let gate = Gate::new();
    world.registry.inject("delete", [Fault::Waits(gate.clone())]);
    // The worker has its job before the queue is purged, and finishes before the row is erased.
    let finish = Gate::new();
    world.registry.inject("finish", [Fault::Waits(finish.clone())]);
    let deletion = async {
        finish.reached().await;
        assert!(world.delete(&ann).await.unwrap());
    };
    let turn = async {
        gate.reached().await;
        finish.open();
    };
    let work = async {
        world.work().await;
        gate.open();
    };
    tokio::join!(work, deletion, turn);
    assert_erased(&world, &ann).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_a_poll_brought_back_meanwhile_is_removed() {
    let before = World::new();
    let ann = before.waiting("ann").await;
    let world = before.with_empty_queue();
    let gate = Gate::new();
    world.registry.inject("delete", [Fault::Waits(gate.clone())]);
    let deletion = async {
        assert!(world.delete(&ann).await.unwrap());
    };
    let poll = async {
        gate.reached().await;
        pass(seconds(10)).await;
        world.state(&ann).await;
        assert_eq!(world.queued().await, [ann.id]);
        gate.open();
    };
    tokio::join!(deletion, poll);
    assert_erased(&world, &ann).await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_package_that_could_not_be_deleted_is_not_stuck() {
    for request in ["mark_undispatched", "delete"] {
        let world = World::new();
        let ann = world.waiting("ann").await;
        world.registry.inject(request, [Fault::Unavailable]);
        assert_unavailable(world.delete(&ann).await, "the registry");
        // Its owner waits on.
        pass(seconds(10)).await;
        assert!(matches!(world.state(&ann).await, PackageState::Underway { .. }));
        assert_eq!(world.queued().await, [ann.id], "{request}");
        world.work().await;
        assert_eq!(world.state(&ann).await, PackageState::Processed);
    }
}
