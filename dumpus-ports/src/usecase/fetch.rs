//! Gives an owner their result, decrypted or as ciphertext with what opens it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::access::{AccessError, prove};
use crate::blobs::{BlobKey, BlobStore};
use crate::clock::Clock;
use crate::domain::package::PackageId;
use crate::domain::secret::UpnKey;
use crate::domain::time::{Millis, SECOND};
use crate::registry::{PackageRegistry, StoredResult};
use crate::vault::Vault;

/// How long the address of a blob is good.
const ADDRESS_LIFETIME: Duration = Duration::from_mins(5);

/// Gives an owner their result, decrypted.
pub struct FetchData {
    /// Knows where results are.
    pub registry: Arc<dyn PackageRegistry>,
    /// Holds them.
    pub blobs: Arc<dyn BlobStore>,
    /// Opens them.
    pub vault: Arc<dyn Vault>,
}

impl FetchData {
    /// The gzip of the statistics file; `None` while there is none.
    ///
    /// # Errors
    /// [`AccessError::Tampered`] before a byte of it leaves.
    pub async fn run(&self, key: &UpnKey, package: PackageId) -> Result<Option<Bytes>, AccessError> {
        prove(&*self.vault, key, &package)?;
        let Some((result, sealed)) = stored(&*self.registry, &*self.blobs, package).await? else {
            return Ok(None);
        };
        let vault = self.vault.clone();
        let key = UpnKey::new(key.expose());
        let opened = off_thread(move || vault.open_result(&key, &package, &result.envelope, sealed)).await?;
        Ok(Some(opened?))
    }
}

/// Tells an owner where the ciphertext of their result is, and its initialisation vector.
pub struct LocateBlob {
    /// Knows where results are.
    pub registry: Arc<dyn PackageRegistry>,
    /// Holds them.
    pub blobs: Arc<dyn BlobStore>,
    /// Verifies them, and signs addresses.
    pub vault: Arc<dyn Vault>,
    /// Dates addresses.
    pub clock: Arc<dyn Clock>,
}

/// Where a ciphertext is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedBlob {
    /// Where to fetch it.
    pub address: BlobAddress,
    /// What the client needs beside its key.
    pub iv: [u8; 16],
    /// How long the address is good.
    pub ttl: Duration,
}

/// An address that needs no header of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobAddress {
    /// In the store itself.
    Store(String),
    /// On the server's own signed route.
    Server {
        /// The blob.
        blob: BlobKey,
        /// Until when, in seconds since 1970.
        expires: i64,
        /// The signature of both.
        signature: [u8; 32],
    },
}

impl LocateBlob {
    /// Where the ciphertext is; `None` while there is none. It was verified a moment before.
    ///
    /// # Errors
    /// [`AccessError::Tampered`] when the stored bytes are not what was stored.
    pub async fn run(&self, key: &UpnKey, package: PackageId) -> Result<Option<LocatedBlob>, AccessError> {
        prove(&*self.vault, key, &package)?;
        let Some((result, sealed)) = stored(&*self.registry, &*self.blobs, package).await? else {
            return Ok(None);
        };
        let (vault, envelope) = (self.vault.clone(), result.envelope.clone());
        let owner = UpnKey::new(key.expose());
        off_thread(move || vault.verify_result(&owner, &package, &envelope, &sealed)).await??;
        let stores = self.blobs.presigned(result.blob, ADDRESS_LIFETIME).await?;
        let address = stores.map_or_else(|| self.own_address(result.blob), BlobAddress::Store);
        Ok(Some(LocatedBlob {
            address,
            iv: result.envelope.iv,
            ttl: ADDRESS_LIFETIME,
        }))
    }

    fn own_address(&self, blob: BlobKey) -> BlobAddress {
        let lifetime = i64::try_from(ADDRESS_LIFETIME.as_secs()).unwrap_or(0);
        let expires = self.clock.now().seconds() + lifetime;
        BlobAddress::Server {
            blob,
            expires,
            signature: self.vault.sign_blob(blob, Millis(expires * SECOND)),
        }
    }
}

/// Serves a ciphertext to whoever holds a signed address of it.
pub struct ServeBlob {
    /// Holds the results.
    pub blobs: Arc<dyn BlobStore>,
    /// Checks signatures.
    pub vault: Arc<dyn Vault>,
    /// Checks dates.
    pub clock: Arc<dyn Clock>,
}

impl ServeBlob {
    /// The ciphertext; `None` when the address is not good or the blob is gone.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn run(&self, blob: BlobKey, expires: i64, signature: &[u8]) -> Result<Option<Bytes>, AccessError> {
        let until = Millis(expires.saturating_mul(SECOND));
        if self.clock.now() > until || !self.vault.is_blob_signature(blob, until, signature) {
            return Ok(None);
        }
        Ok(self.blobs.get(blob).await?)
    }
}

async fn stored(
    registry: &dyn PackageRegistry,
    blobs: &dyn BlobStore,
    package: PackageId,
) -> Result<Option<(StoredResult, Bytes)>, AccessError> {
    let row = registry.find(package).await?;
    let Some(result) = row.as_ref().and_then(|row| row.run.result()).cloned() else {
        return Ok(None);
    };
    let Some(sealed) = blobs.get(result.blob).await? else {
        return Err(AccessError::Failed("a processed package has no blob".into()));
    };
    Ok(Some((result, sealed)))
}

/// Megabytes of cryptography would hold up other requests.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccessError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AccessError::Failed(error.into()))
}
