//! Rows and parameters. A value that this version cannot read is named by its column, never quoted.

use std::str::FromStr;

use dumpus_ports::blobs::BlobKey;
use dumpus_ports::domain::crypto::{Envelope, Suite};
use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::domain::lifecycle::{CurrentLease, Dispatch, End, Stage};
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{LaneTotals, Ticket};
use dumpus_ports::domain::time::Millis;
use dumpus_ports::registry::{
    DeletedPackage, Epoch, Failure, LastAttempt, Outcome, OwnerLink, Package, RegistryError, Run, StoredResult,
};
use sea_orm::{QueryResult, TryGetable, Value};

use super::super::pool::Pool;

/// In the order in which [`package`] reads them.
const FIND: &str =
    "SELECT run, lane, ticket, stage, progress, attempts, admitted_at, joined_standard, joined_premium, owner_link,
        queue_epoch, dispatched_at, lease_no, lease_until, lease_request, worker, leased_at, downloading_at, analyzing_at,
        error_code, error_detail, blob_key, blob_size, suite, iv, mac, ended_at, {now}
    FROM packages WHERE id = $1";

/// The package's row, by its primary key.
pub(super) async fn find(pool: &Pool, id: PackageId) -> Result<Option<Package>, RegistryError> {
    let row = pool.one(FIND, vec![bytes(id.as_bytes())]).await?;
    row.map(|row| package(id, &mut Columns::new(&row))).transpose()
}

fn package(package: PackageId, columns: &mut Columns<'_>) -> Result<Package, RegistryError> {
    let id = RunId::from_bytes(columns.array("packages.run")?);
    let lane = columns.word("packages.lane")?;
    let ticket = Ticket(columns.next("packages.ticket")?);
    let stage = columns.word("packages.stage")?;
    let run = Run {
        package,
        id,
        lane,
        ticket,
        stage,
        progress: columns.number_if_any::<i16, _>("packages.progress")?,
        attempts: columns.number::<i32, _>("packages.attempts")?,
        admitted_at: Millis(columns.next("packages.admitted_at")?),
        joined: LaneTotals {
            standard: columns.number::<i64, _>("packages.joined_standard")?,
            premium: columns.number::<i64, _>("packages.joined_premium")?,
        },
        owner_link: OwnerLink(columns.next::<Option<_>>("packages.owner_link")?.unwrap_or_default()),
        dispatch: Dispatch {
            epoch: columns.next::<Option<_>>("packages.queue_epoch")?.map(Epoch),
            at: Millis(columns.next("packages.dispatched_at")?),
        },
        lease_number: columns.next("packages.lease_no")?,
        lease: lease(columns)?,
        last_attempt: last_attempt(columns)?,
        end: end(columns, stage)?,
    };
    let now = Millis(columns.next("now")?);
    Ok(Package { run, now })
}

fn lease(columns: &mut Columns<'_>) -> Result<Option<CurrentLease>, RegistryError> {
    let until: Option<i64> = columns.next("packages.lease_until")?;
    let request = columns.array_if_any("packages.lease_request")?;
    Ok(until.map(|until| CurrentLease {
        request,
        until: Millis(until),
    }))
}

/// Of `worker, leased_at, downloading_at, analyzing_at`.
pub(super) fn last_attempt(columns: &mut Columns<'_>) -> Result<Option<LastAttempt>, RegistryError> {
    let worker = columns.word_if_any("packages.worker")?;
    let leased_at: Option<i64> = columns.next("packages.leased_at")?;
    let downloading_at: Option<i64> = columns.next("packages.downloading_at")?;
    let analyzing_at: Option<i64> = columns.next("packages.analyzing_at")?;
    Ok(worker.zip(leased_at).map(|(worker, leased_at)| LastAttempt {
        worker,
        leased_at: Millis(leased_at),
        downloading_at: downloading_at.map(Millis),
        analyzing_at: analyzing_at.map(Millis),
    }))
}

