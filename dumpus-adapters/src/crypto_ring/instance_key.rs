//! The secret of an instance.

use std::fmt;
use std::str::FromStr;

use dumpus_ports::domain::crypto::labels;
use dumpus_ports::domain::process::KeyCheck;

use super::derive;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

/// The 32 bytes from which an instance derives the keys that seal queued links and sign blob addresses.
#[derive(Clone)]
pub struct InstanceKey(Zeroizing<[u8; 32]>);

/// The text is not an instance key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an instance key is 32 bytes in base64, such as `openssl rand -base64 32` prints")]
pub struct ParseInstanceKeyError;

impl InstanceKey {
    /// The key made of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A new random key; `None` if the system provides no randomness.
    #[must_use]
    pub fn generate() -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(&mut bytes[..]).ok()?;
        Some(Self(bytes))
    }

    /// What tells the key from others, and reveals nothing of it.
    #[must_use]
    pub fn check(&self) -> KeyCheck {
        let mut check = [0; 8];
        derive::fill(self.expose(), labels::KEY_CHECK, &mut check);
        KeyCheck(check)
    }

    /// The bytes, to be stored where the operator decides.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for InstanceKey {
    type Err = ParseInstanceKeyError;

    /// Parses standard base64; surrounding white space is ignored.
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
