//! Blobs in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dumpus_ports::blobs::{BlobError, BlobKey, BlobStore};
use dumpus_ports::clock::Clock;
use dumpus_ports::domain::time::Millis;

/// Blobs in memory.
pub struct MemoryBlobs {
    clock: Arc<dyn Clock>,
    blobs: Mutex<BTreeMap<BlobKey, Blob>>,
}

struct Blob {
    created: Millis,
    bytes: Bytes,
}

impl MemoryBlobs {
    /// No blobs yet; their age is this clock's.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let blobs = Mutex::default();
        Self { clock, blobs }
    }

    fn blobs(&self) -> MutexGuard<'_, BTreeMap<BlobKey, Blob>> {
        self.blobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl BlobStore for MemoryBlobs {
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError> {
        let created = self.clock.now();
        self.blobs().entry(key).or_insert(Blob { created, bytes });
        Ok(())
    }

    async fn get(&self, key: BlobKey) -> Result<Option<Bytes>, BlobError> {
        Ok(self.blobs().get(&key).map(|blob| blob.bytes.clone()))
    }

    async fn contains(&self, key: BlobKey) -> Result<bool, BlobError> {
        Ok(self.blobs().contains_key(&key))
    }

    async fn delete(&self, key: BlobKey) -> Result<(), BlobError> {
        self.blobs().remove(&key);
        Ok(())
    }

    async fn older_than(&self, age: Duration, after: Option<BlobKey>, limit: u32) -> Result<Vec<BlobKey>, BlobError> {
        let now = self.clock.now();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let blobs = self.blobs();
        let old = blobs
            .range((from, Bound::Unbounded))
            .filter(|(_, blob)| now.is_past(blob.created, age));
        Ok(old.map(|(key, _)| *key).take(limit as usize).collect())
    }

    async fn presigned(&self, _: BlobKey, _: Duration) -> Result<Option<String>, BlobError> {
        Ok(None)
    }

    async fn ping(&self) -> Result<(), BlobError> {
        Ok(())
    }
}
