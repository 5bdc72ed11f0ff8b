//! The secret of an instance.

use std::fmt;
use std::str::FromStr;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

/// The 32 bytes under which an instance seals what waits in its queue, and signs addresses of blobs.
pub struct InstanceKey(Zeroizing<[u8; 32]>);

/// The text is no instance key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an instance key is 32 bytes in base64, such as `openssl rand -base64 32` prints")]
pub struct ParseInstanceKeyError;

impl InstanceKey {
    /// The key made of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A new key; `None` when the system gives no randomness.
    #[must_use]
    pub fn generate() -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(&mut bytes[..]).ok()?;
        Some(Self(bytes))
    }

    /// The bytes, to be kept where the operator decided.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for InstanceKey {
    type Err = ParseInstanceKeyError;

    /// Standard base64, white space around it ignored.
    fn from_str(text: &str) -> Result<Self, ParseInstanceKeyError> {
        let decoded = BASE64_STANDARD.decode(text.trim()).map_err(|_| ParseInstanceKeyError)?;
        let decoded = Zeroizing::new(decoded);
        let bytes = decoded.as_slice().try_into().map_err(|_| ParseInstanceKeyError)?;
        Ok(Self::from_bytes(bytes))
    }
}

impl fmt::Debug for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstanceKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_from_base64_and_never_printed() {
        let key: InstanceKey = " AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n".parse().unwrap();
        assert_eq!(key.expose()[..4], [0, 1, 2, 3]);
        assert_eq!(format!("{key:?}"), "InstanceKey(redacted)");
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "AAECAw==", "no base64!", &"A".repeat(64)] {
            assert_eq!(text.parse::<InstanceKey>().err(), Some(ParseInstanceKeyError), "{text}");
        }
    }
}
