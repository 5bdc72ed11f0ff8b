//! Results, on their way to their owners.

use dumpus_ports::blobs::BlobStore;
use dumpus_ports::domain::time::Millis;
use dumpus_ports::usecase::{AccessError, BlobAddress, SignedBlob};
use dumpus_ports::vault::BlobSignature;

use crate::support::{Fault, Person, World, assert_unavailable, now, pass, seconds};

/// Changes the result in the store.
async fn tamper(world: &World, person: &Person, change: impl FnOnce(&mut Vec<u8>)) {
    let blob = world.result(person).await.blob;
    let mut bytes = world.blobs.inner().get(blob).await.unwrap().unwrap().to_vec();
    change(&mut bytes);
    world.blobs.inner().delete(blob).await.unwrap();
    world.blobs.inner().put(blob, bytes.into()).await.unwrap();
}

/// The address on the server's own route.
async fn address(world: &World, person: &Person) -> SignedBlob {
    let located = world.dumpus.locate_blob(&person.key, person.id).await.unwrap().unwrap();
    match located.address {
        BlobAddress::Server(address) => address,
        BlobAddress::Store(address) => panic!("memory has no addresses: {address}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_owner_fetches_their_result() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let bob = world.processed("bob").await;
    for (person, name) in [(&ann, "\"ann\""), (&bob, "\"bob\"")] {
        let text = world.text(person).await;
        assert!(text.contains(&person.id.to_string()) && text.contains(name), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_lies_in_the_store_is_not_readable() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let blob = world.result(&ann).await.blob;
    let stored = world.blobs.get(blob).await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains("ann"));
    assert_eq!(stored.len() as u64, world.result(&ann).await.size);
}

#[tokio::test(start_paused = true)]
async fn there_is_nothing_to_fetch_before_the_end() {
    let world = World::new();
    let nobody = world.person("nobody");
    let ann = world.waiting("ann").await;
    for person in [&nobody, &ann] {
        assert_eq!(world.fetch(person).await.unwrap(), None);
        assert_eq!(world.dumpus.locate_blob(&person.key, person.id).await.unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_result_that_was_changed_is_neither_given_nor_located() {
    let changes: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes[0] ^= 1,
        |bytes| *bytes.last_mut().unwrap() ^= 0x80,
        |bytes| bytes.truncate(bytes.len() - 16),
        Vec::clear,
    ];
    for change in changes {
        let world = World::new();
        let ann = world.processed("ann").await;
        tamper(&world, &ann, change).await;
        assert!(matches!(world.fetch(&ann).await, Err(AccessError::Tampered)));
        let located = world.dumpus.locate_blob(&ann.key, ann.id).await;
        assert!(matches!(located, Err(AccessError::Tampered)));
    }
}

#[tokio::test(start_paused = true)]
async fn another_persons_result_in_ones_own_place_is_not_given() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let bob = world.processed("bob").await;
    let of_bob = world.blobs.get(world.result(&bob).await.blob).await.unwrap().unwrap();
    tamper(&world, &ann, |bytes| *bytes = of_bob.into()).await;
    assert!(matches!(world.fetch(&ann).await, Err(AccessError::Tampered)));
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_gone_is_a_defect_and_no_empty_answer() {
    let world = World::new();
    let ann = world.processed("ann").await;
    world.blobs.delete(world.result(&ann).await.blob).await.unwrap();
    assert!(matches!(world.fetch(&ann).await, Err(AccessError::Failed(_))));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_said_to_be() {
    let world = World::new();
    let ann = world.processed("ann").await;
    world.blobs.inject("get", [Fault::Unavailable, Fault::Unavailable]);
    assert_unavailable(world.fetch(&ann).await, "the blob store");
    assert_unavailable(world.dumpus.locate_blob(&ann.key, ann.id).await, "the blob store");
}

#[tokio::test(start_paused = true)]
async fn a_located_result_is_served_to_any_holder_of_its_address() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let located = world.dumpus.locate_blob(&ann.key, ann.id).await.unwrap().unwrap();
    assert_eq!(located.iv, world.result(&ann).await.envelope.iv);
    assert_eq!(located.ttl, seconds(300));
    let address = address(&world, &ann).await;
    assert_eq!(address.expires.seconds(), now(&world) + 300);
    let served = world.dumpus.serve_blob(&address).await.unwrap();
    assert_eq!(served, world.blobs.get(address.blob).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_address_is_good_for_five_minutes() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let address = address(&world, &ann).await;
    pass(seconds(300)).await;
    assert!(world.dumpus.serve_blob(&address).await.unwrap().is_some());
    pass(seconds(1)).await;
    assert_eq!(world.dumpus.serve_blob(&address).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_was_changed_leads_nowhere_and_asks_nothing() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let eve = world.processed("eve").await;
    let real = address(&world, &ann).await;
    let mut flipped = real.signature;
    flipped.0[31] ^= 1;
    let changed = [
        SignedBlob {
            blob: address(&world, &eve).await.blob,
            ..real
        },
        SignedBlob {
            expires: Millis(real.expires.0 + 1_000),
            ..real
        },
        SignedBlob {
            expires: Millis(i64::MAX),
            ..real
        },
        SignedBlob {
            expires: Millis(i64::MIN),
            ..real
        },
        SignedBlob {
            signature: flipped,
            ..real
        },
        SignedBlob {
            signature: BlobSignature([0; 32]),
            ..real
        },
    ];
    world.blobs.forbid();
    for address in changed {
        assert_eq!(world.dumpus.serve_blob(&address).await.unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_of_a_deleted_result_leads_nowhere() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let address = address(&world, &ann).await;
    world.delete(&ann).await.unwrap();
    assert_eq!(world.dumpus.serve_blob(&address).await.unwrap(), None);
}
