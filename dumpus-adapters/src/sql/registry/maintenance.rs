use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::blobs::BlobKey;
use dumpus_ports::registry::{DeletedPackage, RegistryError, RegistryMaintenance};
use sea_orm::Value;

use super::super::pool::millis;
use super::SqlRegistry;
use super::packages::waiting;
use super::row::{Columns, bytes, deleted};

/// Blobs per query; databases limit the number of parameters.
const BLOBS: usize = 500;

#[async_trait]
impl RegistryMaintenance for SqlRegistry {
    async fn expire(&self, retention: Duration, limit: u32) -> Result<Vec<DeletedPackage>, RegistryError> {
        let condition = "ended_at IS NOT NULL AND ended_at <= {now} - $1";
        self.erase(condition, "ended_at", retention, limit).await
    }

    async fn expire_abandoned(&self, age: Duration, limit: u32) -> Result<Vec<DeletedPackage>, RegistryError> {
        let condition = concat!(waiting!(), " AND dispatched_at <= {now} - $1");
        self.erase(condition, "dispatched_at", age, limit).await
    }

    async fn unreferenced(&self, blobs: &[BlobKey]) -> Result<Vec<BlobKey>, RegistryError> {
        let mut orphans = Vec::new();
        for asked in blobs.chunks(BLOBS) {
            let places: Vec<_> = (1..=asked.len()).map(|place| format!("${place}")).collect();
            let sql = format!(
                "SELECT blob_key FROM packages WHERE blob_key IN ({})",
                places.join(", ")
            );
            let values = asked.iter().map(|blob| bytes(blob.as_bytes())).collect();
            let rows = self.pools.read.all(&sql, values).await?;
            let referenced: Result<Vec<_>, _> = rows.iter().map(|row| Columns::new(row).blob_if_any()).collect();
            let referenced = referenced?;
            orphans.extend(asked.iter().filter(|blob| !referenced.contains(&Some(**blob))));
        }
        Ok(orphans)
    }
}

impl SqlRegistry {
    /// Erases the packages for which the condition holds at this age, `$1`, the oldest first.
    async fn erase(
        &self,
        condition: &str,
        since: &str,
        age: Duration,
        limit: u32,
    ) -> Result<Vec<DeletedPackage>, RegistryError> {
        // Two sweeps at once take different rows, and neither waits. PostgreSQL may evaluate a subquery in `IN` more than
        // once, each time with other rows that are not locked yet; a common table expression is evaluated once.
        let lock = if self.pools.write.dialect().is_postgres() {
            "FOR UPDATE SKIP LOCKED"
        } else {
            ""
        };
        let sql = format!(
            "WITH expired AS MATERIALIZED (SELECT id FROM packages
                WHERE {condition} ORDER BY {since}, id LIMIT $2 {lock})
            DELETE FROM packages WHERE id IN (SELECT id FROM expired) RETURNING run, blob_key"
        );
        let values = vec![millis(age), Value::from(i64::from(limit))];
        let rows = self.pools.write.all(&sql, values).await?;
        if !rows.is_empty() {
            self.pools.erased().await;
        }
        rows.iter().map(deleted).collect()
    }
}
