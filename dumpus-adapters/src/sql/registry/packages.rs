use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{Lane, QueueSnapshot, Ticket};
use dumpus_ports::registry::{
    Admission, DeletedPackage, Epoch, NOT_QUEUED, NewPackage, Outcome, Package, PackageRegistry, RegistryError,
};
use sea_orm::{QueryResult, Value};

use super::super::error::SqlError;
use super::super::pool::{Pool, millis};
use super::SqlRegistry;
use super::row::{self, Columns, bytes, deleted, inconsistent, run_key};

/// Begins a run for a package that is unknown or has failed. `{ticket}` is a new ticket.
const BEGIN: &str = "INSERT INTO packages (id, run, lane, ticket, stage, attempts, lease_no, dispatched_at,
        joined_standard, joined_premium, admitted_at, owner_link)
    VALUES ($1, $2, 'standard', {ticket}, 'LOCKED', 0, 0, {now}, $3, $4, {now}, $5)
    ON CONFLICT (id) DO UPDATE SET run = excluded.run, ticket = excluded.ticket, stage = excluded.stage,
        progress = NULL, attempts = 0, lease_until = NULL, queue_epoch = NULL,
        dispatched_at = excluded.dispatched_at, joined_standard = excluded.joined_standard,
        joined_premium = excluded.joined_premium, admitted_at = excluded.admitted_at, ended_at = NULL,
        error_code = NULL, error_detail = NULL, owner_link = excluded.owner_link
        WHERE packages.error_code IS NOT NULL
    RETURNING lane, ticket, blob_key";

/// The two ways to roll an admission back. No package leaves the premium lane in between.
const ERASE_STANDARD: &str =
    "DELETE FROM packages WHERE id = $1 AND run = $2 AND queue_epoch IS NULL AND lane = 'standard'";
const FAIL_PREMIUM: &str = "UPDATE packages SET progress = NULL, ended_at = {now}, lease_until = NULL,
        owner_link = NULL, error_code = $3, error_detail = $4
    WHERE id = $1 AND run = $2 AND queue_epoch IS NULL AND lane = 'premium' AND ended_at IS NULL";

/// `$4` is whether the queue's epoch has been known for so long that a job of another one is lost for long, unless it
/// was dispatched since.
const CLAIM_REDISPATCH: &str = "UPDATE packages SET queue_epoch = NULL, dispatched_at = {now},
        ticket = CASE WHEN dispatched_at <= {now} - $5 AND (queue_epoch IS NULL OR $4) THEN {ticket} ELSE ticket END
    WHERE id = $1 AND run = $2 AND ended_at IS NULL AND (lease_until IS NULL OR lease_until <= {now})
        AND ((queue_epoch IS NULL AND dispatched_at <= {now} - $6) OR queue_epoch <> $3)
    RETURNING lane";

/// One row per lane, answered from an index alone: a row per package would cost ten times as much to transfer. `$2` is
/// whether the queue's epoch is too young for any job to be lost for long. What was dispatched since is not lost either:
/// the caller may know an older epoch than the process that dispatched it.
const QUEUE_SNAPSHOT: &str = "SELECT lane, string_agg(CAST(ticket AS TEXT), ',') FROM packages
    WHERE ended_at IS NULL AND (lease_until > {now} OR queue_epoch = $1 OR ($2 AND queue_epoch IS NOT NULL)
        OR dispatched_at > {now} - $3)
    GROUP BY lane";

/// Epochs that came before the current one are deleted after this time.
const EPOCH_KEPT_FOR: Duration = Duration::from_hours(24);

