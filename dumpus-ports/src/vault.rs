//! Port: cryptography. Rules are the domain's (`domain::crypto`), primitives an adapter's.

use bytes::Bytes;

use crate::blobs::BlobKey;
use crate::domain::crypto::Envelope;
use crate::domain::package::PackageId;
use crate::domain::secret::{LinkAddress, UpnKey};
use crate::domain::time::Millis;
use crate::queue::SealedLink;
use crate::registry::OwnerLink;

/// Cryptography. Methods are synchronous, because they only compute, and read no clock: instants are arguments.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. A result opens with the key and package it was sealed for; with any bit changed, in ciphertext or envelope, or
///    for another key or package, it does not.
/// 2. Sealing twice gives different bytes.
/// 3. Sealed links open for their package only, those of the queue until they expire, those of the owner with the
///    owner's key; they contain neither link nor key.
/// 4. Ids of different keys differ, and do not tell the key.
/// 5. A signature is good for its blob and instant only.
/// 6. Another instance opens no link of this one's queue and makes none of its signatures; results open anywhere.
pub trait Vault: Send + Sync {
    /// The id of the package that the key owns.
    fn package_id(&self, key: &UpnKey) -> PackageId;

    /// Whether the key owns the package, in constant time.
    fn owns(&self, key: &UpnKey, package: &PackageId) -> bool;

    /// Encrypts a result for its owner: what a client needs to decrypt it besides its key, and the ciphertext.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`] if the system has no random bytes.
    fn seal_result(&self, key: &UpnKey, package: &PackageId, plain: Vec<u8>) -> Result<(Envelope, Bytes), VaultError>;

    /// Checks that a result is authentic, without decrypting it.
    ///
    /// # Errors
    /// [`VaultError::Tampered`] if it is not what was sealed for this key and package.
    fn verify_result(
        &self,
        key: &UpnKey,
        package: &PackageId,
        envelope: &Envelope,
        sealed: &[u8],
    ) -> Result<(), VaultError>;

    /// Checks and decrypts a result, in place if nothing else holds the bytes.
    ///
    /// # Errors
    /// [`VaultError::Tampered`] if it is not what was sealed for this key and package; no plaintext is returned then.
    fn open_result(
        &self,
        key: &UpnKey,
        package: &PackageId,
        envelope: &Envelope,
        sealed: Bytes,
    ) -> Result<Bytes, VaultError>;

    /// Seals a link for the queue under the instance's key. It opens up to and including `expires`.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`] if the system has no random bytes.
    fn seal_queued_link(
        &self,
        package: &PackageId,
        link: &LinkAddress,
        expires: Millis,
    ) -> Result<SealedLink, VaultError>;

    /// Opens a link of the queue. `now` is the time of the clock port.
    ///
    /// # Errors
    /// [`VaultError::Tampered`] if it was sealed for another package or instance, or has expired.
    fn open_queued_link(&self, package: &PackageId, link: &SealedLink, now: Millis) -> Result<LinkAddress, VaultError>;

    /// Seals a link for its owner, under a key derived from theirs.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`] if the system has no random bytes.
    fn seal_owner_link(&self, key: &UpnKey, package: &PackageId, link: &LinkAddress) -> Result<OwnerLink, VaultError>;

    /// Opens a link with its owner's key.
    ///
    /// # Errors
    /// [`VaultError::Tampered`] if it was sealed for another key or package.
    fn open_owner_link(&self, key: &UpnKey, package: &PackageId, link: &OwnerLink) -> Result<LinkAddress, VaultError>;

    /// Signs that a blob may be downloaded until `expires`. The caller checks the time. Cannot fail.
    fn sign_blob(&self, blob: BlobKey, expires: Millis) -> BlobSignature;

    /// Whether a signature is the one of [`Vault::sign_blob`], in constant time.
    fn is_blob_signature(&self, blob: BlobKey, expires: Millis, signature: &BlobSignature) -> bool;

    /// A name that stands for another one in a backend that must not learn it: the same for equal names, and not to be
    /// reversed without the instance's key, however few names there are.
    fn pseudonym(&self, name: &[u8]) -> [u8; 16];

    /// 16 random bytes, for ids and the keys of blobs.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`] if the system has no random bytes.
    fn random(&self) -> Result<[u8; 16], VaultError>;
}

/// Proves that this instance issued the address of a blob: an HMAC-SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobSignature(pub [u8; 32]);

/// Why a call to the vault failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The bytes are not what was sealed, or not for this key and package.
    #[error("the sealed data is not authentic")]
    Tampered,
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    NoRandomness,
}
