//! Users, from Dis-who or Discord.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::profiles::{ProfileDirectory, ProfileError, UserProfile};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::api::Api;
use super::avatar;
use super::cache::{Answer, Cache, Lifetimes};
use super::{ProfileOptions, ProfileOptionsError, Upstream, parse_snowflake};

const LIFETIMES: Lifetimes = Lifetimes {
    found: Duration::from_hours(24),
    absent: Duration::from_mins(10),
};
/// Discord answers 400 to numbers that cannot be ids.
const ABSENT: [StatusCode; 2] = [StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST];

/// A directory of Discord users over HTTP.
pub struct HttpProfiles {
    client: Arc<Client>,
    cache: Cache<UserProfile>,
}

struct Client {
    api: Api,
    upstream: Upstream,
}

impl HttpProfiles {
    /// A directory that queries this upstream.
    ///
    /// # Errors
    /// [`ProfileOptionsError`] if the address is not an HTTP URL or the file of extra certificates cannot be used.
    pub fn new(upstream: Upstream, options: &ProfileOptions) -> Result<Self, ProfileOptionsError> {
        let (Upstream::Diswho { base, .. } | Upstream::Discord { base, .. }) = &upstream;
        let api = Api::new(base, options)?;
        Ok(Self {
            client: Arc::new(Client { api, upstream }),
            cache: Cache::new(options.capacity, LIFETIMES),
        })
    }
}

#[async_trait]
impl ProfileDirectory for HttpProfiles {
    async fn look_up(&self, user_id: &str) -> Result<Option<UserProfile>, ProfileError> {
        let Some(id) = parse_snowflake(user_id) else {
            return Ok(None);
        };
        let client = self.client.clone();
        self.cache.get(id, async move { client.fetch(id).await }).await
    }
}

impl Client {
    async fn fetch(&self, id: u64) -> Answer<UserProfile> {
        let (path, authorization) = match &self.upstream {
            Upstream::Diswho { secret, .. } => (format!("/user/{id}"), format!("Bearer {}", secret.sign_for_diswho())),
            Upstream::Discord { token, .. } => (format!("/users/{id}"), format!("Bot {}", token.expose())),
        };
        let user: Option<User> = self.api.get(&path, &authorization, &ABSENT).await?;
        // A client would cache a user without a name.
        user.map(|user| user.into_profile(id).ok_or(ProfileError::Unavailable))
            .transpose()
    }
}

/// Dis-who sends `display_name`, Discord `global_name`.
#[derive(Deserialize)]
struct User {
    username: Option<String>,
    global_name: Option<String>,
    display_name: Option<String>,
    avatar: Option<String>,
    /// A string; some mirrors send a number.
    discriminator: Option<Value>,
}

impl User {
    /// `None` if the user has no name.
    fn into_profile(self, id: u64) -> Option<UserProfile> {
        let non_empty = |name: Option<String>| name.filter(|name| !name.is_empty());
        let display_name = non_empty(self.global_name).or(non_empty(self.display_name));
        let discriminator = self.discriminator.and_then(|value| match value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.as_u64(),
            _ => None,
        });
        Some(UserProfile {
            user_id: id.to_string(),
            username: non_empty(self.username).or_else(|| display_name.clone())?,
            display_name,
            avatar_url: avatar::of_user(id, self.avatar.as_deref(), discriminator),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(json: &str) -> Option<UserProfile> {
        serde_json::from_str::<User>(json)
            .unwrap()
            .into_profile(80_351_110_224_678_912)
    }

    #[test]
    fn parses_users_of_both_upstreams() {
        let discord =
            profile(r#"{"id":"1","username":"nelly","global_name":"Nelly","avatar":"a_1f","discriminator":"0"}"#);
        let diswho = profile(r#"{"username":"nelly","display_name":"Nelly","avatar":"a_1f"}"#);
        assert_eq!(discord, diswho);
        assert_eq!(discord.unwrap().display_name.as_deref(), Some("Nelly"));
    }

    #[test]
    fn requires_only_a_name() {
        let user = profile(r#"{"username":"nelly","global_name":null,"avatar":null,"discriminator":1337}"#).unwrap();
        assert_eq!(user.display_name, None);
        assert!(user.avatar_url.ends_with("/embed/avatars/2.png"));
        assert_eq!(profile(r#"{"username":""}"#), None);
    }
}
