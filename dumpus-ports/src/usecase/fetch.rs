//! Returns results to their owners, decrypted or as ciphertext.

use std::time::Duration;

use bytes::Bytes;

use super::access::{AccessError, prove};
use crate::Dumpus;
use crate::blobs::BlobKey;
use crate::domain::package::PackageId;
use crate::domain::secret::UpnKey;
use crate::domain::time::{Millis, SECOND};
use crate::registry::StoredResult;
use crate::vault::BlobSignature;

/// How long the address of a blob is valid.
const ADDRESS_LIFETIME: Duration = Duration::from_mins(5);

/// Where a ciphertext is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedBlob {
    /// Where to fetch it.
    pub address: BlobAddress,
    /// Initialisation vector that the client needs besides its key.
    pub iv: [u8; 16],
    /// How long the address is valid.
    pub ttl: Duration,
}

/// An address that needs no header of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobAddress {
    /// In the store itself.
    Store(String),
    /// On the server's own signed route.
    Server(SignedBlob),
}

/// A blob, for those who have its address from this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedBlob {
    /// The blob.
    pub blob: BlobKey,
    /// Until when the address is valid: whole seconds.
    pub expires: Millis,
    /// The signature of both.
    pub signature: BlobSignature,
}

impl Dumpus {
    /// The statistics file, decrypted and compressed with gzip; `None` while there is no result.
    ///
    /// # Errors
    /// [`AccessError::Tampered`] if the stored bytes are not authentic; none of them is returned then.
    pub async fn fetch(&self, key: &UpnKey, package: PackageId) -> Result<Option<Bytes>, AccessError> {
        prove(&*self.vault, key, &package)?;
        let Some((result, sealed)) = self.stored(package).await? else {
            return Ok(None);
        };
        let vault = self.vault.clone();
        let key = UpnKey::new(key.expose());
        let opened = off_thread(move || vault.open_result(&key, &package, &result.envelope, sealed)).await?;
        Ok(Some(opened?))
    }

    /// Where a client can download the encrypted result for the next five minutes by the clock port, and what it needs
    /// besides its key to decrypt it; `None` while there is no result. The ciphertext is verified first.
    ///
    /// # Errors
    /// [`AccessError::Tampered`] if the stored bytes are not authentic.
    pub async fn locate_blob(&self, key: &UpnKey, package: PackageId) -> Result<Option<LocatedBlob>, AccessError> {
        prove(&*self.vault, key, &package)?;
        let Some((result, sealed)) = self.stored(package).await? else {
            return Ok(None);
        };
        let (vault, envelope) = (self.vault.clone(), result.envelope.clone());
        let owner = UpnKey::new(key.expose());
        off_thread(move || vault.verify_result(&owner, &package, &envelope, &sealed)).await??;
        let url = self.blobs.presigned(result.blob, ADDRESS_LIFETIME).await?;
        let address = url.map_or_else(|| self.signed_address(result.blob), BlobAddress::Store);
        Ok(Some(LocatedBlob {
            address,
            iv: result.envelope.iv,
            ttl: ADDRESS_LIFETIME,
        }))
    }

    /// The encrypted result at an address that [`Dumpus::locate_blob`] signed.
    /// `None` if the signature is wrong, the address has expired by the clock port, or the blob was deleted.
    ///
    /// # Errors
    /// [`AccessError`] if the blob store fails.
    pub async fn serve_blob(&self, address: &SignedBlob) -> Result<Option<Bytes>, AccessError> {
        let SignedBlob {
            blob,
            expires,
            signature,
        } = address;
        if self.clock.now() > *expires || !self.vault.is_blob_signature(*blob, *expires, signature) {
            return Ok(None);
        }
        Ok(self.blobs.get(*blob).await?)
    }

    fn signed_address(&self, blob: BlobKey) -> BlobAddress {
        let lifetime = i64::try_from(ADDRESS_LIFETIME.as_secs()).unwrap_or(0);
        let expires = Millis((self.clock.now().seconds() + lifetime) * SECOND);
        BlobAddress::Server(SignedBlob {
            blob,
            expires,
            signature: self.vault.sign_blob(blob, expires),
        })
    }

    async fn stored(&self, package: PackageId) -> Result<Option<(StoredResult, Bytes)>, AccessError> {
        let row = self.packages.find(package).await?;
        let Some(result) = row.as_ref().and_then(|row| row.run.result()).cloned() else {
            return Ok(None);
        };
        let Some(sealed) = self.blobs.get(result.blob).await? else {
            return Err(AccessError::Failed("a processed package has no blob".into()));
        };
        Ok(Some((result, sealed)))
    }
}

/// Runs cryptography on megabytes where it does not delay other requests.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccessError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AccessError::Failed(error.into()))
}
