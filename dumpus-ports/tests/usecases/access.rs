//! Nothing is looked up before the key is known to own the package.

use std::sync::Arc;

use dumpus_adapters::memory::profiles::MemoryProfiles;
use dumpus_ports::domain::secret::UpnKey;
use dumpus_ports::usecase::{AccessError, LookUpError};

use crate::support::{Person, World};

/// An instance that cannot be asked anything, and somebody with another's key.
async fn stranger() -> (World, Person) {
    let world = World::new();
    let ann = world.processed("ann").await;
    let bob = world.processed("bob").await;
    world.registry.forbid();
    world.queue.forbid();
    world.blobs.forbid();
    (world, Person { id: ann.id, ..bob })
}

fn assert_unauthorized<T: std::fmt::Debug>(answer: &Result<T, AccessError>) {
    assert!(matches!(answer, Err(AccessError::Unauthorized)), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn a_foreign_key_learns_no_status() {
    let (world, stranger) = stranger().await;
    assert_unauthorized(&world.status(&stranger).await);
}

#[tokio::test(start_paused = true)]
async fn a_foreign_key_fetches_nothing() {
    let (world, stranger) = stranger().await;
    assert_unauthorized(&world.fetch(&stranger).await);
    assert_unauthorized(&world.dumpus.locate_blob(&stranger.key, stranger.id).await);
}

#[tokio::test(start_paused = true)]
async fn a_foreign_key_deletes_nothing() {
    let (world, stranger) = stranger().await;
    assert_unauthorized(&world.delete(&stranger).await);
}

#[tokio::test(start_paused = true)]
async fn a_foreign_key_looks_nobody_up() {
    let (world, stranger) = stranger().await;
    let directory = Arc::new(MemoryProfiles::default());
    let dumpus = world.builder().profiles(directory).build().unwrap();
    let answer = dumpus.look_up_user(&stranger.key, stranger.id, "1").await;
    assert!(matches!(answer, Err(LookUpError::Access(AccessError::Unauthorized))));
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_none_own_nothing() {
    let (world, stranger) = stranger().await;
    for key in ["", " ", "Bearer", "\u{0}", "key\nkey", &"k".repeat(100_000)] {
        let id = stranger.id;
        let (key, link) = (UpnKey::new(key), String::new());
        assert_unauthorized(&world.status(&Person { link, key, id }).await);
    }
}
