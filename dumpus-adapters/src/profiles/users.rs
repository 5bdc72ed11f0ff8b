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
use super::cache::{Answer, Cache};
use super::{ProfileSettings, ProfileSettingsError, Upstream, snowflake};

/// How long a user is kept, and that there is none.
const LIFETIMES: (Duration, Duration) = (Duration::from_hours(24), Duration::from_mins(10));
/// Discord answers 400 for numbers that are no ids.
const ABSENT: [StatusCode; 2] = [StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST];

/// A directory of Discord users over HTTP.
pub struct HttpProfiles {
    asking: Arc<Asking>,
    cache: Arc<Cache<UserProfile>>,
}

struct Asking {
    api: Api,
    upstream: Upstream,
}

impl HttpProfiles {
    /// A directory that asks this upstream.
    ///
    /// # Errors
    /// When its address is none, or the file of additional certificates cannot be used.
    pub fn new(upstream: Upstream, settings: &ProfileSettings) -> Result<Self, ProfileSettingsError> {
        let (Upstream::DisWho { base, .. } | Upstream::Discord { base, .. }) = &upstream;
        let api = Api::new(base, settings)?;
        Ok(Self {
            asking: Arc::new(Asking { api, upstream }),
            cache: Cache::new(settings.capacity, LIFETIMES),
        })
    }
}

#[async_trait]
impl ProfileDirectory for HttpProfiles {
    async fn look_up(&self, user_id: &str) -> Result<Option<UserProfile>, ProfileError> {
        let Some(id) = snowflake(user_id) else {
            return Ok(None);
        };
        let asking = self.asking.clone();
        self.cache.get(id, || async move { asking.ask(id).await }).await
    }
}

impl Asking {
    async fn ask(&self, id: u64) -> Answer<UserProfile> {
        let (path, authorization) = match &self.upstream {
            Upstream::DisWho { secret, .. } => (format!("/user/{id}"), format!("Bearer {}", secret.sign_for_dis_who())),
            Upstream::Discord { token, .. } => (format!("/users/{id}"), format!("Bot {}", token.expose())),
        };
        let user: Option<User> = self.api.get(&path, &authorization, &ABSENT).await?;
        // The client would keep a user without a name as one.
        user.map(|user| user.into_profile(id).ok_or(ProfileError::Unavailable))
            .transpose()
    }
}

/// Dis-who's users have `display_name`, Discord's `global_name`.
#[derive(Deserialize)]
struct User {
    username: Option<String>,
    global_name: Option<String>,
    display_name: Option<String>,
    avatar: Option<String>,
    /// A text, but a number with some mirrors.
    discriminator: Option<Value>,
}

impl User {
    /// `None` without any name.
    fn into_profile(self, id: u64) -> Option<UserProfile> {
        let given = |name: Option<String>| name.filter(|name| !name.is_empty());
        let display_name = given(self.global_name).or(given(self.display_name));
        let discriminator = self.discriminator.and_then(|value| match value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.as_u64(),
            _ => None,
        });
        Some(UserProfile {
            user_id: id.to_string(),
            username: given(self.username).or_else(|| display_name.clone())?,
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
    fn users_of_both_upstreams_are_understood() {
        let discord =
            profile(r#"{"id":"1","username":"nelly","global_name":"Nelly","avatar":"a_1f","discriminator":"0"}"#);
        let dis_who = profile(r#"{"username":"nelly","display_name":"Nelly","avatar":"a_1f"}"#);
        assert_eq!(discord, dis_who);
        assert_eq!(discord.unwrap().display_name.as_deref(), Some("Nelly"));
    }

    #[test]
    fn a_user_needs_a_name_only() {
        let user = profile(r#"{"username":"nelly","global_name":null,"avatar":null,"discriminator":1337}"#).unwrap();
        assert_eq!(user.display_name, None);
        assert!(user.avatar_url.ends_with("/embed/avatars/2.png"));
        assert_eq!(profile(r#"{"username":""}"#), None);
    }
}
