//! Directories of given users and servers.

use std::collections::HashMap;

use async_trait::async_trait;
use dumpus_ports::profiles::{GuildDirectory, GuildProfile, ProfileDirectory, ProfileError, UserProfile};

/// A directory of given users.
#[derive(Debug, Default)]
pub struct MemoryProfiles(HashMap<String, UserProfile>);

impl MemoryProfiles {
    /// A directory that knows only these users.
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

/// A directory of given servers.
#[derive(Debug, Default)]
pub struct MemoryGuilds(HashMap<String, GuildProfile>);

impl MemoryGuilds {
    /// A directory that knows only these servers, by id.
    #[must_use]
    pub fn new(guilds: impl IntoIterator<Item = (String, GuildProfile)>) -> Self {
        Self(guilds.into_iter().collect())
    }
}

#[async_trait]
impl GuildDirectory for MemoryGuilds {
    async fn look_up_guild(&self, guild_id: &str) -> Result<Option<GuildProfile>, ProfileError> {
        Ok(self.0.get(guild_id).cloned())
    }
}
