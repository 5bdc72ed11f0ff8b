//! Links at rest: AES-256-GCM, bound to their purpose and package.

use dumpus_ports::domain::crypto::link_binding;
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::secret::LinkAddress;
use dumpus_ports::domain::time::Millis;
use dumpus_ports::vault::VaultError;
use ring::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use zeroize::Zeroizing;

/// Length in bytes of the nonce, which precedes the ciphertext.
pub(super) const NONCE: usize = NONCE_LEN;

/// The associated data of a link.
pub(super) fn binding(label: &'static [u8], package: &PackageId, expires: Option<Millis>) -> Vec<u8> {
    let mut binding = link_binding(label, package);
    if let Some(expires) = expires {
        binding.extend(expires.0.to_be_bytes());
    }
    binding
}

/// Seals a link. Random 96-bit nonces are safe for 2^32 links under one key.
pub(super) fn seal(
    key: &LessSafeKey,
    nonce: [u8; NONCE],
    binding: &[u8],
    link: &LinkAddress,
) -> Result<Vec<u8>, VaultError> {
    let link = link.expose();
    let mut sealed = Vec::with_capacity(NONCE + link.len() + key.algorithm().tag_len());
    sealed.extend(nonce);
    sealed.extend(link.as_bytes());
    let tag = key
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(binding),
            &mut sealed[NONCE..],
        )
        // Fails only for texts of 64 GiB.
        .map_err(|_| VaultError::Tampered)?;
    sealed.extend(tag.as_ref());
    Ok(sealed)
}

/// Opens a link.
pub(super) fn open(key: &LessSafeKey, binding: &[u8], sealed: &[u8]) -> Result<LinkAddress, VaultError> {
    let (nonce, sealed) = sealed.split_first_chunk().ok_or(VaultError::Tampered)?;
    let mut text = Zeroizing::new(sealed.to_vec());
    let plain = key
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(binding), &mut text)
        .map_err(|_| VaultError::Tampered)?;
    let link = str::from_utf8(plain).map_err(|_| VaultError::Tampered)?;
    Ok(LinkAddress::new(Zeroizing::new(link.to_owned())))
}
