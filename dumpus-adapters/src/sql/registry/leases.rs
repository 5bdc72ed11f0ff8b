use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::registry::{
    Attempt, Failure, Lease, LeaseOutcome, LeaseRegistry, LeaseRequest, RegistryError, StoredResult, Volume,
};
use sea_orm::Value;

use super::super::error::SqlError;
use super::super::pool::millis;
use super::SqlRegistry;
use super::history;
use super::row::{self, Columns, bytes, run_key};

/// The condition of every write that names a lease, whose values come first among the parameters.
macro_rules! held {
    () => {
        " WHERE id = $1 AND run = $2 AND lease_no = $3 AND lease_until IS NOT NULL AND ended_at IS NULL"
    };
}

/// A request that is made again, because its first answer was lost, has one effect.
macro_rules! unless_repeated {
    ($new:literal, $old:literal) => {
        concat!(
            "CASE WHEN lease_until IS NOT NULL AND lease_request = $4 THEN ",
            $old,
            " ELSE ",
            $new,
            " END"
        )
    };
}

const LEASE: &str = concat!(
    "UPDATE packages SET lease_no = lease_no + ",
    unless_repeated!("1", "0"),
    ", attempts = attempts + ",
    unless_repeated!("1", "0"),
    ", leased_at = ",
    unless_repeated!("{now}", "leased_at"),
    ", downloading_at = ",
    unless_repeated!("NULL", "downloading_at"),
    ", analyzing_at = ",
    unless_repeated!("NULL", "analyzing_at"),
    ", worker = $5, lease_request = $4, lease_until = {now} + $3
    WHERE id = $1 AND run = $2 AND ended_at IS NULL
        AND (lease_until IS NULL OR lease_until <= {now} OR lease_request = $4)
    RETURNING lease_no, attempts"
);
const UNFINISHED: &str = "SELECT 1 FROM packages WHERE id = $1 AND run = $2 AND ended_at IS NULL";
/// A job of another run may have replaced this one's in the queue, if its push was delayed while the package was deleted
/// and submitted again.
const MARK_CURRENT_RUN_UNDISPATCHED: &str = "UPDATE packages SET queue_epoch = NULL, dispatched_at = {now}
    WHERE id = $1 AND run <> $2 AND ended_at IS NULL AND queue_epoch IS NOT NULL";
const EXTEND: &str = concat!("UPDATE packages SET lease_until = {now} + $4", held!());
const RELEASE: &str = concat!(
    "UPDATE packages SET lease_until = NULL, stage = 'LOCKED', progress = NULL, attempts = attempts - $4",
    held!()
);
const STEP: &str = "UPDATE packages SET stage = $4, progress = 0";
const HELD: &str = held!();
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

#[async_trait]
impl LeaseRegistry for SqlRegistry {
    async fn lease(
        &self,
        package: PackageId,
        run: RunId,
        request: LeaseRequest,
        length: Duration,
    ) -> Result<LeaseOutcome, RegistryError> {
        let pool = &self.pools.write;
        let values = [
            millis(length),
            bytes(&request.id),
            Value::from(request.worker.to_string()),
        ];
        let values = run_key(package, run, values);
        if let Some(row) = pool.one(LEASE, values).await? {
            let mut columns = Columns::new(&row);
            return Ok(LeaseOutcome::Granted(Lease {
                package,
                run,
                number: columns.next("packages.lease_no")?,
                attempt: columns.number::<i32, _>("packages.attempts")?,
            }));
        }
        if pool.one(UNFINISHED, run_key(package, run, [])).await?.is_some() {
            return Ok(LeaseOutcome::AlreadyLeased);
        }
        pool.execute(MARK_CURRENT_RUN_UNDISPATCHED, run_key(package, run, []))
            .await?;
        Ok(LeaseOutcome::Stale)
    }

    async fn extend(&self, lease: &Lease, length: Duration) -> Result<bool, RegistryError> {
        self.write(EXTEND, lease, [millis(length)]).await
    }

