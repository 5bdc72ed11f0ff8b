//! Port: where encrypted results lie.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::BoxError;
pub use crate::domain::package::BlobKey;

/// Where encrypted results lie. Blobs are immutable; the store sees ciphertext only.
///
/// Contract, in the words of [`crate::conformance`]:
/// 1. `get` gives what `put` took, byte for byte, and `None` for a key that was never written or was deleted;
///    `contains` tells which it would be.
/// 2. `delete` of an unknown key is not an error.
/// 3. `older_than` lists what has been there for that long in order of keys, from behind `after` on, at most `most`.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Writes a blob under a new key; writing the same bytes again under it is not an error.
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError>;

    /// The blob's bytes.
    async fn get(&self, key: BlobKey) -> Result<Option<Bytes>, BlobError>;

    /// Whether the blob is there. Costs a look, not a transfer.
    async fn contains(&self, key: BlobKey) -> Result<bool, BlobError>;

    /// Erases a blob.
    async fn delete(&self, key: BlobKey) -> Result<(), BlobError>;

    /// Blobs that have been there for at least `age`: candidates for a sweep of orphans.
    async fn older_than(&self, age: Duration, after: Option<BlobKey>, limit: u32) -> Result<Vec<BlobKey>, BlobError>;

    /// An address from which a browser can fetch the blob for `ttl` without any header of its own; `None` when the
    /// store has no such addresses and the server has to serve the blob itself.
    async fn presigned(&self, key: BlobKey, ttl: Duration) -> Result<Option<String>, BlobError>;

    /// Whether the store answers.
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
