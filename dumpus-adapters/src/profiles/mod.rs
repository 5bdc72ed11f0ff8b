//! Names and avatars of Discord users, and the servers of this instance's bot.
//!
//! Dis-who is asked as the original does: `GET {base}/user/{id}` with a JSON Web Token; Discord as its documentation
//! says: `GET {base}/users/{id}` with a bot's token.

mod api;
mod avatar;
mod cache;
mod guilds;
mod token;
mod users;

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::profiles::{ProfileDirectory, ProfileError, UserProfile};

use crate::transport::{Overrides, TransportError};

pub use guilds::DiscordGuilds;
pub use token::Token;
pub use users::HttpProfiles;

/// Where Discord's API is.
pub const DISCORD: &str = "https://discord.com/api/v10";

/// Who is asked.
#[derive(Debug)]
pub enum Upstream {
    /// A Dis-who host.
    DisWho {
        /// Its address, without `/user`.
        base: String,
        /// The secret that it shares with this instance.
        secret: Token,
    },
    /// Discord's API.
    Discord {
        /// Its address, [`DISCORD`] outside tests.
        base: String,
        /// The token of a bot.
        token: Token,
    },
}

/// How upstreams are asked.
#[derive(Clone, Debug)]
pub struct ProfileSettings {
    /// Names that resolve to what the operator says.
    pub overrides: Overrides,
    /// Certificates that are trusted beside those of the public authorities.
    pub extra_ca_file: Option<PathBuf>,
    /// How long a look-up takes at most, waits for limits included. 5 s.
    pub patience: Duration,
    /// Answers that are kept at most; some 300 bytes each. 10,000.
    pub capacity: usize,
}

impl Default for ProfileSettings {
    fn default() -> Self {
        Self {
            overrides: Overrides::default(),
            extra_ca_file: None,
            patience: Duration::from_secs(5),
            capacity: 10_000,
        }
    }
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileSettingsError {
    /// The address is none.
    #[error("the address of the directory is not an address over http or https")]
    Address,
    /// The connections cannot be set up.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// The directory of an instance for which none is configured: nobody is known, and nobody is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProfiles;

#[async_trait]
impl ProfileDirectory for NoProfiles {
    async fn look_up(&self, _: &str) -> Result<Option<UserProfile>, ProfileError> {
        Ok(None)
    }
}

/// Reads an id as Discord writes it.
fn snowflake(text: &str) -> Option<u64> {
    let is_plain = !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| is_plain)
}
