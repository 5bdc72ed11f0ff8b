//! Encryption rules: what is derived from a key, and what is authenticated. Adapters of the vault provide the primitives.

use crate::package::PackageId;

/// Labels of the keys and ids that are derived with HKDF-SHA-256, from a package's key unless stated otherwise.
pub mod labels {
    /// The 16 bytes of the package id.
    pub const PACKAGE_ID: &[u8] = b"dumpus/v1/package-id";
    /// The key that authenticates the result at rest.
    pub const RESULT_MAC: &[u8] = b"dumpus/v1/result-mac";
    /// The key that encrypts the link in the registry, for its owner only.
    pub const OWNER_LINK: &[u8] = b"dumpus/v1/owner-link";
    /// From the instance key: the key that encrypts links in the queue.
    pub const QUEUED_LINK: &[u8] = b"dumpus/v1/queued-link";
    /// From the instance key: the key that signs blob addresses.
    pub const BLOB_ADDRESS: &[u8] = b"dumpus/v1/blob-address";
    /// From the instance key: what tells it from others.
    pub const KEY_CHECK: &[u8] = b"dumpus/v1/key-check";
    /// From the instance key: the key that makes pseudonyms.
    pub const PSEUDONYM: &[u8] = b"dumpus/v1/pseudonym";
}

/// How a result is encrypted at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// AES-256-CBC with PKCS#7 padding and the SHA-256 of the key, which the official client decrypts; then HMAC-SHA-256
    /// over suite, package id, IV and ciphertext.
    Aes256CbcHmacSha256,
}

impl Suite {
    /// The number in the registry.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Aes256CbcHmacSha256 => 1,
        }
    }

    /// The suite with this number.
    #[must_use]
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            1 => Some(Self::Aes256CbcHmacSha256),
            _ => None,
        }
    }
}

/// What is needed in addition to the ciphertext to decrypt a result. Stored in the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The cipher suite.
    pub suite: Suite,
    /// Initialisation vector, random for each encryption.
    pub iv: [u8; 16],
    /// Authenticates suite, package, IV and ciphertext.
    pub mac: [u8; 32],
}

/// The data that is authenticated before the ciphertext: suite, package id and IV, all of fixed length.
#[must_use]
pub fn result_mac_prefix(suite: Suite, package: &PackageId, iv: &[u8; 16]) -> [u8; 34] {
    let mut prefix = [0; 34];
    prefix[..2].copy_from_slice(&suite.number().to_be_bytes());
    prefix[2..18].copy_from_slice(package.as_bytes());
    prefix[18..].copy_from_slice(iv);
    prefix
}

/// The associated data of an encrypted link, which can only be decrypted for the same package and purpose.
#[must_use]
pub fn link_binding(label: &'static [u8], package: &PackageId) -> Vec<u8> {
    [label, package.as_bytes()].concat()
}
