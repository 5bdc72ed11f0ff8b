//! The vault, built on `ring`, and on `cbc` for the mode that the official client decrypts and `ring` lacks.

mod derive;
mod instance_key;
mod link;
mod result;

use bytes::Bytes;
use dumpus_ports::blobs::BlobKey;
use dumpus_ports::domain::crypto::{Envelope, labels};
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::secret::{LinkAddress, UpnKey};
use dumpus_ports::domain::time::Millis;
use dumpus_ports::queue::SealedLink;
use dumpus_ports::registry::OwnerLink;
use dumpus_ports::vault::{BlobSignature, Vault, VaultError};
use ring::aead::LessSafeKey;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use subtle::ConstantTimeEq as _;

pub use instance_key::{InstanceKey, ParseInstanceKeyError};

/// The vault of an instance.
pub struct RingVault {
    queued_links: LessSafeKey,
    blob_addresses: hmac::Key,
    /// The same of another instance key, for what was sealed and signed with that.
    other: Option<(LessSafeKey, hmac::Key)>,
    pseudonyms: hmac::Key,
    randomness: SystemRandom,
}

impl RingVault {
    /// A vault that seals queued links and signs blob addresses with keys derived from the instance's key.
    #[must_use]
    pub fn new(key: &InstanceKey) -> Self {
        Self {
            queued_links: derive::aead_key(key.expose(), labels::QUEUED_LINK),
            blob_addresses: derive::mac_key(key.expose(), labels::BLOB_ADDRESS),
            pseudonyms: derive::mac_key(key.expose(), labels::PSEUDONYM),
            other: None,
            randomness: SystemRandom::new(),
        }
    }

    /// Also opens the links that were sealed, and takes the addresses that were signed, with another instance key.
    #[must_use]
    pub fn with_other_key(mut self, key: &InstanceKey) -> Self {
        let queued_links = derive::aead_key(key.expose(), labels::QUEUED_LINK);
        self.other = Some((queued_links, derive::mac_key(key.expose(), labels::BLOB_ADDRESS)));
        self
    }

    fn fill(&self, bytes: &mut [u8]) -> Result<(), VaultError> {
        self.randomness.fill(bytes).map_err(|_| VaultError::NoRandomness)
    }
}

impl Vault for RingVault {
    fn package_id(&self, key: &UpnKey) -> PackageId {
        let mut id = [0; 16];
        derive::fill(key.expose().as_bytes(), labels::PACKAGE_ID, &mut id);
        PackageId::from_bytes(id)
    }

    fn owns(&self, key: &UpnKey, package: &PackageId) -> bool {
        self.package_id(key).as_bytes().ct_eq(package.as_bytes()).into()
    }

    fn seal_result(&self, key: &UpnKey, package: &PackageId, plain: Vec<u8>) -> Result<(Envelope, Bytes), VaultError> {
        result::seal(key, package, self.random()?, plain)
    }

    fn verify_result(
        &self,
        key: &UpnKey,
        package: &PackageId,
        envelope: &Envelope,
        sealed: &[u8],
    ) -> Result<(), VaultError> {
        result::verify(key, package, envelope, sealed)
    }

    fn open_result(
        &self,
        key: &UpnKey,
        package: &PackageId,
        envelope: &Envelope,
        sealed: Bytes,
    ) -> Result<Bytes, VaultError> {
        result::open(key, package, envelope, sealed)
    }

    fn seal_queued_link(
        &self,
        package: &PackageId,
        link: &LinkAddress,
        expires: Millis,
    ) -> Result<SealedLink, VaultError> {
        let mut nonce = [0; link::NONCE];
        self.fill(&mut nonce)?;
        let binding = link::binding(labels::QUEUED_LINK, package, Some(expires));
        let mut sealed = expires.0.to_be_bytes().to_vec();
        sealed.extend(link::seal(&self.queued_links, nonce, &binding, link)?);
        Ok(SealedLink(sealed))
    }

    fn open_queued_link(&self, package: &PackageId, link: &SealedLink, now: Millis) -> Result<LinkAddress, VaultError> {
        let (expires, sealed) = link.0.split_first_chunk().ok_or(VaultError::Tampered)?;
        let expires = Millis(i64::from_be_bytes(*expires));
        let binding = link::binding(labels::QUEUED_LINK, package, Some(expires));
        let link = link::open(&self.queued_links, &binding, sealed).or_else(|error| match &self.other {
            Some((queued_links, _)) => link::open(queued_links, &binding, sealed),
            None => Err(error),
        })?;
        if now > expires {
            return Err(VaultError::Tampered);
        }
        Ok(link)
    }

    fn seal_owner_link(&self, key: &UpnKey, package: &PackageId, link: &LinkAddress) -> Result<OwnerLink, VaultError> {
        let mut nonce = [0; link::NONCE];
        self.fill(&mut nonce)?;
        let binding = link::binding(labels::OWNER_LINK, package, None);
        link::seal(&derive::owner_key(key), nonce, &binding, link).map(OwnerLink)
    }

    fn open_owner_link(&self, key: &UpnKey, package: &PackageId, link: &OwnerLink) -> Result<LinkAddress, VaultError> {
        let binding = link::binding(labels::OWNER_LINK, package, None);
        link::open(&derive::owner_key(key), &binding, &link.0)
    }

    fn sign_blob(&self, blob: BlobKey, expires: Millis) -> BlobSignature {
        let text = signed_address(blob, expires);
        BlobSignature(derive::tag_bytes(&hmac::sign(&self.blob_addresses, text.as_bytes())))
    }

    fn is_blob_signature(&self, blob: BlobKey, expires: Millis, signature: &BlobSignature) -> bool {
        let text = signed_address(blob, expires);
        let other = self.other.as_ref().map(|(_, blob_addresses)| blob_addresses);
        let mut keys = [Some(&self.blob_addresses), other].into_iter().flatten();
        keys.any(|key| hmac::verify(key, text.as_bytes(), &signature.0).is_ok())
    }

    fn pseudonym(&self, name: &[u8]) -> [u8; 16] {
        let mut pseudonym = [0; 16];
        pseudonym.copy_from_slice(&derive::tag_bytes(&hmac::sign(&self.pseudonyms, name))[..16]);
        pseudonym
    }

    fn random(&self) -> Result<[u8; 16], VaultError> {
        let mut bytes = [0; 16];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }
}

/// The signed message. It is unambiguous because the blob's name has a fixed length.
fn signed_address(blob: BlobKey, expires: Millis) -> String {
    format!("{blob}{}", expires.0)
}
