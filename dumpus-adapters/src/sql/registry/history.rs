use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::domain::history::{Histogram, Hour, HourStatistics};
use dumpus_ports::domain::lifecycle::Phase;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::domain::time::{HOUR, Millis};
use dumpus_ports::registry::{Failure, RegistryError, RunEnd, RunHistory, RunPage, RunRecord, Volume};
use sea_orm::{QueryResult, Value};

use super::super::error::SqlError;
use super::super::pool::{Transaction, millis};
use super::SqlRegistry;
use super::pairs;
use super::row::{Columns, bytes, inconsistent, last_attempt, run_key};

/// Ids per statement; databases limit the number of parameters.
const IDS: usize = 500;

const RECORD: &str =
    "INSERT INTO run_history (run, package, lane, attempts, worker, admitted_at, leased_at, downloading_at,
        analyzing_at, ended_at, error_code, error_detail, bytes, events, messages)
    SELECT run, id, lane, attempts, worker, admitted_at, leased_at, downloading_at,
        analyzing_at, ended_at, error_code, error_detail, $3, $4, $5
    FROM packages WHERE id = $1 AND run = $2 ON CONFLICT (run) DO NOTHING";

/// In the order in which [`run_record`] reads them.
const SELECT: &str =
    "SELECT run, package, lane, attempts, admitted_at, worker, leased_at, downloading_at, analyzing_at,
        ended_at, error_code, error_detail, bytes, events, messages FROM run_history";

/// Records the end of a run, in the transaction that ends it.
pub(super) async fn record(
    transaction: &Transaction<'_>,
    package: PackageId,
    run: RunId,
    volume: &Volume,
) -> Result<(), SqlError> {
    let count = |count: u64| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
    let volume = [count(volume.bytes), count(volume.events), count(volume.messages)];
    transaction.execute(RECORD, run_key(package, run, volume)).await?;
    Ok(())
}

/// Removes the ids of packages, in the transaction that deletes them.
pub(super) async fn forget(transaction: &Transaction<'_>, packages: Vec<Value>) -> Result<(), SqlError> {
    for ids in packages.chunks(IDS) {
        let places: Vec<_> = (1..=ids.len()).map(|place| format!("${place}")).collect();
        let places = places.join(", ");
        for statement in [
            "UPDATE run_history SET package = NULL",
            "UPDATE audit SET package = NULL",
            "DELETE FROM job_orders",
        ] {
            let sql = format!("{statement} WHERE package IN ({places})");
            transaction.execute(&sql, ids.to_vec()).await?;
        }
    }
    Ok(())
}

#[async_trait]
impl RunHistory for SqlRegistry {
    async fn runs(&self, page: &RunPage) -> Result<Vec<RunRecord>, RegistryError> {
        let (at, run) = page.after.unwrap_or((Millis(i64::MIN), RunId::from_bytes([0; 16])));
        let sql = format!(
            "{SELECT} WHERE ended_at >= $1 AND ended_at < $2 AND (ended_at > $3 OR (ended_at = $3 AND run > $4))
                ORDER BY ended_at, run LIMIT $5"
        );
        let values = vec![
            Value::from(page.from.0.max(at.0)),
            Value::from(page.until.0),
            Value::from(at.0),
            bytes(run.as_bytes()),
            Value::from(i64::from(page.limit)),
        ];
        let rows = self.pools.read.all(&sql, values).await?;
        rows.iter().map(run_record).collect()
    }

    async fn runs_of(&self, package: PackageId) -> Result<Vec<RunRecord>, RegistryError> {
        let sql = format!("{SELECT} WHERE package = $1 ORDER BY ended_at DESC, run DESC LIMIT 10");
        let rows = self.pools.read.all(&sql, vec![bytes(package.as_bytes())]).await?;
        rows.iter().rev().map(run_record).collect()
    }

    async fn now(&self) -> Result<Millis, RegistryError> {
        let row = self.pools.read.one("SELECT {now} AS now", Vec::new()).await?;
        Ok(Millis(Columns::new(&row.ok_or(inconsistent("now"))?).next("now")?))
    }

    async fn last_hour(&self) -> Result<Option<Hour>, RegistryError> {
        let row = self
            .pools
            .read
            .one("SELECT max(hour) FROM run_hours", Vec::new())
            .await?;
        let hour = row.map(|row| Columns::new(&row).next::<Option<i64>>("run_hours.hour"));
        Ok(hour.transpose()?.flatten().map(Hour))
    }

