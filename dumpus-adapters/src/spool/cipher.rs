//! Blocks of a spool: AES-256-GCM under a key that only one filling of it has.

use std::io;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

/// Bytes of plaintext in every block but the last.
pub(super) const BLOCK: usize = 64 << 10;
/// Bytes that authenticate a block.
pub(super) const TAG: usize = 16;

/// Seals and opens blocks. Each number is sealed once under a key: the nonce is the number.
pub(super) struct BlockCipher(LessSafeKey);

impl BlockCipher {
    /// With a new key.
    pub(super) fn generate() -> io::Result<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        let key = SystemRandom::new()
            .fill(&mut bytes[..])
            .and_then(|()| UnboundKey::new(&AES_256_GCM, &bytes[..]))
            .map_err(|_| io::Error::other("the system gives no randomness"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Replaces plaintext by ciphertext and tag.
    pub(super) fn seal(&self, number: u64, is_last: bool, block: &mut Vec<u8>) -> io::Result<()> {
        let binding = binding(number, is_last);
        self.0
            .seal_in_place_append_tag(nonce(number), Aad::from(binding), block)
            .map_err(|_| io::Error::other("a block could not be sealed"))
    }

    /// Replaces ciphertext and tag by plaintext at the beginning.
    pub(super) fn open(&self, number: u64, is_last: bool, block: &mut [u8]) -> io::Result<()> {
        let binding = binding(number, is_last);
        match self.0.open_in_place(nonce(number), Aad::from(binding), block) {
            Ok(_) => Ok(()),
            Err(ring::error::Unspecified) => Err(changed()),
        }
    }
}

/// What was read is not what was written.
pub(super) fn changed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the spooled package was changed")
}

fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[NONCE_LEN - 8..].copy_from_slice(&number.to_be_bytes());
    Nonce::assume_unique_for_key(nonce)
}

fn binding(number: u64, is_last: bool) -> [u8; 9] {
    let mut binding = [u8::from(is_last); 9];
    binding[..8].copy_from_slice(&number.to_be_bytes());
    binding
}