#[async_trait]
impl PackageRegistry for SqlRegistry {
    async fn admit(&self, admission: &NewPackage) -> Result<Admission, RegistryError> {
        // A failed package may begin, or an unknown one be admitted, between the two statements; not twice in a row.
        for _ in 0..3 {
            // Most submissions of known packages change nothing, and need not wait for those that write.
            let known = row::find(&self.pools.read, admission.package).await?;
            if let Some(known) = known.filter(|known| !matches!(known.outcome, Some(Outcome::Failed { .. }))) {
                return Ok(Admission::AlreadyExists(known));
            }
            if let Some(row) = self.with_ticket(BEGIN, begin(admission)).await? {
                let mut columns = Columns::new(&row);
                return Ok(Admission::Started {
                    lane: columns.word("packages.lane")?,
                    ticket: columns.next("packages.ticket")?,
                    replaced: columns.blob_if_any()?,
                });
            }
        }
        Err(SqlError::transient("a package changed while it was admitted").into())
    }

    async fn confirm(&self, package: PackageId, run: RunId, epoch: &Epoch) -> Result<Option<Lane>, RegistryError> {
        let sql = "UPDATE packages SET queue_epoch = $3, dispatched_at = {now}
            WHERE id = $1 AND run = $2 RETURNING lane";
        let values = run_key(package, run, [Value::from(epoch.0.as_str())]);
        lane(self.pools.write.one(sql, values).await?.as_ref())
    }