    async fn record_hour(&self, hour: Hour, lanes: &BTreeMap<Lane, HourStatistics>) -> Result<(), RegistryError> {
        let sql = "INSERT INTO run_hours (hour, lane, statistics) VALUES ($1, $2, $3)
            ON CONFLICT (hour, lane) DO UPDATE SET statistics = excluded.statistics";
        let work = self.pools.write.transaction(async |transaction| {
            for (lane, statistics) in lanes {
                let values = vec![
                    Value::from(hour.0),
                    Value::from(lane.as_str()),
                    Value::from(encode(statistics)),
                ];
                transaction.execute(sql, values).await?;
            }
            Ok(())
        });
        Ok(work.await?)
    }

    async fn hours(&self, from: Hour, until: Hour) -> Result<Vec<(Hour, Lane, HourStatistics)>, RegistryError> {
        let sql = "SELECT hour, lane, statistics FROM run_hours WHERE hour >= $1 AND hour < $2 ORDER BY hour, lane";
        let values = vec![Value::from(from.0), Value::from(until.0)];
        let rows = self.pools.read.all(sql, values).await?;
        let hour = |row: &QueryResult| {
            let mut columns = Columns::new(row);
            let hour = Hour(columns.next("run_hours.hour")?);
            let lane = columns.word("run_hours.lane")?;
            let statistics: String = columns.next("run_hours.statistics")?;
            let statistics = decode(&statistics).ok_or(inconsistent("run_hours.statistics"))?;
            Ok((hour, lane, statistics))
        };
        rows.iter().map(hour).collect()
    }

    async fn prune(&self, runs: Duration, hours: Duration) -> Result<(), RegistryError> {
        let pool = &self.pools.write;
        pool.execute(
            "DELETE FROM run_history WHERE ended_at <= {now} - $1",
            vec![millis(runs)],
        )
        .await?;
        let sql = format!("DELETE FROM run_hours WHERE hour * {HOUR} <= {{now}} - $1");
        pool.execute(&sql, vec![millis(hours)]).await?;
        Ok(())
    }
}

fn run_record(row: &QueryResult) -> Result<RunRecord, RegistryError> {
    let mut columns = Columns::new(row);
    let run = RunId::from_bytes(columns.array("run_history.run")?);
    let package = columns.array_if_any("run_history.package")?.map(PackageId::from_bytes);
    let lane = columns.word("run_history.lane")?;
    let attempts = columns.number::<i32, _>("run_history.attempts")?;
    let admitted_at = Millis(columns.next("run_history.admitted_at")?);
    let last_attempt = last_attempt(&mut columns)?;
    let ended_at = Millis(columns.next("run_history.ended_at")?);
    let code = columns.word_if_any("run_history.error_code")?;
    let detail: Option<String> = columns.next("run_history.error_detail")?;
    let volume = Volume {
        bytes: columns.number::<i64, _>("run_history.bytes")?,
        events: columns.number::<i64, _>("run_history.events")?,
        messages: columns.number::<i64, _>("run_history.messages")?,
    };
    Ok(RunRecord {
        run,
        package,
        lane,
        attempts,
        admitted_at,
        last_attempt,
        ended_at,
        end: match code {
            None => RunEnd::Processed(volume),
            Some(code) => RunEnd::Failed(Failure {
                code,
                detail: detail.map(|text| FailureDetail::decode(&text)),
            }),
        },
    })
}

/// The word of a phase in the statistics of an hour.
const fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Wait => "wait",
        Phase::Download => "download",
        Phase::Analysis => "analysis",
        Phase::Total => "total",
    }
}

/// Pairs such as `processed=4`, `failed.EXPIRED_LINK=1` and, for durations, `wait.40=3`.
fn encode(statistics: &HourStatistics) -> String {
    let counts = [
        ("processed".to_owned(), statistics.processed),
        ("bytes".to_owned(), statistics.bytes),
    ];
    let failed = statistics.failed.iter();
    let failed = failed.map(|(code, count)| (format!("failed.{code}"), *count));
    let durations = statistics.durations.iter().flat_map(|(phase, histogram)| {
        let buckets = histogram.buckets.iter();
        buckets.map(|(bucket, count)| (format!("{}.{bucket}", word(*phase)), *count))
    });
    pairs::encode(counts.into_iter().chain(failed).chain(durations))
}

fn decode(text: &str) -> Option<HourStatistics> {
    let mut statistics = HourStatistics::default();
    for (name, count) in pairs::decode(text) {
        let count = count.parse().ok()?;
        match name.split_once('.').unwrap_or((&name, "")) {
            ("processed", _) => statistics.processed = count,
            ("bytes", _) => statistics.bytes = count,
            ("failed", code) => {
                statistics.failed.insert(code.parse().ok()?, count);
            }
            (phase, bucket) => {
                let phase = Phase::ALL.into_iter().find(|known| word(*known) == phase)?;
                let histograms: &mut BTreeMap<Phase, Histogram> = &mut statistics.durations;
                let buckets = &mut histograms.entry(phase).or_default().buckets;
                buckets.insert(bucket.parse().ok()?, count);
            }
        }
    }
    Some(statistics)
}
