//! Key derivation: HKDF-SHA-256 with one label per purpose.

use dumpus_ports::domain::crypto::labels;
use dumpus_ports::domain::secret::UpnKey;
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Okm, Prk, Salt};
use ring::hmac;

/// A number of bytes.
#[derive(Clone, Copy)]
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Extracts with the secret as input keying material. As an HMAC key, a secret over 64 bytes would first be replaced by
/// its SHA-256, which is the key that encrypts results.
fn extract(secret: &[u8]) -> Prk {
    Salt::new(HKDF_SHA256, &[]).extract(secret)
}

/// `expand` fails only for more than 255 hashes; every length here is at most one.
fn expand<'a, L: KeyType>(secret: &'a Prk, label: &'a [&'a [u8]], length: L) -> Okm<'a, L> {
    match secret.expand(label, length) {
        Ok(okm) => okm,
        Err(ring::error::Unspecified) => unreachable!("at most 32 bytes are requested"),
    }
}

/// Fills a buffer of at most 32 bytes.
pub(super) fn fill(secret: &[u8], label: &[u8], bytes: &mut [u8]) {
    let secret = extract(secret);
    if expand(&secret, &[label], Length(bytes.len())).fill(bytes).is_err() {
        unreachable!("the buffer has the requested length");
    }
}

/// A key of HMAC-SHA-256.
pub(super) fn mac_key(secret: &[u8], label: &[u8]) -> hmac::Key {
    expand(&extract(secret), &[label], hmac::HMAC_SHA256).into()
}

/// A key of AES-256-GCM.
pub(super) fn aead_key(secret: &[u8], label: &[u8]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::from(expand(&extract(secret), &[label], &AES_256_GCM)))
}

/// The key under which the registry keeps a link for its owner.
pub(super) fn owner_key(key: &UpnKey) -> LessSafeKey {
    aead_key(key.expose().as_bytes(), labels::OWNER_LINK)
}

/// The bytes of a tag of HMAC-SHA-256.
pub(super) fn tag_bytes(tag: &hmac::Tag) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}
