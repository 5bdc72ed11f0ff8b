use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::blobs::BlobKey;
use dumpus_ports::domain::time::Millis;
use dumpus_ports::registry::Overview;
use dumpus_ports::registry::{DeletedPackage, RegistryError, RegistryMaintenance, RunHistory as _, SweepClock};
use sea_orm::Value;

use super::super::pool::millis;
use super::super::room;
use super::SqlRegistry;
use super::history;
use super::packages::waiting;
use super::row::{Columns, bytes, deleted, inconsistent};

/// Blobs per query; databases limit the number of parameters.
const BLOBS: usize = 500;

const UNFINISHED: &str = concat!(
    "SELECT lane, waits, COUNT(*), MIN(admitted_at), {now} FROM
        (SELECT lane, admitted_at, CAST(CASE WHEN ",
    waiting!(),
    " THEN 1 ELSE 0 END AS BIGINT) AS waits FROM packages WHERE ended_at IS NULL) AS unfinished
    GROUP BY lane, waits"
);
const ENDED: &str = "SELECT error_code, COUNT(*) FROM run_history WHERE ended_at > {now} - $1 GROUP BY error_code";

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

    async fn check_clock(&self) -> Result<SweepClock, RegistryError> {
        let sql = "SELECT {now} AS now, seen_at, held_since FROM (SELECT 1) AS one LEFT JOIN sweep_clock ON TRUE";
        let row = self.pools.write.one(sql, Vec::new()).await?;
        let row = row.ok_or(inconsistent("sweep_clock.seen_at"))?;
        let mut columns = Columns::new(&row);
        let now = Millis(columns.next("now")?);
        let seen_at = columns.next::<Option<_>>("sweep_clock.seen_at")?.map(Millis);
        let held_since = columns.next::<Option<_>>("sweep_clock.held_since")?.map(Millis);
        let clock = seen_at.map_or_else(
            || SweepClock::trusted(now),
            |seen_at| SweepClock { seen_at, held_since }.tick(now),
        );
        self.remember(clock).await?;
        Ok(clock)
    }

    async fn trust_clock(&self) -> Result<(), RegistryError> {
        let now = self.now().await?;
        self.remember(SweepClock::trusted(now)).await
    }

    async fn overview(&self, window: Duration) -> Result<Overview, RegistryError> {
        let mut overview = Overview::default();
        for row in self.pools.read.all(UNFINISHED, Vec::new()).await? {
            let mut columns = Columns::new(&row);
            let lane = columns.word("packages.lane")?;
            let is_waiting = columns.next::<i64>("packages.lease_until")? != 0;
            let packages = columns.number::<i64, u64>("packages")?;
            let first = Millis(columns.next("packages.admitted_at")?);
            let now = Millis(columns.next("now")?);
            if is_waiting {
                *overview.waiting.of_mut(lane) += packages;
                overview.oldest_wait = overview.oldest_wait.max(Some(first.until(now)));
            } else {
                *overview.running.of_mut(lane) += packages;
            }
        }
        for row in self.pools.read.all(ENDED, vec![millis(window)]).await? {
            let mut columns = Columns::new(&row);
            let code: Option<String> = columns.next("packages.error_code")?;
            let packages = columns.number::<i64, u64>("packages")?;
            match code {
                None => overview.processed += packages,
                Some(code) => {
                    let code = code.parse().map_err(|_| inconsistent("packages.error_code"))?;
                    overview.count(code, packages);
                }
            }
        }
        Ok(overview)
    }

    async fn probe(&self) -> Result<(), RegistryError> {
        let sql = "INSERT INTO probes (id, at) VALUES (1, {now}) ON CONFLICT (id) DO UPDATE SET at = excluded.at";
        self.pools.write.execute(sql, Vec::new()).await?;
        if let Some(file) = &self.pools.file {
            room::probe(file).await?;
        }
        Ok(())
    }

    async fn end_leases(&self) -> Result<u64, RegistryError> {
        let sql = "UPDATE packages SET lease_until = NULL, stage = 'LOCKED', progress = NULL
            WHERE ended_at IS NULL AND lease_until IS NOT NULL";
        Ok(self.pools.write.execute(sql, Vec::new()).await?)
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
    async fn remember(&self, clock: SweepClock) -> Result<(), RegistryError> {
        let sql = "INSERT INTO sweep_clock (id, seen_at, held_since) VALUES (1, $1, $2)
            ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, held_since = excluded.held_since";
        let values = vec![
            Value::from(clock.seen_at.0),
            Value::from(clock.held_since.map(|since| since.0)),
        ];
        self.pools.write.execute(sql, values).await?;
        Ok(())
    }

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
            DELETE FROM packages WHERE id IN (SELECT id FROM expired) RETURNING run, blob_key, id"
        );
        let values = vec![millis(age), Value::from(i64::from(limit))];
        let work = self.pools.write.transaction(async |transaction| {
            let rows = transaction.all(&sql, values).await?;
            let ids = rows.iter().filter_map(|row| row.try_get_by_index::<Vec<u8>>(2).ok());
            history::forget(transaction, ids.map(Value::from).collect()).await?;
            Ok(rows)
        });
        let rows = work.await?;
        if !rows.is_empty() {
            self.pools.erased().await;
        }
        rows.iter().map(deleted).collect()
    }
}
