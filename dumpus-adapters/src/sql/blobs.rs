//! Blobs in a table of a SQL database.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dumpus_ports::blobs::{BlobError, BlobKey, BlobStore};
use sea_orm::{DbErr, QueryResult, Value};

use super::error::SqlError;
use super::pool::millis;
use super::pools::Pools;

/// Blobs in a table of a [`super::SqlDatabase`].
#[derive(Clone, Debug)]
pub struct SqlBlobs {
    pools: Pools,
}

impl SqlBlobs {
    pub(super) fn new(pools: Pools) -> Self {
        Self { pools }
    }
}

#[async_trait]
impl BlobStore for SqlBlobs {
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError> {
        let sql = "INSERT INTO blobs (key, created_at, bytes) VALUES ($1, {now}, $2) ON CONFLICT (key) DO NOTHING";
        let values = vec![name(key), Value::from(Vec::from(bytes))];
        self.pools.blob_writes.execute(sql, values).await?;
        Ok(())
    }

    async fn get(&self, key: BlobKey) -> Result<Option<Bytes>, BlobError> {
        let sql = "SELECT bytes FROM blobs WHERE key = $1";
        let row = self.pools.blob_reads.one(sql, vec![name(key)]).await?;
        let bytes: Option<Vec<u8>> = row.map(|row| row.try_get_by_index(0)).transpose().map_err(unreadable)?;
        Ok(bytes.map(Bytes::from))
    }

    async fn contains(&self, key: BlobKey) -> Result<bool, BlobError> {
        let sql = "SELECT 1 FROM blobs WHERE key = $1";
        Ok(self.pools.blob_reads.one(sql, vec![name(key)]).await?.is_some())
    }

    async fn delete(&self, key: BlobKey) -> Result<(), BlobError> {
        let sql = "DELETE FROM blobs WHERE key = $1";
        if self.pools.blob_writes.execute(sql, vec![name(key)]).await? > 0 {
            self.pools.erased().await;
        }
        Ok(())
    }

    async fn older_than(&self, age: Duration, after: Option<BlobKey>, limit: u32) -> Result<Vec<BlobKey>, BlobError> {
        let sql = "SELECT key FROM blobs WHERE key > $1 AND created_at <= {now} - $2 ORDER BY key LIMIT $3";
        // Sorts before every key.
        let after = after.map_or_else(|| Value::from(Vec::<u8>::new()), name);
        let values = vec![after, millis(age), Value::from(i64::from(limit))];
        let rows = self.pools.blob_reads.all(sql, values).await?;
        rows.iter().map(key).collect()
    }

    async fn presigned(&self, _: BlobKey, _: Duration) -> Result<Option<String>, BlobError> {
        Ok(None)
    }

    async fn ping(&self) -> Result<(), BlobError> {
        Ok(self.pools.blob_reads.ping().await?)
    }
}

fn name(key: BlobKey) -> Value {
    Value::from(key.as_bytes().to_vec())
}

fn key(row: &QueryResult) -> Result<BlobKey, BlobError> {
    let bytes: Vec<u8> = row.try_get_by_index(0).map_err(unreadable)?;
    let bytes = bytes.try_into();
    let bytes = bytes.map_err(|_| BlobError::from(SqlError::permanent("a blob's key has the wrong length")))?;
    Ok(BlobKey::from_bytes(bytes))
}

fn unreadable(error: DbErr) -> BlobError {
    SqlError::from(error).into()
}