    async fn release(&self, lease: &Lease, attempt: Attempt) -> Result<bool, RegistryError> {
        let refunded = i32::from(attempt == Attempt::Refunded);
        self.write(RELEASE, lease, [Value::from(refunded)]).await
    }

    async fn step(&self, lease: &Lease, to: Stage) -> Result<bool, RegistryError> {
        let began = match to {
            Stage::Downloading => ", downloading_at = {now}",
            Stage::Analyzing => ", analyzing_at = {now}",
            Stage::Locked | Stage::Processed => "",
        };
        let from: Vec<_> = Stage::before(to).map(|from| format!("'{from}'")).collect();
        let sql = format!("{STEP}{began}{HELD} AND stage IN ({})", from.join(", "));
        // Only a result leads to the last stage.
        let is_done = to != Stage::Processed && self.write(&sql, lease, [Value::from(to.as_str())]).await?;
        if !is_done && self.is_current(lease).await? {
            return Err(illegal_step());
        }
        Ok(is_done)
    }

    async fn progress(&self, lease: &Lease, percent: u8) -> Result<bool, RegistryError> {
        let percent = Value::from(i16::from(percent.min(100)));
        self.write(PROGRESS, lease, [percent]).await
    }

    async fn finish(&self, lease: &Lease, result: &StoredResult, volume: &Volume) -> Result<bool, RegistryError> {
        let size = i64::try_from(result.size).map_err(|_| SqlError::permanent("a result is too large"))?;
        let values = [
            bytes(result.blob.as_bytes()),
            Value::from(size),
            Value::from(result.envelope.suite.number()),
            bytes(&result.envelope.iv),
            bytes(&result.envelope.mac),
        ];
        let sql = format!("{FINISH} AND stage = '{}'", Stage::Analyzing);
        if self.end(&sql, lease_key(lease, values), lease, volume).await? {
            return Ok(true);
        }
        if self.is_current(lease).await? {
            return Err(illegal_step());
        }
        // An earlier call may have recorded it.
        let row = row::find(&self.pools.write, lease.package).await?;
        Ok(row.is_some_and(|row| row.run.is_finished_by(lease, result)))
    }

    async fn fail(&self, lease: &Lease, failure: &Failure) -> Result<bool, RegistryError> {
        let values = lease_key(lease, row::failure(failure));
        self.end(FAIL, values, lease, &Volume::default()).await
    }

    async fn is_current(&self, lease: &Lease) -> Result<bool, RegistryError> {
        Ok(self.pools.read.one(IS_CURRENT, lease_key(lease, [])).await?.is_some())
    }
}

impl SqlRegistry {
    /// Runs a write that ends the run of a lease, and records its end; false when the lease is not the worker's any more.
    async fn end(&self, sql: &str, values: Vec<Value>, lease: &Lease, volume: &Volume) -> Result<bool, RegistryError> {
        let work = self.pools.write.transaction(async |transaction| {
            let is_done = transaction.execute(sql, values).await? > 0;
            if is_done {
                history::record(transaction, lease.package, lease.run, volume).await?;
            }
            Ok(is_done)
        });
        let is_done = work.await?;
        if is_done {
            self.pools.erased().await;
        }
        Ok(is_done)
    }

    /// Runs a write that names a lease; false when it is not the worker's any more.
    async fn write(
        &self,
        sql: &str,
        lease: &Lease,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<bool, RegistryError> {
        Ok(self.pools.write.execute(sql, lease_key(lease, values)).await? > 0)
    }
}

/// The holder of a lease asked for a step that its stage does not allow.
fn illegal_step() -> RegistryError {
    SqlError::permanent("a worker asked for an illegal step").into()
}

fn lease_key(lease: &Lease, values: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let number = std::iter::once(Value::from(lease.number));
    run_key(lease.package, lease.run, number.chain(values))
}
