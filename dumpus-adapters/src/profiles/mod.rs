//! Names and avatars of Discord users, and the servers that this instance's bot is a member of.
//!
//! Dis-who is queried like the original does, `GET {base}/user/{id}` with a JSON Web Token; Discord as documented,
//! `GET {base}/users/{id}` with a bot token. Answers are kept in memory only.

mod api;
mod avatar;
mod cache;
mod guilds;
mod token;
mod users;

use std::path::PathBuf;
use std::time::Duration;

use crate::transport::{Overrides, TransportError};

pub use guilds::DiscordGuilds;
pub use token::Token;
pub use users::HttpProfiles;

/// The base URL of Discord's API.
pub const DISCORD: &str = "https://discord.com/api/v10";

/// The service that knows users.
#[derive(Debug)]
pub enum Upstream {
    /// A Dis-who host.
    Diswho {
        /// Its base URL, without `/user`.
        base: String,
        /// The secret that it shares with this instance.
        secret: Token,
    },
    /// Discord's API.
    Discord {
        /// Its base URL, [`DISCORD`] outside tests.
        base: String,
        /// The token of a bot.
        token: Token,
    },
}

/// How upstreams are queried.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProfileOptions {
    /// Host names that resolve to configured addresses.
    pub overrides: Overrides,
    /// A PEM file of certificates to trust besides the public authorities.
    pub extra_ca_file: Option<PathBuf>,
    /// Time limit of a look-up, including waits for rate limits. Default: 5 s.
    pub timeout: Duration,
    /// Number of answers to keep; each takes about 300 bytes. Default: 10,000.
    pub capacity: usize,
    /// Responses 401, 403 and 429 within ten minutes after which requests pause. Default: 1,000, a tenth of what Discord
    /// bans addresses for.
    pub max_rejections: u32,
}

impl Default for ProfileOptions {
    fn default() -> Self {
        Self {
            overrides: Overrides::default(),
            extra_ca_file: None,
            timeout: Duration::from_secs(5),
            capacity: 10_000,
            max_rejections: 1_000,
        }
    }
}

/// The options cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileOptionsError {
    /// The address is not an HTTP URL.
    #[error("the address of the directory is not an address over http or https")]
    Address,
    /// The connections cannot be set up.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// Parses an id as Discord writes it: decimal, without sign or leading zeros.
fn parse_snowflake(text: &str) -> Option<u64> {
    let is_canonical = !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| is_canonical)
}
