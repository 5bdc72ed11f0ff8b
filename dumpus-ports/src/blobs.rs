//! Port: the store of encrypted results.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::BoxError;
pub use crate::domain::package::BlobKey;

/// The store of encrypted results. Blobs are immutable; the store sees ciphertext only.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. `get` returns what `put` stored, byte for byte, and `None` for a key that was never written or was deleted;
///    `contains` tells which of them it would return.
/// 2. `delete` of an unknown key is not an error.
/// 3. `older_than` lists blobs of that age in order of keys, beginning behind `after`, at most `limit` of them.
///
/// # Errors
/// Every method: [`BlobError::Unavailable`] if the same call may succeed later. The call may nevertheless have taken
/// effect; all methods are safe to repeat.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Writes a blob under a new key; writing the same bytes again under it is not an error. Atomic: a blob is readable as
    /// a whole or not at all, and survives a crash once this returns.
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError>;

    /// The whole blob; `None` if there is none.
    async fn get(&self, key: BlobKey) -> Result<Option<Bytes>, BlobError>;

    /// Whether the blob exists. Does not transfer it.
    async fn contains(&self, key: BlobKey) -> Result<bool, BlobError>;

    /// Deletes a blob, if it exists.
    async fn delete(&self, key: BlobKey) -> Result<(), BlobError>;

    /// Blobs that were written at least `age` ago by the clock of the store or, for an object store, of this process:
    /// candidates for a sweep of orphans.
    async fn older_than(&self, age: Duration, after: Option<BlobKey>, limit: u32) -> Result<Vec<BlobKey>, BlobError>;

    /// A URL from which a browser can download the blob for `ttl` without any header of its own; `None` if the store has
    /// no such URLs and the server has to serve the blob itself. Does not check that the blob exists.
    async fn presigned(&self, key: BlobKey, ttl: Duration) -> Result<Option<String>, BlobError>;

    /// Checks that the store answers.
    async fn ping(&self) -> Result<(), BlobError>;
}

/// Why a call to the store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// It cannot be reached, or not in time: worth another attempt.
    #[error("the blob store is unavailable")]
    Unavailable(#[source] BoxError),
    /// A defect.
    #[error("the blob store failed")]
    Failed(#[source] BoxError),
}
