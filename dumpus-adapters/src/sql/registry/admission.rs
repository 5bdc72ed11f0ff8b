//! How a package comes in, and how its job stands with the queue.

use std::time::Duration;

use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::registry::{Admission, Epoch, NOT_QUEUED, NewPackage, Outcome, RegistryError};
use sea_orm::{QueryResult, Value};

use super::super::connect::Pools;
use super::super::error::Trouble;
use super::super::pool::millis;
use super::row::{self, Columns};
use super::{bytes, upkeep};

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

/// `$4` tells whether the queue's epoch is known for so long that a job of another one is lost for long, unless it was
/// dispatched since.
const CLAIM_REDISPATCH: &str = "UPDATE packages SET queue_epoch = NULL, dispatched_at = {now},
        ticket = CASE WHEN dispatched_at <= {now} - $5 AND (queue_epoch IS NULL OR $4) THEN {ticket} ELSE ticket END
    WHERE id = $1 AND run = $2 AND ended_at IS NULL AND (lease_until IS NULL OR lease_until <= {now})
        AND ((queue_epoch IS NULL AND dispatched_at <= {now} - $6) OR queue_epoch <> $3)
    RETURNING lane";

pub(super) async fn admit(pools: &Pools, admission: &NewPackage) -> Result<Admission, RegistryError> {
    // A failed package may begin, or an unknown one be there, between the two statements; not twice in a row.
    for _ in 0..3 {
        // Most submissions of known packages change nothing, and need not wait for those that write.
        let known = row::find(&pools.read, admission.package).await?;
        if let Some(known) = known.filter(|known| !matches!(known.outcome, Some(Outcome::Failed { .. }))) {
            return Ok(Admission::AlreadyExists(known));
        }
        if let Some(row) = with_ticket(pools, BEGIN, begin(admission)).await? {
            let mut columns = Columns::new(&row);
            return Ok(Admission::Started {
                lane: columns.word("packages.lane")?,
                ticket: columns.next("packages.ticket")?,
                replaced: columns.blob_if_any()?,
            });
        }
    }
    Err(Trouble::passing("a package came and went while it was admitted").into())
}

fn begin(admission: &NewPackage) -> Vec<Value> {
    let count = |count| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
    vec![
        bytes(admission.package.as_bytes()),
        bytes(admission.run.as_bytes()),
        count(admission.joined.standard),
        count(admission.joined.premium),
        bytes(&admission.owner_link),
    ]
}

/// Runs a statement in which `{ticket}` is a new ticket.
pub(super) async fn with_ticket(pools: &Pools, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>, Trouble> {
    if pools.write.dialect().is_postgres() {
        let sql = sql.replace("{ticket}", "nextval('package_tickets')");
        return pools.write.one(&sql, values).await;
    }
    let sql = sql.replace("{ticket}", "(SELECT value FROM counters WHERE name = 'ticket')");
    let work = pools.write.transaction(async |transaction| {
        let draw = "UPDATE counters SET value = value + 1 WHERE name = 'ticket' RETURNING value";
        transaction.one(draw, Vec::new()).await?;
        transaction.one(&sql, values).await
    });
    work.await
}

pub(super) async fn confirm(
    pools: &Pools,
    package: PackageId,
    run: RunId,
    epoch: &Epoch,
) -> Result<Option<Lane>, RegistryError> {
    let sql = "UPDATE packages SET queue_epoch = $3, dispatched_at = {now} WHERE id = $1 AND run = $2 RETURNING lane";
    let values = vec![
        bytes(package.as_bytes()),
        bytes(run.as_bytes()),
        Value::from(epoch.0.as_str()),
    ];
    let row = pools.write.one(sql, values).await?;
    row.map(|row| Columns::new(&row).word("packages.lane")).transpose()
}

pub(super) async fn mark_undispatched(pools: &Pools, package: PackageId, run: RunId) -> Result<bool, RegistryError> {
    let sql = "UPDATE packages SET queue_epoch = NULL, dispatched_at = {now}
        WHERE id = $1 AND run = $2 AND ended_at IS NULL";
    let values = vec![bytes(package.as_bytes()), bytes(run.as_bytes())];
    Ok(pools.write.execute(sql, values).await? > 0)
}

pub(super) async fn rollback_admission(pools: &Pools, package: PackageId, run: RunId) -> Result<bool, RegistryError> {
    let mut values = vec![bytes(package.as_bytes()), bytes(run.as_bytes())];
    let mut is_undone = pools.write.execute(ERASE_STANDARD, values.clone()).await? > 0;
    if !is_undone {
        values.extend([Value::from(ErrorCode::ServerError.as_str()), Value::from(NOT_QUEUED)]);
        is_undone = pools.write.execute(FAIL_PREMIUM, values).await? > 0;
    }
    if is_undone {
        pools.erased().await;
    }
    Ok(is_undone)
}

pub(super) async fn claim_redispatch(
    pools: &Pools,
    package: PackageId,
    run: RunId,
    older_than: Duration,
    epoch: &Epoch,
    lost_after: Duration,
) -> Result<Option<Lane>, RegistryError> {
    let is_old_epoch = upkeep::is_known_for(pools, &pools.read, epoch, lost_after).await?;
    let values = vec![
        bytes(package.as_bytes()),
        bytes(run.as_bytes()),
        Value::from(epoch.0.as_str()),
        Value::from(is_old_epoch),
        millis(lost_after),
        millis(older_than),
    ];
    let row = with_ticket(pools, CLAIM_REDISPATCH, values).await?;
    row.map(|row| Columns::new(&row).word("packages.lane")).transpose()
}
