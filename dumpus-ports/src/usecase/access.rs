//! "This key owns this package": the one place where that is decided.

use crate::BoxError;
use crate::blobs::BlobError;
use crate::domain::package::PackageId;
use crate::domain::secret::UpnKey;
use crate::queue::QueueError;
use crate::registry::RegistryError;
use crate::vault::{Vault, VaultError};

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The key does not own the package. Nothing was looked up before that was known.
    #[error("the key does not own this package")]
    Unauthorized,
    /// A backend is away: the same request may work in a moment.
    #[error("{backend} is unavailable: {source}")]
    Unavailable {
        /// Which one, in plain words.
        backend: &'static str,
        /// What it said.
        #[source]
        source: BoxError,
    },
    /// There are as many unfinished packages as this instance allows: the same request may work later.
    #[error("the queue is full")]
    QueueFull,
    /// What is stored is not what was stored.
    #[error("the stored result is not authentic")]
    Tampered,
    /// A defect.
    #[error("the request failed")]
    Failed(#[source] BoxError),
}

impl From<RegistryError> for AccessError {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Unavailable(source) => Self::Unavailable {
                backend: "the registry",
                source,
            },
            other => Self::Failed(other.into()),
        }
    }
}

impl From<QueueError> for AccessError {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Unavailable(source) | QueueError::OtherInstance(source) => Self::Unavailable {
                backend: "the queue",
                source,
            },
            other => Self::Failed(other.into()),
        }
    }
}

impl From<BlobError> for AccessError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Unavailable(source) => Self::Unavailable {
                backend: "the blob store",
                source,
            },
            other => Self::Failed(other.into()),
        }
    }
}

impl From<VaultError> for AccessError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Tampered => Self::Tampered,
            other => Self::Failed(other.into()),
        }
    }
}

/// # Errors
/// [`AccessError::Unauthorized`] when the key does not own the package.
pub(super) fn prove(vault: &dyn Vault, key: &UpnKey, package: &PackageId) -> Result<(), AccessError> {
    if vault.owns(key, package) {
        Ok(())
    } else {
        Err(AccessError::Unauthorized)
    }
}
