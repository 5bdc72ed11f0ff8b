//! Discord servers (guilds) that this instance's bot is a member of.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::profiles::{GuildDirectory, GuildProfile, ProfileError};
use hyper::StatusCode;
use serde::Deserialize;

use super::api::Api;
use super::avatar;
use super::cache::{Answer, Cache, Lifetimes};
use super::{ProfileOptions, ProfileOptionsError, Token, parse_snowflake};

/// Short, because member counts change.
const LIFETIME: Duration = Duration::from_mins(10);
/// Discord answers 403 for servers that the bot is not a member of.
const ABSENT: [StatusCode; 3] = [StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN];

/// A directory of the servers of a bot.
pub struct DiscordGuilds {
    client: Arc<Client>,
    cache: Cache<GuildProfile>,
}

struct Client {
    api: Api,
    token: Token,
}

impl DiscordGuilds {
    /// A directory that queries Discord's API at `base`, [`super::DISCORD`] outside tests.
    ///
    /// # Errors
    /// [`ProfileOptionsError`] if the address is not an HTTP URL or the file of extra certificates cannot be used.
    pub fn new(base: &str, token: Token, options: &ProfileOptions) -> Result<Self, ProfileOptionsError> {
        let api = Api::new(base, options)?;
        let lifetimes = Lifetimes {
            found: LIFETIME,
            absent: LIFETIME,
        };
        Ok(Self {
            client: Arc::new(Client { api, token }),
            cache: Cache::new(options.capacity, lifetimes),
        })
    }
}

#[async_trait]
impl GuildDirectory for DiscordGuilds {
    async fn look_up_guild(&self, guild_id: &str) -> Result<Option<GuildProfile>, ProfileError> {
        let Some(id) = parse_snowflake(guild_id) else {
            return Ok(None);
        };
        let client = self.client.clone();
        self.cache.get(id, async move { client.fetch(id).await }).await
    }
}

impl Client {
    async fn fetch(&self, id: u64) -> Answer<GuildProfile> {
        let path = format!("/guilds/{id}?with_counts=true");
        let authorization = format!("Bot {}", self.token.expose());
        let guild: Option<Guild> = self.api.get(&path, &authorization, &ABSENT).await?;
        Ok(guild.map(|guild| GuildProfile {
            icon_url: avatar::of_guild(id, guild.icon.as_deref()),
            name: guild.name,
            member_count: guild.approximate_member_count,
        }))
    }
}

#[derive(Deserialize)]
struct Guild {
    name: String,
    icon: Option<String>,
    #[serde(default)]
    approximate_member_count: u64,
}
