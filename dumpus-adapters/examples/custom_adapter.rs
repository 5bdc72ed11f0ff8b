//! An adapter for your own technology: a blob store that keeps results as files in a folder.
//!
//! Implement the port, test it with the port's conformance suite (at the end of this file), and pass it to
//! `Dumpus::builder()`. Run the suite with `cargo test -p dumpus-adapters --example custom_adapter`.

use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dumpus_ports::blobs::{BlobError, BlobKey, BlobStore};
use tokio::fs;

/// One file per blob. The folder must exist.
struct FolderBlobs {
    folder: PathBuf,
}

impl FolderBlobs {
    fn path(&self, key: BlobKey) -> PathBuf {
        self.folder.join(key.to_string())
    }
}

/// A full or missing disk may be repaired, so that the same call succeeds later.
fn unavailable(error: io::Error) -> BlobError {
    BlobError::Unavailable(error.into())
}

/// What is not there is an ordinary outcome of the port, not an error.
fn optional<T>(result: io::Result<T>) -> Result<Option<T>, BlobError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unavailable(error)),
    }
}

#[async_trait]
impl BlobStore for FolderBlobs {
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError> {
        // A reader sees the whole blob or none: the name appears when the content is complete.
        let partial = self.folder.join(format!("{key}.partial"));
        fs::write(&partial, bytes).await.map_err(unavailable)?;
        fs::rename(&partial, self.path(key)).await.map_err(unavailable)
    }

    async fn get(&self, key: BlobKey) -> Result<Option<Bytes>, BlobError> {
        Ok(optional(fs::read(self.path(key)).await)?.map(Bytes::from))
    }

    async fn contains(&self, key: BlobKey) -> Result<bool, BlobError> {
        fs::try_exists(self.path(key)).await.map_err(unavailable)
    }

    async fn delete(&self, key: BlobKey) -> Result<(), BlobError> {
        optional(fs::remove_file(self.path(key)).await).map(drop)
    }

    async fn older_than(&self, age: Duration, after: Option<BlobKey>, limit: u32) -> Result<Vec<BlobKey>, BlobError> {
        let mut files = fs::read_dir(&self.folder).await.map_err(unavailable)?;
        let mut keys = Vec::new();
        while let Some(file) = files.next_entry().await.map_err(unavailable)? {
            let name = file.file_name();
            let key = name.to_str().and_then(|name| name.parse().ok());
            let Some(key) = key.filter(|key| Some(*key) > after) else {
                continue;
            };
            let Some(metadata) = optional(file.metadata().await)? else {
                continue;
            };
            let written = metadata.modified().map_err(unavailable)?;
            if written.elapsed().unwrap_or_default() >= age {
                keys.push(key);
            }
        }
        keys.sort_unstable();
        keys.truncate(limit as usize);
        Ok(keys)
    }

    async fn presigned(&self, _: BlobKey, _: Duration) -> Result<Option<String>, BlobError> {
        // The server serves these blobs itself.
        Ok(None)
    }

    async fn ping(&self) -> Result<(), BlobError> {
        fs::metadata(&self.folder).await.map(drop).map_err(unavailable)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join("dumpus-blobs");
    fs::create_dir_all(&folder).await?;
    let blobs = FolderBlobs { folder };
    let key = BlobKey::from_bytes([1; 16]);
    blobs.put(key, Bytes::from_static(b"ciphertext")).await?;
    println!("{:?}", blobs.get(key).await?);
    blobs.delete(key).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tempfile::TempDir;

    async fn fresh() -> Option<(Arc<dyn BlobStore>, TempDir)> {
        let scratch = tempfile::tempdir().ok()?;
        let folder = scratch.path().to_owned();
        Some((Arc::new(FolderBlobs { folder }), scratch))
    }

    dumpus_ports::blob_store_conformance!(fresh());
}
