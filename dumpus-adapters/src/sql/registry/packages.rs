use async_trait::async_trait;
use dumpus_ports::domain::lifecycle::EPOCH_KEPT_FOR;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{Lane, QueueSnapshot, Ticket};
use dumpus_ports::registry::{
    Admission, DeletedPackage, Epoch, Failure, NewPackage, Outcome, Package, PackageRegistry, RedispatchPolicy,
    RegistryError, Volume,
};
use sea_orm::{QueryResult, Value};

use super::super::error::SqlError;
use super::super::pool::{Pool, millis};
use super::SqlRegistry;
use super::history;
use super::row::{self, Columns, bytes, deleted, inconsistent, run_key};

/// Begins a run for a package that is unknown or has failed. `{ticket}` is a new ticket.
const BEGIN: &str = "INSERT INTO packages (id, run, lane, ticket, stage, attempts, lease_no, dispatched_at,
        joined_standard, joined_premium, admitted_at, owner_link)
    VALUES ($1, $2, 'standard', {ticket}, 'LOCKED', 0, 0, {now}, $3, $4, {now}, $5)
    ON CONFLICT (id) DO UPDATE SET run = excluded.run, ticket = excluded.ticket, stage = excluded.stage,
        progress = NULL, attempts = 0, lease_until = NULL, queue_epoch = NULL, worker = NULL, leased_at = NULL,
        downloading_at = NULL, analyzing_at = NULL,
        dispatched_at = excluded.dispatched_at, joined_standard = excluded.joined_standard,
        joined_premium = excluded.joined_premium, admitted_at = excluded.admitted_at, ended_at = NULL,
        error_code = NULL, error_detail = NULL, owner_link = excluded.owner_link
        WHERE packages.error_code IS NOT NULL
    RETURNING lane, ticket";

/// The two ways to roll an admission back. No package leaves the premium lane in between.
const ERASE_STANDARD: &str = "DELETE FROM packages
    WHERE id = $1 AND run = $2 AND queue_epoch IS NULL AND ended_at IS NULL AND lane = 'standard'";
const FAIL_PREMIUM: &str = "UPDATE packages SET progress = NULL, ended_at = {now}, lease_until = NULL,
        owner_link = NULL, error_code = $3, error_detail = $4
    WHERE id = $1 AND run = $2 AND queue_epoch IS NULL AND ended_at IS NULL AND lane = 'premium'";

const CANCEL: &str = "UPDATE packages SET progress = NULL, ended_at = {now}, lease_until = NULL, owner_link = NULL,
        error_code = $2, error_detail = $3
    WHERE id = $1 AND ended_at IS NULL RETURNING run";

/// [`Run::is_waiting`](dumpus_ports::registry::Run::is_waiting).
macro_rules! waiting {
    () => {
        "ended_at IS NULL AND (lease_until IS NULL OR lease_until <= {now})"
    };
}
pub(super) use waiting;

/// [`Run::is_lost_for_long`](dumpus_ports::registry::Run::is_lost_for_long), for the parameters that are the queue's epoch,
/// whether it has been known for `lost_after`, and `lost_after`.
macro_rules! lost_for_long {
    ($epoch:literal, $is_old:literal, $lost_after:literal) => {
        concat!(
            "(",
            waiting!(),
            " AND dispatched_at <= {now} - ",
            $lost_after,
            " AND (queue_epoch IS NULL OR (",
            $is_old,
            " AND queue_epoch <> ",
            $epoch,
            ")))"
        )
    };
}

const CLAIM_REDISPATCH: &str = concat!(
    "UPDATE packages SET queue_epoch = NULL, dispatched_at = {now}, ticket = CASE WHEN ",
    lost_for_long!("$3", "$4", "$5"),
    " THEN {ticket} ELSE ticket END WHERE id = $1 AND run = $2 AND ",
    waiting!(),
    " AND ((queue_epoch IS NULL AND dispatched_at <= {now} - $6) OR queue_epoch <> $3) RETURNING lane"
);

/// One row per lane, answered from an index alone: a row per package would cost ten times as much to transfer.
const QUEUE_SNAPSHOT: &str = concat!(
    "SELECT lane, string_agg(CAST(ticket AS TEXT), ',') FROM packages WHERE ended_at IS NULL AND NOT ",
    lost_for_long!("$1", "$2", "$3"),
    " GROUP BY lane"
);

