//! Results at rest: AES-256-CBC under SHA-256 of the key, then HMAC-SHA-256 over suite, package, IV and ciphertext.

use aes::Aes256;
use bytes::{Bytes, BytesMut};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use cbc::{Decryptor, Encryptor};
use dumpus_ports::domain::crypto::{Envelope, Suite, labels, result_mac_prefix};
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::secret::UpnKey;
use dumpus_ports::vault::VaultError;
use ring::{digest, hmac};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::derive;

/// Block size of AES in bytes.
const BLOCK: usize = 16;

/// Encrypts and authenticates in place.
pub(super) fn seal(
    key: &UpnKey,
    package: &PackageId,
    iv: [u8; 16],
    plain: Vec<u8>,
) -> Result<(Envelope, Bytes), VaultError> {
    let suite = Suite::Aes256CbcHmacSha256;
    let mut sealed = plain;
    let length = sealed.len();
    // PKCS#7 always adds padding: a whole block if the length is a multiple of one.
    let padded = (length / BLOCK + 1) * BLOCK;
    sealed.reserve_exact(padded - length);
    sealed.resize(padded, 0);
    Encryptor::<Aes256>::new(&(*client_key(key)).into(), &iv.into())
        .encrypt_padded::<Pkcs7>(&mut sealed, length)
        .map_err(|_| VaultError::Tampered)?;
    let tag = authenticate(key, package, suite, &iv, &sealed).sign();
    let mac = derive::tag_bytes(&tag);
    Ok((Envelope { suite, iv, mac }, sealed.into()))
}

/// Checks the MAC, in constant time.
pub(super) fn verify(key: &UpnKey, package: &PackageId, envelope: &Envelope, sealed: &[u8]) -> Result<(), VaultError> {
    let actual = authenticate(key, package, envelope.suite, &envelope.iv, sealed).sign();
    if bool::from(actual.as_ref().ct_eq(&envelope.mac)) {
        Ok(())
    } else {
        Err(VaultError::Tampered)
    }
}

/// Checks the MAC, then decrypts in place when nothing else holds the bytes.
pub(super) fn open(key: &UpnKey, package: &PackageId, envelope: &Envelope, sealed: Bytes) -> Result<Bytes, VaultError> {
    verify(key, package, envelope, &sealed)?;
    let mut plain = BytesMut::from(sealed);
    let length = match envelope.suite {
        Suite::Aes256CbcHmacSha256 => Decryptor::<Aes256>::new(&(*client_key(key)).into(), &envelope.iv.into())
            .decrypt_padded::<Pkcs7>(&mut plain)
            .map_err(|_| VaultError::Tampered)?
            .len(),
    };
    plain.truncate(length);
    Ok(plain.freeze())
}

/// The key that the official client derives to decrypt results itself.
fn client_key(key: &UpnKey) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0; 32]);
    bytes.copy_from_slice(digest::digest(&digest::SHA256, key.expose().as_bytes()).as_ref());
    bytes
}

fn authenticate(key: &UpnKey, package: &PackageId, suite: Suite, iv: &[u8; 16], sealed: &[u8]) -> hmac::Context {
    let key = derive::mac_key(key.expose().as_bytes(), labels::RESULT_MAC);
    let mut context = hmac::Context::with_key(&key);
    context.update(&result_mac_prefix(suite, package, iv));
    context.update(sealed);
    context
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto_ring::{InstanceKey, RingVault};
    use dumpus_ports::vault::Vault as _;
    use proptest::prelude::*;

    const PLAIN: &[u8] = b"the statistics of one person";
    const IV: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    fn key() -> UpnKey {
        UpnKey::new(&"u001.".repeat(20))
    }

    fn hex(text: &str) -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(digit).collect()
    }

    /// The constants were printed by the command line of OpenSSL 3.0 (`kdf HKDF`, `enc -aes-256-cbc`, `dgst -mac HMAC`).
    #[test]
    fn agrees_with_another_implementation() {
        let vault = RingVault::new(&InstanceKey::from_bytes([7; 32]));
        let package = vault.package_id(&key());
        assert_eq!(package.to_string(), "b68c2081bd0a97641aa0c300a33d88bb");
        assert_eq!(
            client_key(&key()).to_vec(),
            hex("358f68adc6360c7466fcb279bb8f7837254d2b3c9c8817fddc0eafc963491440")
        );
        let (envelope, sealed) = seal(&key(), &package, IV, PLAIN.to_vec()).unwrap();
        assert_eq!(
            sealed[..],
            hex("15984073218e47f61b5180d53c5e86e06c3870f2de11863ff82d8379a2d7c253")
        );
        assert_eq!(
            envelope.mac.to_vec(),
            hex("d80f8b7438f3a3e505709ad8691bed1807bd25734db2f45eb356119bff20351c")
        );
    }

    #[test]
    fn a_key_and_its_digest_derive_different_keys() {
        // HMAC replaces a key of more than 64 bytes by its digest; HKDF must not do so with input keying material.
        let digest = client_key(&key());
        let (mut of_key, mut of_digest) = ([0; 32], [0; 32]);
        derive::fill(key().expose().as_bytes(), labels::RESULT_MAC, &mut of_key);
        derive::fill(&digest[..], labels::RESULT_MAC, &mut of_digest);
        assert_ne!(of_key, of_digest);
        assert_ne!(of_key, *digest);
    }

    #[test]
    fn opens_results_of_every_length() {
        let package = PackageId::from_bytes([1; 16]);
        for length in (0..50).chain([4095, 4096, 1_000_003]) {
            let plain: Vec<u8> = (0_u8..=255).cycle().take(length).collect();
            let (envelope, sealed) = seal(&key(), &package, IV, plain.clone()).unwrap();
            assert_eq!(sealed.len() % BLOCK, 0);
            assert_eq!(open(&key(), &package, &envelope, sealed), Ok(plain.into()));
        }
    }

    proptest! {
        #[test]
        fn a_result_opens_unchanged_or_not_at_all(
            text in "[!-~]{16,1200}",
            id: [u8; 16],
            iv: [u8; 16],
            plain: Vec<u8>,
            bit: prop::sample::Index,
        ) {
            let (key, package) = (UpnKey::new(&text), PackageId::from_bytes(id));
            let (envelope, sealed) = seal(&key, &package, iv, plain.clone()).unwrap();
            let mut flipped = sealed.to_vec();
            let bit = bit.index(sealed.len() * 8);
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(open(&key, &package, &envelope, flipped.into()), Err(VaultError::Tampered));
            let other = UpnKey::new(&format!("{text}!"));
            prop_assert_eq!(open(&other, &package, &envelope, sealed.clone()), Err(VaultError::Tampered));
            prop_assert_eq!(open(&key, &package, &envelope, sealed), Ok(plain.into()));
        }
    }
}
