//! Secrets that authenticate this instance to upstreams.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use ring::hmac;
use zeroize::Zeroizing;

/// Lifetime of a token for Dis-who. Each request carries a new one.
const LIFETIME: Duration = Duration::from_hours(24);

/// A secret of the operator. Its `Debug` output is redacted.
pub struct Token(Zeroizing<String>);

impl Token {
    /// A token with this text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// A JSON Web Token with the one claim that Dis-who reads, signed with HMAC-SHA-256 under this secret.
    pub(super) fn sign_for_diswho(&self) -> String {
        let until = SystemTime::now() + LIFETIME;
        let until = until.duration_since(UNIX_EPOCH).unwrap_or_default();
        sign(self.expose(), until.as_millis())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

fn sign(secret: &str, expires_ms: u128) -> String {
    let head = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = BASE64_URL_SAFE_NO_PAD.encode(format!(r#"{{"expirationTimestamp":{expires_ms}}}"#));
    let signed = format!("{head}.{claims}");
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
    format!("{signed}.{signature}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected value was computed with the command line of OpenSSL.
    #[test]
    fn signs_like_another_implementation() {
        let token = sign("secret of dis-who", 1_700_000_000_000);
        assert_eq!(
            token,
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHBpcmF0aW9uVGltZXN0YW1wIjoxNzAwMDAwMDAwMDAwfQ.XQtKSlraU6WU0Cyw5DGWkNlqBd0a6LsleMfY5-ZiqyQ"
        );
    }

    #[test]
    fn redacts_secrets_in_debug_output() {
        assert_eq!(format!("{:?}", Token::new("secret")), "Token(redacted)");
    }
}
