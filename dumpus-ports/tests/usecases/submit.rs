//! Taking links in.

use dumpus_adapters::memory::source::MemoryPackage;
use dumpus_ports::blobs::BlobStore;
use dumpus_ports::domain::queue::{Lane, LaneTotals};
use dumpus_ports::registry::PackageRegistry;
use dumpus_ports::usecase::{AccessError, PackageState};
use tokio::task::JoinSet;

use crate::support::{Fault, Gate, Person, World, assert_unavailable, pass, seconds};

#[tokio::test(start_paused = true)]
async fn what_is_accepted_is_in_the_registry_and_in_the_queue() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    assert!(world.row(&ann).await.dispatch.epoch.is_some());
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn submitting_twice_queues_once() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let first = world.row(&ann).await;
    assert_eq!(world.submit(&ann.link).await.unwrap(), ann.id);
    assert_eq!(world.row(&ann).await, first);
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn submitting_a_package_that_is_processed_leaves_it_so() {
    let world = World::new();
    let ann = world.processed("ann").await;
    assert_eq!(world.submit(&ann.link).await.unwrap(), ann.id);
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    assert!(world.queued().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn submissions_at_once_queue_once() {
    let world = World::new();
    let ann = world.person("ann");
    let mut submitting = JoinSet::new();
    for _ in 0..32 {
        let (world, link) = (world.clone(), ann.link.clone());
        submitting.spawn(async move { world.submit(&link).await.unwrap() });
    }
    assert!(submitting.join_all().await.into_iter().all(|id| id == ann.id));
    assert_eq!(world.queued().await, [ann.id]);
    assert!(world.row(&ann).await.dispatch.epoch.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_does_not_take_the_job_leaves_nothing_behind() {
    let world = World::new();
    let ann = world.person("ann");
    world.queue.inject("push", [Fault::Unavailable]);
    assert_unavailable(world.submit(&ann.link).await, "the queue");
    assert_eq!(world.state(&ann).await, PackageState::Unknown);
    world.submit(&ann.link).await.unwrap();
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_was_taken_without_an_answer_is_void() {
    let world = World::new();
    let ann = world.person("ann");
    world.queue.inject("push", [Fault::ResponseLost]);
    assert_unavailable(world.submit(&ann.link).await, "the queue");
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Unknown);
    assert!(world.queued().await.is_empty());

    world.queue.inject("push", [Fault::ResponseLost]);
    assert_unavailable(world.submit(&ann.link).await, "the queue");
    world.submit(&ann.link).await.unwrap();
    assert_eq!(world.queued().await, [ann.id]);
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_registry_is_reported() {
    let world = World::new();
    let ann = world.person("ann");
    world.registry.inject("admit", [Fault::Unavailable]);
    assert_unavailable(world.submit(&ann.link).await, "the registry");
    assert!(world.queued().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_repeated_submission_confirms_an_unconfirmed_one() {
    let world = World::new();
    let ann = world.person("ann");
    let gate = Gate::new();
    world.queue.inject("push", [Fault::WaitsThenUnavailable(gate.clone())]);
    let first = async {
        assert_unavailable(world.submit(&ann.link).await, "the queue");
    };
    let second = async {
        gate.reached().await;
        world.submit(&ann.link).await.unwrap();
        gate.open();
    };
    tokio::join!(first, second);
    assert_eq!(world.queued().await, [ann.id]);
    assert!(world.row(&ann).await.dispatch.epoch.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_met_one_which_was_undone_begins_again() {
    let world = World::new();
    let ann = world.person("ann");
    let (first_push, second_confirm) = (Gate::new(), Gate::new());
    world
        .queue
        .inject("push", [Fault::WaitsThenUnavailable(first_push.clone())]);
    world.registry.inject("confirm", [Fault::Waits(second_confirm.clone())]);
    let first = async {
        assert_unavailable(world.submit(&ann.link).await, "the queue");
        second_confirm.open();
    };
    let second = async {
        first_push.reached().await;
        world.submit(&ann.link).await.unwrap();
    };
    let undo = async {
        second_confirm.reached().await;
        first_push.open();
    };
    tokio::join!(first, second, undo);
    assert_eq!(world.queued().await, [ann.id]);
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_failed_package_that_is_submitted_again_has_no_error_any_more() {
    let world = World::new();
    let ann = world.person("ann");
    world.put(&ann.link, MemoryPackage::Expired);
    world.submit(&ann.link).await.unwrap();
    world.work().await;
    assert!(matches!(world.state(&ann).await, PackageState::Failed { .. }));
    world.submit(&ann.link).await.unwrap();
    assert!(matches!(world.state(&ann).await, PackageState::Underway { .. }));
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn a_package_that_was_upgraded_stays_premium_when_it_is_submitted_again() {
    let world = World::new();
    let ann = world.person("ann");
    world.put(&ann.link, MemoryPackage::Invalid);
    world.submit(&ann.link).await.unwrap();
    world.upgrade(ann.id).await.unwrap();
    world.work().await;
    world.submit(&ann.link).await.unwrap();
    assert!(world.status(&ann).await.unwrap().is_upgraded);
    assert_eq!(world.drain().await[0].job().lane, Lane::Premium);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_package_is_taken_in_anew() {
    let world = World::new();
    let ann = world.processed("ann").await;
    assert!(world.delete(&ann).await.unwrap());
    world.submit(&ann.link).await.unwrap();
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn the_totals_are_those_of_the_moment_of_joining() {
    let world = World::new();
    world.waiting("ann").await;
    let bob = world.waiting("bob").await;
    world.upgrade(bob.id).await.unwrap();
    pass(seconds(1)).await;
    let cid = world.waiting("cid").await;
    world.waiting("dee").await;
    let joined = LaneTotals {
        standard: 1,
        premium: 1,
    };
    assert_eq!(world.status(&cid).await.unwrap().joined, joined);
    assert_eq!(world.registry.find(cid.id).await.unwrap().unwrap().run.joined, joined);
}

/// Somebody whose result the store has lost.
async fn without_result(world: &World) -> Person {
    let ann = world.processed("ann").await;
    world.blobs.inner().delete(world.result(&ann).await.blob).await.unwrap();
    ann
}

#[tokio::test(start_paused = true)]
async fn a_processed_package_whose_result_is_gone_is_processed_again() {
    let world = World::new();
    let ann = without_result(&world).await;
    assert_eq!(world.submit(&ann.link).await.unwrap(), ann.id);
    assert!(matches!(world.state(&ann).await, PackageState::Underway { .. }));
    assert_eq!(world.queued().await, [ann.id]);
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
    assert!(world.text(&ann).await.contains("ann"));
}

#[tokio::test(start_paused = true)]
async fn submissions_at_once_of_a_package_whose_result_is_gone_queue_it_once() {
    let world = World::new();
    let ann = without_result(&world).await;
    let submit = || world.submit(&ann.link);
    let (one, other) = tokio::join!(submit(), submit());
    assert_eq!((one.unwrap(), other.unwrap()), (ann.id, ann.id));
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_has_lost_nothing() {
    let world = World::new();
    let ann = world.processed("ann").await;
    world.blobs.inject("contains", [Fault::Unavailable]);
    assert_unavailable(world.submit(&ann.link).await, "the blob store");
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_takes_no_new_package_and_still_takes_known_ones() {
    let world = World::new();
    let dumpus = world.builder().max_queue(2).build().unwrap();
    let submit = async |name: &str| {
        dumpus
            .submit(&dumpus.parse_link(&world.person(name).link).unwrap())
            .await
    };
    submit("ann").await.unwrap();
    submit("bob").await.unwrap();
    assert!(matches!(submit("cid").await, Err(AccessError::QueueFull)));
    assert_eq!(submit("ann").await.unwrap().started, None);
    world.work().await;
    pass(seconds(1)).await;
    assert!(submit("cid").await.unwrap().started.is_some());
}
