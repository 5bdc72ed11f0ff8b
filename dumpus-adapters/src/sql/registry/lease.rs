//! The right to work on a package, and every write that names it.

use std::time::Duration;

use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::registry::{Attempt, Lease, LeaseOutcome, LeaseRequest, RegistryError, StoredResult};
use sea_orm::Value;

use super::super::connect::Pools;
use super::super::error::Trouble;
use super::super::pool::millis;
use super::bytes;
use super::row::Columns;

/// What every write of a worker asks for; the lease's values come first among the parameters.
macro_rules! held {
    () => {
        " WHERE id = $1 AND run = $2 AND lease_no = $3 AND lease_until IS NOT NULL AND ended_at IS NULL"
    };
}

/// A request that was made before, and whose answer was lost, counts once.
const LEASE: &str = "UPDATE packages SET
        lease_no = lease_no + CASE WHEN lease_until IS NOT NULL AND lease_request = $4 THEN 0 ELSE 1 END,
        attempts = attempts + CASE WHEN lease_until IS NOT NULL AND lease_request = $4 THEN 0 ELSE 1 END,
        lease_request = $4, lease_until = {now} + $3
    WHERE id = $1 AND run = $2 AND ended_at IS NULL
        AND (lease_until IS NULL OR lease_until <= {now} OR lease_request = $4)
    RETURNING lease_no, attempts";
/// Another run's job may have been put into the place of this one's, by somebody who was held up while the package was
/// erased and submitted anew.
const MARK_CURRENT_RUN_UNDISPATCHED: &str = "UPDATE packages SET queue_epoch = NULL, dispatched_at = {now}
    WHERE id = $1 AND run <> $2 AND ended_at IS NULL AND queue_epoch IS NOT NULL";
const UNFINISHED: &str = "SELECT 1 FROM packages WHERE id = $1 AND run = $2 AND ended_at IS NULL";
const EXTEND: &str = concat!("UPDATE packages SET lease_until = {now} + $4", held!());
const RELEASE: &str = concat!(
    "UPDATE packages SET lease_until = NULL, stage = 'LOCKED', progress = NULL, attempts = attempts - $4",
    held!()
);
const STEP: &str = concat!("UPDATE packages SET stage = $4, progress = 0", held!());
const PROGRESS: &str = concat!("UPDATE packages SET progress = $4", held!());
const FINISH: &str = concat!(
    "UPDATE packages SET stage = 'PROCESSED', progress = NULL, ended_at = {now}, lease_until = NULL, owner_link = NULL,
        error_code = NULL, error_detail = NULL, blob_key = $4, blob_size = $5, suite = $6, iv = $7, mac = $8",
    held!()
);
const FAIL: &str = concat!(
    "UPDATE packages SET progress = NULL, ended_at = {now}, lease_until = NULL, owner_link = NULL,
        error_code = $4, error_detail = $5",
    held!()
);
const IS_CURRENT: &str = concat!("SELECT 1 FROM packages", held!());

pub(super) async fn lease(
    pools: &Pools,
    package: PackageId,
    run: RunId,
    request: LeaseRequest,
    length: Duration,
) -> Result<LeaseOutcome, RegistryError> {
    let mut values = vec![bytes(package.as_bytes()), bytes(run.as_bytes())];
    let unfinished = values.clone();
    values.extend([millis(length), bytes(&request.0)]);
    if let Some(row) = pools.write.one(LEASE, values).await? {
        let mut columns = Columns::new(&row);
        return Ok(LeaseOutcome::Granted(Lease {
            package,
            run,
            number: columns.next("packages.lease_no")?,
            attempt: columns.number::<i32, _>("packages.attempts")?,
        }));
    }
    if pools.write.one(UNFINISHED, unfinished.clone()).await?.is_some() {
        return Ok(LeaseOutcome::AlreadyLeased);
    }
    pools.write.execute(MARK_CURRENT_RUN_UNDISPATCHED, unfinished).await?;
    Ok(LeaseOutcome::Stale)
}

pub(super) async fn extend(pools: &Pools, lease: &Lease, length: Duration) -> Result<bool, RegistryError> {
    write(pools, EXTEND, lease, [millis(length)]).await
}

pub(super) async fn release(pools: &Pools, lease: &Lease, attempt: Attempt) -> Result<bool, RegistryError> {
    write(
        pools,
        RELEASE,
        lease,
        [Value::from(i32::from(attempt == Attempt::Refunded))],
    )
    .await
}

pub(super) async fn step(pools: &Pools, lease: &Lease, to: Stage) -> Result<bool, RegistryError> {
    if to == Stage::Processed {
        return Err(Trouble::lasting("only a result makes a package processed").into());
    }
    let from: Vec<_> = Stage::before(to).map(|from| format!("'{from}'")).collect();
    let sql = format!("{STEP} AND stage IN ({})", from.join(", "));
    let is_done = write(pools, &sql, lease, [Value::from(to.as_str())]).await?;
    is_done_or_lost(pools, lease, is_done).await
}

pub(super) async fn progress(pools: &Pools, lease: &Lease, percent: u8) -> Result<bool, RegistryError> {
    write(pools, PROGRESS, lease, [Value::from(i16::from(percent.min(100)))]).await
}

pub(super) async fn finish(pools: &Pools, lease: &Lease, result: &StoredResult) -> Result<bool, RegistryError> {
    let size = i64::try_from(result.size).map_err(|_| Trouble::lasting("a result is too large to be recorded"))?;
    let values = [
        bytes(result.blob.as_bytes()),
        Value::from(size),
        Value::from(result.envelope.suite.number()),
        bytes(&result.envelope.iv),
        bytes(&result.envelope.mac),
    ];
    let sql = format!("{FINISH} AND stage = '{}'", Stage::Analyzing);
    let is_done = write(pools, &sql, lease, values).await?;
    if is_done {
        pools.erased().await;
    }
    is_done_or_lost(pools, lease, is_done).await
}

pub(super) async fn fail(pools: &Pools, lease: &Lease, code: ErrorCode, detail: &str) -> Result<bool, RegistryError> {
    let is_done = write(pools, FAIL, lease, [Value::from(code.as_str()), Value::from(detail)]).await?;
    if is_done {
        pools.erased().await;
    }
    Ok(is_done)
}

pub(super) async fn is_current(pools: &Pools, lease: &Lease) -> Result<bool, RegistryError> {
    Ok(pools.read.one(IS_CURRENT, names(lease)).await?.is_some())
}

/// Makes a write that names a lease; false when it is not the worker's any more.
async fn write(
    pools: &Pools,
    sql: &str,
    lease: &Lease,
    values: impl IntoIterator<Item = Value>,
) -> Result<bool, RegistryError> {
    let mut all = names(lease);
    all.extend(values);
    Ok(pools.write.execute(sql, all).await? > 0)
}

/// A write of a worker that holds its lease was refused for the stage the package is in: a defect of the worker.
async fn is_done_or_lost(pools: &Pools, lease: &Lease, is_done: bool) -> Result<bool, RegistryError> {
    if !is_done && is_current(pools, lease).await? {
        return Err(Trouble::lasting("a worker asked for an illegal step").into());
    }
    Ok(is_done)
}

fn names(lease: &Lease) -> Vec<Value> {
    vec![
        bytes(lease.package.as_bytes()),
        bytes(lease.run.as_bytes()),
        Value::from(lease.number),
    ]
}
