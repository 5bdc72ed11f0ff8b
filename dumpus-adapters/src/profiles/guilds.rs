//! Servers that this instance's bot is in.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::profiles::{GuildDirectory, GuildProfile, ProfileError};
use hyper::StatusCode;
use serde::Deserialize;

use super::api::Api;
use super::avatar;
use super::cache::{Answer, Cache};
use super::{ProfileSettings, ProfileSettingsError, Token, snowflake};

/// Members come and go.
const LIFETIME: Duration = Duration::from_mins(10);
/// A bot may not look into servers that it is not in.
const ABSENT: [StatusCode; 3] = [StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN];

/// A directory of the servers of a bot.
pub struct DiscordGuilds {
    asking: Arc<Asking>,
    cache: Arc<Cache<GuildProfile>>,
}

struct Asking {
    api: Api,
    token: Token,
}

impl DiscordGuilds {
    /// A directory that asks Discord's API at `base`, [`super::DISCORD`] outside tests.
    ///
    /// # Errors
    /// When the address is none, or the file of additional certificates cannot be used.
    pub fn new(base: &str, token: Token, settings: &ProfileSettings) -> Result<Self, ProfileSettingsError> {
        let api = Api::new(base, settings)?;
        Ok(Self {
            asking: Arc::new(Asking { api, token }),
            cache: Cache::new(settings.capacity, (LIFETIME, LIFETIME)),
        })
    }
}

#[async_trait]
impl GuildDirectory for DiscordGuilds {
    async fn look_up_guild(&self, guild_id: &str) -> Result<Option<GuildProfile>, ProfileError> {
        let Some(id) = snowflake(guild_id) else {
            return Ok(None);
        };
        let asking = self.asking.clone();
        self.cache.get(id, || async move { asking.ask(id).await }).await
    }
}

impl Asking {
    async fn ask(&self, id: u64) -> Answer<GuildProfile> {
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
