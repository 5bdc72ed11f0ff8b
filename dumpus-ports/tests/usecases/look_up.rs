//! Names of Discord users, for owners of packages.

use std::sync::Arc;

use async_trait::async_trait;
use dumpus_adapters::memory::profiles::MemoryProfiles;
use dumpus_ports::profiles::{ProfileDirectory, ProfileError, UserProfile};
use dumpus_ports::usecase::{AccessError, LookUpError};

use crate::support::{Fault, Person, World, assert_unavailable};

/// A directory that ends the test or gives an error.
struct Directory(Option<ProfileError>);

#[async_trait]
impl ProfileDirectory for Directory {
    async fn look_up(&self, user_id: &str) -> Result<Option<UserProfile>, ProfileError> {
        Err(self.0.clone().unwrap_or_else(|| panic!("{user_id} was asked for")))
    }
}

fn zoe() -> UserProfile {
    UserProfile {
        user_id: "123456789012345678".to_owned(),
        username: "zoe".to_owned(),
        display_name: None,
        avatar_url: "https://cdn.discordapp.com/embed/avatars/0.png".to_owned(),
    }
}

async fn look_up(
    world: &World,
    person: &Person,
    profiles: impl ProfileDirectory + 'static,
    user_id: &str,
) -> Result<Option<UserProfile>, LookUpError> {
    let dumpus = world.builder().profiles(Arc::new(profiles)).build().unwrap();
    dumpus.look_up_user(&person.key, person.id, user_id).await
}

#[tokio::test(start_paused = true)]
async fn the_owner_of_a_package_is_told_who_a_user_is() {
    let world = World::new();
    let ann = world.processed("ann").await;
    let found = look_up(&world, &ann, MemoryProfiles::new([zoe()]), "123456789012345678").await;
    assert_eq!(found.unwrap(), Some(zoe()));
    let unknown = look_up(&world, &ann, MemoryProfiles::new([zoe()]), "1").await;
    assert_eq!(unknown.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_submitted_link_alone_does_not_give_access_to_the_directory() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let answer = look_up(&world, &ann, Directory(None), "123456789012345678").await;
    assert_eq!(answer.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_key_without_a_package_is_told_nothing() {
    let world = World::new();
    let ann = world.person("ann");
    let answer = look_up(&world, &ann, Directory(None), "123456789012345678").await;
    assert!(matches!(answer, Err(LookUpError::Access(AccessError::Unauthorized))));
}

#[tokio::test(start_paused = true)]
async fn invalid_ids_are_not_looked_up() {
    let world = World::new();
    let ann = world.processed("ann").await;
    for text in ["", "deleted:123", "12 3", "-1", "+1", "٣", "1/../2", &"1".repeat(21)] {
        assert_eq!(
            look_up(&world, &ann, Directory(None), text).await.unwrap(),
            None,
            "{text}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn errors_of_the_directory_are_passed_on() {
    let world = World::new();
    let ann = world.processed("ann").await;
    for expected in [
        ProfileError::RateLimited {
            retry_after: std::time::Duration::from_secs(3),
        },
        ProfileError::Unavailable,
    ] {
        match look_up(&world, &ann, Directory(Some(expected.clone())), "1").await {
            Err(LookUpError::Profile(error)) => assert_eq!(error, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_registry_is_reported() {
    let world = World::new();
    let ann = world.processed("ann").await;
    world.registry.inject("find", [Fault::Unavailable]);
    match look_up(&world, &ann, Directory(None), "1").await {
        Err(LookUpError::Access(error)) => assert_unavailable::<()>(Err(error), "the registry"),
        other => panic!("{other:?}"),
    }
}
