//! Port: names and avatars of Discord users, from a third party.

use async_trait::async_trait;

/// What a user shows to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProfile {
    /// Discord's id of the user.
    pub user_id: String,
    /// The handle.
    pub username: String,
    /// The name shown to others.
    pub display_name: Option<String>,
    /// Address of the avatar, or of Discord's default one.
    pub avatar_url: String,
}

/// A directory of Discord users. Answers are kept in memory only.
#[async_trait]
pub trait ProfileDirectory: Send + Sync {
    /// The user of this id, digits only; `None` when there is none, or no directory is configured.
    async fn look_up(&self, user_id: &str) -> Result<Option<UserProfile>, ProfileError>;
}

/// Why a directory gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// The limit of the directory, or of this instance, did not pass within the time that a request waits.
    #[error("too many look-ups")]
    RateLimited {
        /// Seconds until another attempt makes sense.
        retry_after: u64,
    },
    /// It cannot be reached, or says what is not understood.
    #[error("the directory is unavailable")]
    Unavailable,
}

/// What a guild shows to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuildProfile {
    /// Its name.
    pub name: String,
    /// Address of its icon.
    pub icon_url: Option<String>,
    /// How many members it has, about.
    pub member_count: u64,
}

/// A directory of Discord guilds.
#[async_trait]
pub trait GuildDirectory: Send + Sync {
    /// The guild of this id, digits only; `None` when there is none that the directory knows.
    async fn guild(&self, guild_id: &str) -> Result<Option<GuildProfile>, ProfileError>;
}