    async fn mark_undispatched(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError> {
        let sql = "UPDATE packages SET queue_epoch = NULL, dispatched_at = {now}
            WHERE id = $1 AND run = $2 AND ended_at IS NULL";
        Ok(self.pools.write.execute(sql, run_key(package, run, [])).await? > 0)
    }

    async fn rollback_admission(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError> {
        let mut changed = self
            .pools
            .write
            .execute(ERASE_STANDARD, run_key(package, run, []))
            .await?;
        if changed == 0 {
            let failure = [Value::from(ErrorCode::ServerError.as_str()), Value::from(NOT_QUEUED)];
            changed = self
                .pools
                .write
                .execute(FAIL_PREMIUM, run_key(package, run, failure))
                .await?;
        }
        if changed > 0 {
            self.pools.erased().await;
        }
        Ok(changed > 0)
    }

    async fn find(&self, package: PackageId) -> Result<Option<Package>, RegistryError> {
        row::find(&self.pools.read, package).await
    }

    async fn claim_redispatch(
        &self,
        package: PackageId,
        run: RunId,
        older_than: Duration,
        epoch: &Epoch,
        lost_after: Duration,
    ) -> Result<Option<Lane>, RegistryError> {
        let is_old_epoch = self.is_known_for(&self.pools.read, epoch, lost_after).await?;
        let claim = [
            Value::from(epoch.0.as_str()),
            Value::from(is_old_epoch),
            millis(lost_after),
            millis(older_than),
        ];
        let row = self.with_ticket(CLAIM_REDISPATCH, run_key(package, run, claim)).await?;
        lane(row.as_ref())
    }

    async fn mark_result_lost(&self, package: PackageId, run: RunId, detail: &str) -> Result<bool, RegistryError> {
        let sql = "UPDATE packages SET ended_at = {now}, error_code = $3, error_detail = $4, blob_key = NULL,
                blob_size = NULL, suite = NULL, iv = NULL, mac = NULL
            WHERE id = $1 AND run = $2 AND stage = 'PROCESSED' AND error_code IS NULL";
        let failure = [Value::from(ErrorCode::ServerError.as_str()), Value::from(detail)];
        Ok(self.pools.write.execute(sql, run_key(package, run, failure)).await? > 0)
    }

    async fn delete(&self, package: PackageId) -> Result<Option<DeletedPackage>, RegistryError> {
        let sql = "DELETE FROM packages WHERE id = $1 RETURNING run, blob_key";
        let row = self.pools.write.one(sql, vec![bytes(package.as_bytes())]).await?;
        if row.is_some() {
            self.pools.erased().await;
        }
        row.map(|row| deleted(&row)).transpose()
    }

    async fn upgrade(&self, package: PackageId) -> Result<Option<RunId>, RegistryError> {
        let sql = "UPDATE packages SET lane = 'premium',
                ticket = CASE WHEN lane = 'premium' OR ended_at IS NOT NULL THEN ticket ELSE {ticket} END
            WHERE id = $1 RETURNING run";
        let row = self.with_ticket(sql, vec![bytes(package.as_bytes())]).await?;
        let run = row.map(|row| Columns::new(&row).array("packages.run")).transpose();
        Ok(run?.map(RunId::from_bytes))
    }

    async fn queue_snapshot(&self, epoch: &Epoch, lost_after: Duration) -> Result<QueueSnapshot, RegistryError> {
        let pool = &self.pools.queue_snapshot;
        let is_young = !self.is_known_for(pool, epoch, lost_after).await?;
        let values = vec![Value::from(epoch.0.as_str()), Value::from(is_young), millis(lost_after)];
        let mut waiting = Vec::new();
        for row in pool.all(QUEUE_SNAPSHOT, values).await? {
            let mut columns = Columns::new(&row);
            let lane = columns.word("packages.lane")?;
            for ticket in columns.next::<String>("packages.ticket")?.split(',') {
                let ticket: Ticket = ticket.parse().map_err(|_| inconsistent("packages.ticket"))?;
                waiting.push((lane, ticket));
            }
        }
        Ok(QueueSnapshot::new(waiting))
    }

    async fn ping(&self) -> Result<(), RegistryError> {
        Ok(self.pools.read.ping().await?)
    }
}

impl SqlRegistry {
    /// Runs a statement in which `{ticket}` is a new ticket.
    async fn with_ticket(&self, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>, SqlError> {
        let pool = &self.pools.write;
        if pool.dialect().is_postgres() {
            let sql = sql.replace("{ticket}", "nextval('package_tickets')");
            return pool.one(&sql, values).await;
        }
        let sql = sql.replace("{ticket}", "(SELECT value FROM counters WHERE name = 'ticket')");
        let work = pool.transaction(async |transaction| {
            let draw = "UPDATE counters SET value = value + 1 WHERE name = 'ticket' RETURNING value";
            transaction.one(draw, Vec::new()).await?;
            transaction.one(&sql, values).await
        });
        work.await
    }

    /// Whether the queue's epoch has been known for this long; from now on it is known.
    async fn is_known_for(&self, read: &Pool, epoch: &Epoch, length: Duration) -> Result<bool, RegistryError> {
        let sql = "SELECT first_seen <= {now} - $2 FROM queue_epochs WHERE epoch = $1";
        let values = vec![Value::from(epoch.0.as_str()), millis(length)];
        if let Some(row) = read.one(sql, values).await? {
            return Columns::new(&row).next("queue_epochs.first_seen");
        }
        let sql = "INSERT INTO queue_epochs (epoch, first_seen) VALUES ($1, {now}) ON CONFLICT (epoch) DO NOTHING";
        let values = vec![Value::from(epoch.0.as_str())];
        self.pools.write.execute(sql, values).await?;
        // Callers know the current epoch, or one that was current a moment ago: older ones are not needed any more.
        let sql = "DELETE FROM queue_epochs WHERE epoch <> $1 AND first_seen <= {now} - $2";
        let values = vec![Value::from(epoch.0.as_str()), millis(length.max(EPOCH_KEPT_FOR))];
        self.pools.write.execute(sql, values).await?;
        Ok(length.is_zero())
    }
}

fn begin(admission: &NewPackage) -> Vec<Value> {
    let count = |count| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
    let new = [
        count(admission.joined.standard),
        count(admission.joined.premium),
        bytes(&admission.owner_link),
    ];
    run_key(admission.package, admission.run, new)
}

fn lane(row: Option<&QueryResult>) -> Result<Option<Lane>, RegistryError> {
    row.map(|row| Columns::new(row).word("packages.lane")).transpose()
}
