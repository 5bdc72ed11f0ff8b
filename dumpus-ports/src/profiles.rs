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
///
/// Contract, in the words of [`crate::conformance`]:
/// 1. A user is found by their id, also by many at once.
/// 2. An id that nobody has gives `None`.
/// 3. So does a text that is no id; nothing of it reaches a third party.
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

/// What a Discord server shows to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuildProfile {
    /// Its name.
    pub name: String,
    /// Address of its icon, when it has one.
    pub icon_url: Option<String>,
    /// About how many members it has.
    pub member_count: u64,
}

/// A directory of the Discord servers that this instance's bot is in. Answers are kept in memory only.
///
/// Contract, in the words of [`crate::conformance`]:
/// 1. A server is found by its id.
/// 2. An id of a server that the bot is not in gives `None`.
/// 3. So does a text that is no id; nothing of it reaches a third party.
#[async_trait]
pub trait GuildDirectory: Send + Sync {
    /// The server of this id; `None` when the bot is not in it, or there is none.
    async fn look_up_guild(&self, guild_id: &str) -> Result<Option<GuildProfile>, ProfileError>;
}