fn end(columns: &mut Columns<'_>, stage: Stage) -> Result<Option<End>, RegistryError> {
    let code: Option<String> = columns.next("packages.error_code")?;
    let detail: Option<String> = columns.next("packages.error_detail")?;
    let outcome = if let Some(code) = code {
        columns.skip(5);
        let code = ErrorCode::from_str(&code).map_err(|_| inconsistent("packages.error_code"))?;
        let detail = detail.map(|text| FailureDetail::decode(&text));
        Outcome::Failed(Failure { code, detail })
    } else if stage == Stage::Processed {
        Outcome::Processed(StoredResult {
            blob: BlobKey::from_bytes(columns.array("packages.blob_key")?),
            size: columns.number::<i64, _>("packages.blob_size")?,
            envelope: Envelope {
                suite: columns
                    .next::<Option<i16>>("packages.suite")?
                    .and_then(Suite::from_number)
                    .ok_or(inconsistent("packages.suite"))?,
                iv: columns.array("packages.iv")?,
                mac: columns.array("packages.mac")?,
            },
        })
    } else {
        columns.skip(6);
        return Ok(None);
    };
    let at = Millis(columns.next("packages.ended_at")?);
    Ok(Some(End { at, outcome }))
}

/// Of a row with `run, blob_key`.
pub(super) fn deleted(row: &QueryResult) -> Result<DeletedPackage, RegistryError> {
    let mut columns = Columns::new(row);
    Ok(DeletedPackage {
        run: RunId::from_bytes(columns.array("packages.run")?),
        blob: columns.blob_if_any()?,
    })
}

/// The columns of a row, one after the other.
pub(super) struct Columns<'a> {
    row: &'a QueryResult,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(super) fn new(row: &'a QueryResult) -> Self {
        Self { row, next: 0 }
    }

    pub(super) fn next<T: TryGetable>(&mut self, column: &'static str) -> Result<T, RegistryError> {
        let value = self.row.try_get_by_index(self.next);
        self.next += 1;
        value.map_err(|_| inconsistent(column))
    }

    pub(super) fn number<S: TryGetable, T: TryFrom<S>>(&mut self, column: &'static str) -> Result<T, RegistryError> {
        T::try_from(self.next(column)?).map_err(|_| inconsistent(column))
    }

    pub(super) fn number_if_any<S, T>(&mut self, column: &'static str) -> Result<Option<T>, RegistryError>
    where
        Option<S>: TryGetable,
        T: TryFrom<S>,
    {
        let value: Option<S> = self.next(column)?;
        value.map(T::try_from).transpose().map_err(|_| inconsistent(column))
    }

    pub(super) fn word<T: FromStr>(&mut self, column: &'static str) -> Result<T, RegistryError> {
        self.next::<String>(column)?.parse().map_err(|_| inconsistent(column))
    }

    pub(super) fn word_if_any<T: FromStr>(&mut self, column: &'static str) -> Result<Option<T>, RegistryError> {
        let word: Option<String> = self.next(column)?;
        word.map(|word| word.parse())
            .transpose()
            .map_err(|_| inconsistent(column))
    }

    pub(super) fn array<const N: usize>(&mut self, column: &'static str) -> Result<[u8; N], RegistryError> {
        self.next::<Vec<u8>>(column)?
            .try_into()
            .map_err(|_| inconsistent(column))
    }

    pub(super) fn array_if_any<const N: usize>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<[u8; N]>, RegistryError> {
        let bytes: Option<Vec<u8>> = self.next(column)?;
        bytes
            .map(<[u8; N]>::try_from)
            .transpose()
            .map_err(|_| inconsistent(column))
    }

    pub(super) fn blob_if_any(&mut self) -> Result<Option<BlobKey>, RegistryError> {
        Ok(self.array_if_any("packages.blob_key")?.map(BlobKey::from_bytes))
    }

    fn skip(&mut self, columns: usize) {
        self.next += columns;
    }
}

/// `error_code` and `error_detail` as parameters.
pub(super) fn failure(failure: &Failure) -> [Value; 2] {
    [
        Value::from(failure.code.as_str()),
        Value::from(failure.detail.as_ref().map(FailureDetail::encode)),
    ]
}

/// Bytes as a parameter.
pub(super) fn bytes(bytes: &[u8]) -> Value {
    Value::from(bytes.to_vec())
}

/// Parameters that begin with the package as `$1` and the run as `$2`.
pub(super) fn run_key(package: PackageId, run: RunId, values: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut all = vec![bytes(package.as_bytes()), bytes(run.as_bytes())];
    all.extend(values);
    all
}

pub(super) fn inconsistent(column: &'static str) -> RegistryError {
    RegistryError::Inconsistent { column }
}
