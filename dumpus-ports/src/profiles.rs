//! Ports: names and pictures of Discord users and servers, from a third party.

use std::time::Duration;

use async_trait::async_trait;

/// The public profile of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProfile {
    /// Discord's id of the user, in decimal.
    pub user_id: String,
    /// The unique handle.
    pub username: String,
    /// The name that is displayed instead of the handle.
    pub display_name: Option<String>,
    /// URL of the avatar, or of Discord's default avatar.
    pub avatar_url: String,
}

/// A directory of Discord users. Implementations keep answers in memory only.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. A known user is found by id, repeatedly and concurrently.
/// 2. An unknown id returns `None`.
/// 3. So does text that is not an id, and it is not sent to a third party.
#[async_trait]
pub trait ProfileDirectory: Send + Sync {
    /// The user with this decimal id; `None` if there is none, or if no directory is configured. The answer may be a day
    /// old. Waits for rate limits up to a time limit of the implementation. Cancel safe.
    ///
    /// # Errors
    /// [`ProfileError`]; both variants are worth another attempt.
    async fn look_up(&self, user_id: &str) -> Result<Option<UserProfile>, ProfileError>;
}

/// Why a directory did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// The directory's rate limit does not end within the time that a request waits.
    #[error("too many look-ups")]
    RateLimited {
        /// When another attempt makes sense, in whole seconds, at least 1.
        retry_after: Duration,
    },
    /// The directory cannot be reached, or its response cannot be parsed.
    #[error("the directory is unavailable")]
    Unavailable,
}

/// The public profile of a Discord server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuildProfile {
    /// Its name.
    pub name: String,
    /// URL of its icon, if it has one.
    pub icon_url: Option<String>,
    /// Approximate number of members.
    pub member_count: u64,
}

/// A directory of the Discord servers that this instance's bot is a member of. Implementations keep answers in memory
/// only.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. A server of the bot is found by id.
/// 2. The id of another server returns `None`.
/// 3. So does text that is not an id, and it is not sent to a third party.
#[async_trait]
pub trait GuildDirectory: Send + Sync {
    /// The server with this decimal id; `None` if the bot is not a member or the server does not exist. The answer may be
    /// ten minutes old. Waits for rate limits up to a time limit of the implementation. Cancel safe.
    ///
    /// # Errors
    /// [`ProfileError`]; both variants are worth another attempt.
    async fn look_up_guild(&self, guild_id: &str) -> Result<Option<GuildProfile>, ProfileError>;
}
