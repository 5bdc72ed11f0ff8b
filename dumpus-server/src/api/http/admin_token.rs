//! The operator's token, configured as it is or as its Argon2 hash.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::Mutex;

use super::rate_limit::RateLimit;

/// A shorter token could be guessed, and opens the admin routes.
const MIN_LENGTH: usize = 16;
/// What a verification may take: a larger number in a setting is a mistake, or would end the process.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_PASSES: u32 = 16;

/// The token of the admin routes, or its hash.
#[derive(Clone)]
pub enum AdminToken {
    /// As clients present it.
    Text(SecretString),
    /// A PHC string, which begins with `$argon2`.
    Argon2(SecretString),
}

/// The text is no usable token or hash of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseAdminTokenError {
    /// It is short.
    #[error("expected at least {MIN_LENGTH} characters")]
    Short,
    /// It begins like a hash and is none.
    #[error("expected a complete PHC string of Argon2; where a file or a shell expands $, quote it")]
    Hash,
    /// The hash takes much memory or time.
    #[error("expected an Argon2 hash of at most {} MiB and {MAX_PASSES} passes", MAX_MEMORY_KIB / 1024)]
    Expensive,
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken(redacted)")
    }
}

impl FromStr for AdminToken {
    type Err = ParseAdminTokenError;

    fn from_str(text: &str) -> Result<Self, ParseAdminTokenError> {
        if !text.starts_with("$argon2") {
            let is_long = text.len() >= MIN_LENGTH;
            return is_long
                .then(|| Self::Text(text.into()))
                .ok_or(ParseAdminTokenError::Short);
        }
        let hash = PasswordHash::new(text).map_err(|_| ParseAdminTokenError::Hash)?;
        let params = Params::try_from(&hash).map_err(|_| ParseAdminTokenError::Hash)?;
        if Algorithm::try_from(hash.algorithm.as_str()).is_err() || hash.salt.is_none() || hash.hash.is_none() {
            return Err(ParseAdminTokenError::Hash);
        }
        if params.m_cost() > MAX_MEMORY_KIB || params.t_cost() > MAX_PASSES {
            return Err(ParseAdminTokenError::Expensive);
        }
        Ok(Self::Argon2(text.into()))
    }
}

/// Verifies tokens that requests present.
pub(in crate::api) struct AdminTokens {
    token: AdminToken,
    /// Verifications of hashes, which are expensive, per client.
    limit: RateLimit,
    /// One verification at a time: each takes the memory that the hash asks for.
    turn: Arc<Mutex<()>>,
    /// The digest of the right token, once a request has presented it.
    verified: Arc<OnceLock<[u8; 32]>>,
}

impl AdminTokens {
    pub(in crate::api) fn new(token: AdminToken, limit: RateLimit) -> Self {
        Self {
            token,
            limit,
            turn: Arc::default(),
            verified: Arc::default(),
        }
    }

    /// Whether this is the token. Without a verification, a client that presented many wrong ones is told that it is not.
    pub(in crate::api) async fn verify(&self, presented: &str, client: IpAddr) -> bool {
        let phc = match &self.token {
            AdminToken::Text(token) => return token.expose_secret().as_bytes().ct_eq(presented.as_bytes()).into(),
            AdminToken::Argon2(phc) => phc,
        };
        // Salted with the hash, and its salt.
        let digest: [u8; 32] = Sha256::new_with_prefix(phc.expose_secret())
            .chain_update(presented)
            .finalize()
            .into();
        if let Some(verified) = self.verified.get() {
            return verified.ct_eq(&digest).into();
        }
        if self.limit.take(client).await.is_err() {
            return false;
        }
        // Held by the verification: a client that goes away does not end it.
        let turn = self.turn.clone().lock_owned().await;
        let (phc, presented, verified) = (phc.clone(), SecretString::from(presented), self.verified.clone());
        let verification = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let is_right = verified.get().map_or_else(
                || {
                    let hash = PasswordHash::new(phc.expose_secret());
                    hash.is_ok_and(|hash| {
                        let presented = presented.expose_secret().as_bytes();
                        Argon2::default().verify_password(presented, &hash).is_ok()
                    })
                },
                |verified| verified.ct_eq(&digest).into(),
            );
            if is_right {
                verified.get_or_init(|| digest);
            }
            is_right
        });
        verification.await.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use dumpus_adapters::memory::MemoryRateLimiter;
    use dumpus_ports::rate_limiter::Rate;

    use super::*;

    const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    /// Of `a token of sixteen or more`, made by the reference implementation.
    const HASH: &str =
        "$argon2id$v=19$m=8192,t=1,p=1$YSBzYWx0IG9mIHNpeHRlZW4$KTrrg+OrOuQ7CVw3nDHp9VdGRGUWGxtjviiPWtMKMW0";

    fn tokens(token: &str, per_minute: u32) -> AdminTokens {
        let rate = Rate::new(per_minute, Duration::from_mins(1));
        let limit = RateLimit::new(Arc::new(MemoryRateLimiter::default()), "admin tokens", rate);
        AdminTokens::new(token.parse().unwrap(), limit)
    }

    #[tokio::test]
    async fn a_token_is_compared_with_its_hash() {
        let tokens = tokens(HASH, 100);
        assert!(!tokens.verify("another token of sixteen", CLIENT).await);
        assert!(!tokens.verify("", CLIENT).await);
        assert!(!tokens.verify(HASH, CLIENT).await);
        assert!(tokens.verify("a token of sixteen or more", CLIENT).await);
        assert!(!tokens.verify("another token of sixteen", CLIENT).await);
    }

    #[tokio::test]
    async fn a_token_that_is_known_needs_no_verification_and_so_no_room_in_the_limit() {
        let tokens = tokens(HASH, 2);
        assert!(tokens.verify("a token of sixteen or more", CLIENT).await);
        for _ in 0..100 {
            assert!(!tokens.verify("a guess of sixteen letters", CLIENT).await);
            assert!(tokens.verify("a token of sixteen or more", CLIENT).await);
        }
    }

    #[tokio::test]
    async fn without_a_known_token_a_client_has_few_guesses() {
        let tokens = tokens(HASH, 2);
        for _ in 0..2 {
            assert!(!tokens.verify("a guess of sixteen letters", CLIENT).await);
        }
        assert!(
            !tokens.verify("a token of sixteen or more", CLIENT).await,
            "not verified"
        );
        assert!(
            tokens
                .verify("a token of sixteen or more", "192.0.2.1".parse().unwrap())
                .await
        );
        assert!(tokens.verify("a token of sixteen or more", CLIENT).await);
    }

    #[test]
    fn hashes_that_are_broken_or_take_much_memory_are_rejected() {
        use ParseAdminTokenError::{Expensive, Hash, Short};
        let (start, rest) = HASH.split_at(HASH.find("m=").unwrap());
        let rest = &rest[rest.find('$').unwrap()..];
        for (text, error) in [
            ("fifteen letters", Short),
            // What a shell leaves of a hash.
            ("$argon2id=19=65536,t=3,p=4", Hash),
            ("$argon2id$v=19$m=8192,t=1,p=1", Hash),
            (&HASH.replace("argon2id", "argon2x"), Hash),
            (&format!("{start}m=262145,t=1,p=1{rest}"), Expensive),
            (&format!("{start}m=8192,t=17,p=1{rest}"), Expensive),
        ] {
            assert_eq!(text.parse::<AdminToken>().unwrap_err(), error, "{text}");
        }
    }
}