#[async_trait]
impl PackageRegistry for SqlRegistry {
    async fn admit(&self, admission: &NewPackage) -> Result<Admission, RegistryError> {
        // A failed package may begin, or an unknown one be admitted, between the two statements; not twice in a row.
        for _ in 0..3 {
            // Most submissions of known packages change nothing, and need not wait for those that write.
            let known = row::find(&self.pools.read, admission.package).await?;
            if let Some(known) = known.filter(|known| !matches!(known.run.outcome(), Some(Outcome::Failed(_)))) {
                return Ok(Admission::AlreadyExists(Box::new(known)));
            }
            if let Some(row) = self.with_ticket(BEGIN, begin(admission)).await? {
                let mut columns = Columns::new(&row);
                return Ok(Admission::Started {
                    lane: columns.word("packages.lane")?,
                    ticket: Ticket(columns.next("packages.ticket")?),
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
        let erasure = self.pools.write.transaction(async |transaction| {
            let erased = transaction.execute(ERASE_STANDARD, run_key(package, run, [])).await?;
            if erased > 0 {
                history::forget(transaction, vec![bytes(package.as_bytes())]).await?;
            }
            Ok(erased)
        });
        let mut changed = erasure.await?;
        if changed == 0 {
            let failure = row::failure(&Failure::not_queued());
            let work = self.pools.write.transaction(async |transaction| {
                let failed = transaction
                    .execute(FAIL_PREMIUM, run_key(package, run, failure))
                    .await?;
                if failed > 0 {
                    history::record(transaction, package, run, &Volume::default()).await?;
                }
                Ok(failed)
            });
            changed = work.await?;
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
        epoch: &Epoch,
        policy: &RedispatchPolicy,
    ) -> Result<Option<Lane>, RegistryError> {
        let is_old = self.is_old(&self.pools.read, epoch, policy).await?;
        let claim = [
            Value::from(epoch.0.as_str()),
            Value::from(is_old),
            millis(policy.lost_after),
            millis(policy.unconfirmed_for),
        ];
        let row = self.with_ticket(CLAIM_REDISPATCH, run_key(package, run, claim)).await?;
        lane(row.as_ref())
    }

    async fn mark_result_lost(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError> {
        let sql = "UPDATE packages SET ended_at = {now}, error_code = $3, error_detail = $4, blob_key = NULL,
                blob_size = NULL, suite = NULL, iv = NULL, mac = NULL
            WHERE id = $1 AND run = $2 AND stage = 'PROCESSED' AND error_code IS NULL";
        let values = run_key(package, run, row::failure(&Failure::result_lost()));
        Ok(self.pools.write.execute(sql, values).await? > 0)
    }

    async fn cancel(&self, package: PackageId) -> Result<Option<RunId>, RegistryError> {
        let mut values = vec![bytes(package.as_bytes())];
        values.extend(row::failure(&Failure::cancelled()));
        let work = self.pools.write.transaction(async |transaction| {
            let Some(row) = transaction.one(CANCEL, values).await? else {
                return Ok(None);
            };
            let run = Columns::new(&row).array("packages.run").map(RunId::from_bytes);
            if let Ok(run) = run {
                history::record(transaction, package, run, &Volume::default()).await?;
            }
            Ok(Some(run))
        });
        let cancelled = work.await?.transpose()?;
        if cancelled.is_some() {
            self.pools.erased().await;
        }
        Ok(cancelled)
    }

    async fn delete(&self, package: PackageId) -> Result<Option<DeletedPackage>, RegistryError> {
        let sql = "DELETE FROM packages WHERE id = $1 RETURNING run, blob_key";
        let id = bytes(package.as_bytes());
        let work = self.pools.write.transaction(async |transaction| {
            let row = transaction.one(sql, vec![id.clone()]).await?;
            if row.is_some() {
                history::forget(transaction, vec![id]).await?;
            }
            Ok(row)
        });
        let row = work.await?;
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

    async fn queue_snapshot(&self, epoch: &Epoch, policy: &RedispatchPolicy) -> Result<QueueSnapshot, RegistryError> {
        let pool = &self.pools.queue_snapshot;
        let is_old = self.is_old(pool, epoch, policy).await?;
        let values = vec![
            Value::from(epoch.0.as_str()),
            Value::from(is_old),
            millis(policy.lost_after),
        ];
        let mut waiting = Vec::new();
        for row in pool.all(QUEUE_SNAPSHOT, values).await? {
            let mut columns = Columns::new(&row);
            let lane = columns.word("packages.lane")?;
            for ticket in columns.next::<String>("packages.ticket")?.split(',') {
                let ticket = ticket.parse().map_err(|_| inconsistent("packages.ticket"))?;
                waiting.push((lane, Ticket(ticket)));
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

    /// Whether the queue's epoch has been known for [`RedispatchPolicy::lost_after`]. From now on it is known.
    async fn is_old(&self, read: &Pool, epoch: &Epoch, policy: &RedispatchPolicy) -> Result<bool, RegistryError> {
        let sql = "SELECT first_seen <= {now} - $2 FROM queue_epochs WHERE epoch = $1";
        let lost_after = policy.lost_after;
        let values = |length| vec![Value::from(epoch.0.as_str()), millis(length)];
        if let Some(row) = read.one(sql, values(lost_after)).await? {
            return Columns::new(&row).next("queue_epochs.first_seen");
        }
        let sql = "INSERT INTO queue_epochs (epoch, first_seen) VALUES ($1, {now}) ON CONFLICT (epoch) DO NOTHING";
        let write = &self.pools.write;
        write.execute(sql, vec![Value::from(epoch.0.as_str())]).await?;
        // As `KnownEpochs` does.
        let sql = "DELETE FROM queue_epochs WHERE epoch <> $1 AND first_seen <= {now} - $2";
        write.execute(sql, values(lost_after.max(EPOCH_KEPT_FOR))).await?;
        Ok(lost_after.as_millis() == 0)
    }
}

fn begin(admission: &NewPackage) -> Vec<Value> {
    let count = |count| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
    let new = [
        count(admission.joined.standard),
        count(admission.joined.premium),
        bytes(&admission.owner_link.0),
    ];
    run_key(admission.package, admission.run, new)
}

fn lane(row: Option<&QueryResult>) -> Result<Option<Lane>, RegistryError> {
    row.map(|row| Columns::new(row).word("packages.lane")).transpose()
}
