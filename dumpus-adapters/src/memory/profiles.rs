//! Users that somebody wrote down.

use std::collections::HashMap;

use async_trait::async_trait;
use dumpus_ports::profiles::{ProfileDirectory, ProfileError, UserProfile};

/// A directory of given users.
#[derive(Debug, Default)]
pub struct MemoryProfiles(HashMap<String, UserProfile>);

impl MemoryProfiles {
    /// A directory of these users and nobody else.
    #[must_use]
    pub fn new(users: impl IntoIterator<Item = UserProfile>) -> Self {
        let users = users.into_iter().map(|user| (user.user_id.clone(), user));
        Self(users.collect())
    }
}

#[async_trait]
impl ProfileDirectory for MemoryProfiles {
    async fn look_up(&self, user_id: &str) -> Result<Option<UserProfile>, ProfileError> {
        Ok(self.0.get(user_id).cloned())
    }
}
