//! What expires, and what nothing points to.

use std::time::Duration;

use dumpus_adapters::memory::source::MemoryPackage;
use dumpus_ports::blobs::{BlobKey, BlobStore};
use dumpus_ports::usecase::PackageState;

use crate::support::{Fault, World, assert_unavailable, pass, seconds, swept};

const DAY: Duration = Duration::from_hours(24);
const HOUR: Duration = Duration::from_hours(1);

fn orphan(number: u32) -> BlobKey {
    let mut key = [0; 16];
    key[..4].copy_from_slice(&number.to_be_bytes());
    BlobKey::from_bytes(key)
}

#[tokio::test(start_paused = true)]
async fn what_ended_longer_ago_than_the_retention_is_erased_with_its_result() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let bob = world.person("bob");
    world.put(&bob.link, MemoryPackage::Expired);
    world.submit(&bob.link).await.unwrap();
    world.work().await;
    pass(HOUR).await;
    let cid = world.processed("cid").await;
    pass(HOUR * 23).await;
    assert_eq!(world.sweep(Some(DAY), DAY * 2).run().await.unwrap(), swept(2, 0));
    assert_eq!(world.state(&ann).await, PackageState::Unknown);
    assert_eq!(world.state(&bob).await, PackageState::Unknown);
    assert_eq!(world.state(&cid).await, PackageState::Processed);
    assert_eq!(world.stored().await, [world.result(&cid).await.blob]);
}

#[tokio::test(start_paused = true)]
async fn what_waits_does_not_expire() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    pass(DAY * 20).await;
    assert_eq!(world.sweep(Some(DAY), DAY).run().await.unwrap(), swept(0, 0));
    world.work().await;
    assert_eq!(world.state(&ann).await, PackageState::Processed);
}

#[tokio::test(start_paused = true)]
async fn what_waited_for_longer_than_its_link_is_valid_is_erased_with_or_without_a_retention() {
    for retention in [Some(DAY), None] {
        let world = World::new();
        let ann = world.waiting("ann").await;
        pass(DAY * 10).await;
        let bob = world.waiting("bob").await;
        pass(DAY * 21).await;
        assert_eq!(world.sweep(retention, DAY).run().await.unwrap(), swept(1, 0));
        assert_eq!(world.state(&ann).await, PackageState::Unknown);
        assert!(matches!(world.state(&bob).await, PackageState::Underway { .. }));
        world.work().await;
        world.work().await;
        assert_eq!(world.state(&ann).await, PackageState::Unknown);
        assert_eq!(world.state(&bob).await, PackageState::Processed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_longer_retention_also_keeps_what_waits() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    pass(DAY * 50).await;
    assert_eq!(world.sweep(Some(DAY * 60), DAY).run().await.unwrap(), swept(0, 0));
    for day in 1..=10 {
        pass(DAY).await;
        let expired = usize::from(day == 10);
        assert_eq!(world.sweep(Some(DAY * 60), DAY).run().await.unwrap(), swept(expired, 0));
    }
    assert_eq!(world.state(&ann).await, PackageState::Unknown);
}

#[tokio::test(start_paused = true)]
async fn without_a_retention_results_stay() {
    let world = World::new();
    let ann = world.processed("ann").await;
    pass(DAY * 1_000).await;
    assert_eq!(world.sweep(None, DAY).run().await.unwrap(), swept(0, 0));
    assert!(world.text(&ann).await.contains("ann"));
}

#[tokio::test(start_paused = true)]
async fn more_than_one_batch_expires_in_one_sweep() {
    let world = World::new();
    for number in 0..501 {
        world.processed(&format!("person{number}")).await;
    }
    pass(DAY).await;
    assert_eq!(world.sweep(Some(DAY), DAY * 2).run().await.unwrap(), swept(501, 0));
    assert!(world.stored().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn orphans_are_erased_over_several_batches_and_results_stay() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let bob = world.processed("bob").await;
    for number in 0..1_203 {
        world.blobs.put(orphan(number), vec![1].into()).await.unwrap();
    }
    pass(HOUR).await;
    assert_eq!(world.sweep(None, HOUR).run().await.unwrap(), swept(0, 1_203));
    let mut results = [world.result(&ann).await.blob, world.result(&bob).await.blob];
    results.sort_unstable();
    assert_eq!(world.stored().await, results);
}

#[tokio::test(start_paused = true)]
async fn full_batches_of_results_do_not_hide_the_orphans_behind_them() {
    let world = World::new();
    for number in 0..500 {
        world.processed(&format!("person{number}")).await;
    }
    let last = BlobKey::from_bytes([0xff; 16]);
    world.blobs.put(last, vec![1].into()).await.unwrap();
    pass(HOUR).await;
    assert_eq!(world.sweep(None, HOUR).run().await.unwrap(), swept(0, 1));
    assert_eq!(world.stored().await.len(), 500);
}

#[tokio::test(start_paused = true)]
async fn a_young_blob_is_no_orphan() {
    let world = World::new();
    world.blobs.put(orphan(1), vec![1].into()).await.unwrap();
    pass(seconds(3_599)).await;
    assert_eq!(world.sweep(None, HOUR).run().await.unwrap(), swept(0, 0));
    assert_eq!(world.stored().await, [orphan(1)]);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_that_was_cut_short_is_finished_by_the_next() {
    let world = World::new();
    world.processed("ann").await;
    world.processed("bob").await;
    pass(DAY).await;
    world.blobs.inject("delete", [Fault::Unavailable]);
    assert_unavailable(world.sweep(Some(DAY), HOUR).run().await, "the blob store");
    world.sweep(Some(DAY), HOUR).run().await.unwrap();
    assert!(world.stored().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_erases_nothing_until_it_is_confirmed_or_a_day_has_passed() {
    for is_confirmed in [true, false] {
        let world = World::new();
        let ann = world.processed("ann").await;
        let sweep = world.sweep(Some(DAY * 30), DAY);
        assert_eq!(sweep.run().await.unwrap(), swept(0, 0));
        pass(DAY * 31).await;
        for _ in 0..23 {
            assert!(sweep.run().await.unwrap().is_held);
            pass(HOUR).await;
        }
        assert_eq!(world.state(&ann).await, PackageState::Processed);
        if is_confirmed {
            world.dumpus.trust_clock().await.unwrap();
        } else {
            pass(HOUR).await;
        }
        assert_eq!(sweep.run().await.unwrap(), swept(1, 0));
        assert!(world.stored().await.is_empty());
    }
}
