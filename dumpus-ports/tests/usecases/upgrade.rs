//! Moving packages to the premium lane.

use dumpus_adapters::memory::source::MemoryPackage;
use dumpus_ports::domain::queue::Lane;

use dumpus_ports::queue::JobQueue;
use dumpus_ports::usecase::PackageState;

use crate::support::{Fault, Gate, NOW, PAST_LEASE, World, assert_unavailable, pass, seconds};

#[tokio::test(start_paused = true)]
async fn a_waiting_job_goes_before_those_of_the_standard_lane() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let bob = world.waiting("bob").await;
    assert_eq!(world.queued().await, [ann.id, bob.id]);
    assert!(world.upgrade(bob.id).await.unwrap());
    let jobs = world.drain().await;
    assert_eq!((jobs[0].job().package, jobs[0].job().lane), (bob.id, Lane::Premium));
    assert_eq!(jobs.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn upgrading_twice_is_upgrading_once() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    assert!(world.upgrade(ann.id).await.unwrap());
    assert!(world.upgrade(ann.id).await.unwrap());
    assert_eq!(world.queued().await, [ann.id]);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_package_is_not_upgraded() {
    let world = World::new();
    assert!(!world.upgrade(world.person("ann").id).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_upgrade_that_the_queue_did_not_hear_of_can_be_made_again() {
    let world = World::new();
    world.waiting("ann").await;
    let bob = world.waiting("bob").await;
    world.queue.inject("promote", [Fault::Unavailable]);
    assert_unavailable(world.upgrade(bob.id).await, "the queue");
    assert!(world.upgrade(bob.id).await.unwrap());
    assert_eq!(world.queued().await[0], bob.id);
}

#[tokio::test(start_paused = true)]
async fn a_processed_package_is_upgraded_without_being_queued() {
    let world = World::new();
    let ann = world.processed("ann").await;
    assert!(world.upgrade(ann.id).await.unwrap());
    assert!(world.status(&ann).await.unwrap().is_upgraded);
    assert!(world.queued().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_package_that_is_upgraded_while_a_worker_holds_it_comes_back_in_the_premium_lane() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let held = world.drain().await;
    assert_eq!(held[0].job().lane, Lane::Standard);
    assert!(world.upgrade(ann.id).await.unwrap());
    // That worker dies.
    pass(PAST_LEASE).await;
    let again = world.queue.inner().next(&[Lane::Premium], NOW).await.unwrap().unwrap();
    assert_eq!((again.job().package, again.job().lane), (ann.id, Lane::Premium));
}

#[tokio::test(start_paused = true)]
async fn a_package_that_is_upgraded_before_the_queue_has_its_job_waits_in_the_premium_lane() {
    let world = World::new();
    let ann = world.person("ann");
    let gate = Gate::new();
    world.queue.inject("push", [Fault::Waits(gate.clone())]);
    let upgrade = async {
        gate.reached().await;
        assert!(world.upgrade(ann.id).await.unwrap());
        gate.open();
    };
    let (submitted, ()) = tokio::join!(world.submit(&ann.link), upgrade);
    assert_eq!(submitted.unwrap(), ann.id);
    assert_eq!(world.drain().await[0].job().lane, Lane::Premium);
}

#[tokio::test(start_paused = true)]
async fn an_upgraded_package_stands_behind_those_that_the_queue_serves_before_it() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let bob = world.waiting("bob").await;
    assert!(world.upgrade(bob.id).await.unwrap());
    assert!(world.upgrade(ann.id).await.unwrap());
    pass(seconds(1)).await;
    assert_eq!(world.queued().await, [bob.id, ann.id]);
    assert!(world.row(&bob).await.ticket < world.row(&ann).await.ticket);
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_fails_does_not_cost_the_lane() {
    let world = World::new();
    let ann = world.person("ann");
    world.put(&ann.link, MemoryPackage::Expired);
    world.submit(&ann.link).await.unwrap();
    world.upgrade(ann.id).await.unwrap();
    world.work().await;
    world.queue.inject("push", [Fault::Unavailable]);
    assert!(world.submit(&ann.link).await.is_err());
    assert!(matches!(world.state(&ann).await, PackageState::Failed { .. }));
    world.submit(&ann.link).await.unwrap();
    assert!(world.status(&ann).await.unwrap().is_upgraded);
    assert_eq!(world.drain().await[0].job().lane, Lane::Premium);
}
