//! Moving packages to the premium lane.

use dumpus_ports::domain::queue::Lane;

use crate::support::{Fault, World, assert_away};

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
    world.queue.trouble("promote", [Fault::Away]);
    assert_away(world.upgrade(bob.id).await, "the queue");
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
