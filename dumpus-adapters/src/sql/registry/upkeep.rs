//! Lanes, the snapshot, and what is erased.

use std::time::Duration;

use dumpus_ports::blobs::BlobKey;
use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{QueueSnapshot, Ticket};
use dumpus_ports::registry::{DeletedPackage, Epoch, RegistryError};
use sea_orm::{QueryResult, Value};

use super::super::connect::Pools;
use super::super::pool::{Pool, millis};
use super::row::{Columns, deleted, inconsistent};
use super::{admission, bytes};

/// One row per lane, answered from an index alone: a row per package would cost ten times as much to bring over. `$2`
/// tells whether the queue's epoch is too young for any job to be lost for long. What was dispatched since is not lost
/// either: whoever asks may know an older epoch than the one who dispatched it.
const QUEUE_SNAPSHOT: &str = "SELECT lane, string_agg(CAST(ticket AS TEXT), ',') FROM packages
    WHERE ended_at IS NULL AND (lease_until > {now} OR queue_epoch = $1 OR ($2 AND queue_epoch IS NOT NULL)
        OR dispatched_at > {now} - $3)
    GROUP BY lane";

/// Epochs that came before the current one are forgotten after this time.
const EPOCH_KEPT_FOR: Duration = Duration::from_hours(24);

/// Blobs asked for at a time; databases bound the number of parameters.
const BLOBS: usize = 500;

pub(super) async fn delete(pools: &Pools, package: PackageId) -> Result<Option<DeletedPackage>, RegistryError> {
    let sql = "DELETE FROM packages WHERE id = $1 RETURNING run, blob_key";
    let row = pools.write.one(sql, vec![bytes(package.as_bytes())]).await?;
    if row.is_some() {
        pools.erased().await;
    }
    row.map(|row| deleted(&row)).transpose()
}

pub(super) async fn mark_result_lost(
    pools: &Pools,
    package: PackageId,
    run: RunId,
    detail: &str,
) -> Result<bool, RegistryError> {
    let sql = "UPDATE packages SET ended_at = {now}, error_code = $3, error_detail = $4, blob_key = NULL,
            blob_size = NULL, suite = NULL, iv = NULL, mac = NULL
        WHERE id = $1 AND run = $2 AND stage = 'PROCESSED' AND error_code IS NULL";
    let code = ErrorCode::ServerError.as_str();
    let values = vec![
        bytes(package.as_bytes()),
        bytes(run.as_bytes()),
        Value::from(code),
        Value::from(detail),
    ];
    Ok(pools.write.execute(sql, values).await? > 0)
}

pub(super) async fn upgrade(pools: &Pools, package: PackageId) -> Result<Option<RunId>, RegistryError> {
    let sql = "UPDATE packages SET lane = 'premium',
            ticket = CASE WHEN lane = 'premium' OR ended_at IS NOT NULL THEN ticket ELSE {ticket} END
        WHERE id = $1 RETURNING run";
    let row = admission::with_ticket(pools, sql, vec![bytes(package.as_bytes())]).await?;
    let run = row.map(|row| Columns::new(&row).array("packages.run")).transpose();
    Ok(run?.map(RunId::from_bytes))
}

pub(super) async fn queue_snapshot(
    pools: &Pools,
    epoch: &Epoch,
    lost_after: Duration,
) -> Result<QueueSnapshot, RegistryError> {
    let is_young = !is_known_for(pools, &pools.queue_snapshot, epoch, lost_after).await?;
    let values = vec![Value::from(epoch.0.as_str()), Value::from(is_young), millis(lost_after)];
    let mut waiting = Vec::new();
    for row in pools.queue_snapshot.all(QUEUE_SNAPSHOT, values).await? {
        let mut columns = Columns::new(&row);
        let lane = columns.word("packages.lane")?;
        for ticket in columns.next::<String>("packages.ticket")?.split(',') {
            let ticket: Ticket = ticket.parse().map_err(|_| inconsistent("packages.ticket"))?;
            waiting.push((lane, ticket));
        }
    }
    Ok(QueueSnapshot::new(waiting))
}

/// Whether the queue's epoch has been known for so long; from now on it is known.
pub(super) async fn is_known_for(
    pools: &Pools,
    read: &Pool,
    epoch: &Epoch,
    length: Duration,
) -> Result<bool, RegistryError> {
    let sql = "SELECT first_seen <= {now} - $2 FROM queue_epochs WHERE epoch = $1";
    let values = vec![Value::from(epoch.0.as_str()), millis(length)];
    if let Some(row) = read.one(sql, values).await? {
        return Columns::new(&row).next("queue_epochs.first_seen");
    }
    let sql = "INSERT INTO queue_epochs (epoch, first_seen) VALUES ($1, {now}) ON CONFLICT (epoch) DO NOTHING";
    pools.write.execute(sql, vec![Value::from(epoch.0.as_str())]).await?;
    // Who asks is told of the epoch that is there now: nobody asks about an older one for long.
    let sql = "DELETE FROM queue_epochs WHERE epoch <> $1 AND first_seen <= {now} - $2";
    let values = vec![Value::from(epoch.0.as_str()), millis(length.max(EPOCH_KEPT_FOR))];
    pools.write.execute(sql, values).await?;
    Ok(length.is_zero())
}

pub(super) async fn expire(
    pools: &Pools,
    retention: Duration,
    most: u32,
) -> Result<Vec<DeletedPackage>, RegistryError> {
    // Two sweeps at once take different rows, and neither waits.
    let lock = if pools.write.dialect().is_postgres() {
        "FOR UPDATE SKIP LOCKED"
    } else {
        ""
    };
    let sql = format!(
        "DELETE FROM packages WHERE id IN (SELECT id FROM packages
            WHERE ended_at IS NOT NULL AND ended_at <= {{now}} - $1 ORDER BY ended_at LIMIT $2 {lock})
        RETURNING run, blob_key"
    );
    let values = vec![millis(retention), Value::from(i64::from(most))];
    let rows = pools.write.all(&sql, values).await?;
    if !rows.is_empty() {
        pools.erased().await;
    }
    rows.iter().map(deleted).collect()
}

pub(super) async fn unreferenced(pools: &Pools, blobs: &[BlobKey]) -> Result<Vec<BlobKey>, RegistryError> {
    let mut orphans = Vec::new();
    for asked in blobs.chunks(BLOBS) {
        let places: Vec<_> = (1..=asked.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT blob_key FROM packages WHERE blob_key IN ({})",
            places.join(", ")
        );
        let values = asked.iter().map(|blob| bytes(blob.as_bytes())).collect();
        let rows = pools.read.all(&sql, values).await?;
        let referenced: Result<Vec<_>, _> = rows.iter().map(blob).collect();
        let referenced = referenced?;
        orphans.extend(asked.iter().filter(|blob| !referenced.contains(&Some(**blob))));
    }
    Ok(orphans)
}

fn blob(row: &QueryResult) -> Result<Option<BlobKey>, RegistryError> {
    Columns::new(row).blob_if_any()
}

pub(super) async fn secret(pools: &Pools, name: &str, candidate: [u8; 32]) -> Result<[u8; 32], RegistryError> {
    let sql = "INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    let values = vec![Value::from(name), bytes(&candidate)];
    pools.write.execute(sql, values).await?;
    let sql = "SELECT value FROM secrets WHERE name = $1";
    let row = pools.write.one(sql, vec![Value::from(name)]).await?;
    let row = row.ok_or(inconsistent("secrets.value"))?;
    Columns::new(&row).array("secrets.value")
}
