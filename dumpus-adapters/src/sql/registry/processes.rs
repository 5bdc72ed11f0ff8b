use async_trait::async_trait;
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::process::{
    FORGOTTEN_AFTER, Heartbeat, KeyCheck, OFFLINE_AFTER, Process, ProcessId, SharedSettings,
};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::domain::time::Millis;
use dumpus_ports::registry::{JobOrder, Orders, ProcessRegistry, Processes, RegistryError, RunHistory as _};
use sea_orm::{QueryResult, Value};

use super::super::pool::millis;
use super::SqlRegistry;
use super::pairs;
use super::row::{Columns, bytes, inconsistent};

/// The first heartbeat inserts a row, which every further one updates.
const BEAT: &str =
    "INSERT INTO processes (id, role, host, version, started_at, seen_at, state, fault, done, failed, memory,
        key_check, other_key_check, max_download, settings, lanes, is_drained)
    VALUES ($1, $2, $3, $4, {now}, {now}, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, FALSE)
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, state = excluded.state, fault = excluded.fault,
        done = excluded.done, failed = excluded.failed, memory = excluded.memory
    RETURNING is_drained";

/// In the order in which [`process`] reads them.
const SELECT: &str = "SELECT id, role, host, version, started_at, seen_at, state, fault, done, failed, memory,
        key_check, other_key_check, max_download, settings, lanes, is_drained FROM processes ORDER BY id";

/// Not seen for a while, or seen in a future that a clock showed which was set back since.
macro_rules! silent_for {
    ($length:literal) => {
        concat!("abs({now} - seen_at) >= ", $length)
    };
}

const FORGET: &str = concat!(
    "DELETE FROM processes WHERE ",
    silent_for!("$1"),
    " OR (",
    silent_for!("$2"),
    " AND id NOT IN (SELECT id FROM processes ORDER BY seen_at DESC LIMIT 100))"
);

#[async_trait]
impl ProcessRegistry for SqlRegistry {
    async fn beat(&self, heartbeat: &Heartbeat) -> Result<Orders, RegistryError> {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let settings = &heartbeat.settings;
        let values = vec![
            Value::from(heartbeat.id.to_string()),
            Value::from(heartbeat.role.as_str()),
            Value::from(heartbeat.host.as_str()),
            Value::from(heartbeat.version.as_str()),
            Value::from(heartbeat.state.as_str()),
            Value::from(heartbeat.fault.clone()),
            Value::from(count(heartbeat.done)),
            Value::from(count(heartbeat.failed)),
            Value::from(heartbeat.memory.map(count)),
            bytes(&settings.key.0),
            Value::from(settings.other_key.map(|key| key.0.to_vec())),
            Value::from(count(settings.max_download)),
            Value::from(pairs::encode(settings.values.clone())),
            Value::from(
                heartbeat
                    .lanes
                    .iter()
                    .map(|lane| lane.as_str())
                    .collect::<Vec<_>>()
                    .join(","),
            ),
        ];
        let row = self.pools.write.one(BEAT, values).await?;
        let is_drained = row.map(|row| Columns::new(&row).next("processes.is_drained"));
        Ok(Orders {
            is_drained: is_drained.transpose()?.unwrap_or(false),
            paused: self.paused().await?,
        })
    }

    async fn leave(&self, process: ProcessId) -> Result<(), RegistryError> {
        let values = vec![Value::from(process.to_string())];
        self.pools
            .write
            .execute("DELETE FROM processes WHERE id = $1", values)
            .await?;
        Ok(())
    }

    async fn forget_offline(&self) -> Result<(), RegistryError> {
        let values = vec![millis(FORGOTTEN_AFTER), millis(OFFLINE_AFTER)];
        self.pools.write.execute(FORGET, values).await?;
        Ok(())
    }

    async fn processes(&self) -> Result<Processes, RegistryError> {
        let now = self.now().await?;
        let rows = self.pools.read.all(SELECT, Vec::new()).await?;
        let all = rows.iter().map(process).collect::<Result<_, _>>()?;
        Ok(Processes { now, all })
    }

    async fn drain(&self, process: ProcessId, is_drained: bool) -> Result<bool, RegistryError> {
        let sql = "UPDATE processes SET is_drained = $2 WHERE id = $1";
        let values = vec![Value::from(process.to_string()), Value::from(is_drained)];
        Ok(self.pools.write.execute(sql, values).await? > 0)
    }

    async fn pause(&self, lane: Lane, is_paused: bool) -> Result<(), RegistryError> {
        let sql = if is_paused {
            "INSERT INTO paused_lanes (lane) VALUES ($1) ON CONFLICT (lane) DO NOTHING"
        } else {
            "DELETE FROM paused_lanes WHERE lane = $1"
        };
        self.pools.write.execute(sql, vec![Value::from(lane.as_str())]).await?;
        Ok(())
    }

    async fn paused(&self) -> Result<Vec<Lane>, RegistryError> {
        let rows = self.pools.read.all("SELECT lane FROM paused_lanes", Vec::new()).await?;
        let lanes = rows.iter().map(|row| Columns::new(row).word("paused_lanes.lane"));
        let mut lanes = lanes.collect::<Result<Vec<_>, _>>()?;
        lanes.sort_unstable();
        Ok(lanes)
    }

    async fn order(&self, order: JobOrder) -> Result<(), RegistryError> {
        let sql = "INSERT INTO job_orders (package, action) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let values = vec![bytes(order.package.as_bytes()), Value::from(order.action.as_str())];
        self.pools.write.execute(sql, values).await?;
        Ok(())
    }

    async fn take_orders(&self) -> Result<Vec<JobOrder>, RegistryError> {
        let is_any = self
            .pools
            .read
            .one("SELECT 1 FROM job_orders LIMIT 1", Vec::new())
            .await?;
        if is_any.is_none() {
            return Ok(Vec::new());
        }
        let sql = "DELETE FROM job_orders RETURNING package, action";
        let rows = self.pools.write.all(sql, Vec::new()).await?;
        let order = |row: &QueryResult| {
            let mut columns = Columns::new(row);
            Ok(JobOrder {
                package: PackageId::from_bytes(columns.array("job_orders.package")?),
                action: columns.word("job_orders.action")?,
            })
        };
        rows.iter().map(order).collect()
    }
}

fn process(row: &QueryResult) -> Result<Process, RegistryError> {
    let mut columns = Columns::new(row);
    let id = columns.word("processes.id")?;
    let role = columns.word("processes.role")?;
    let host = columns.next("processes.host")?;
    let version = columns.next("processes.version")?;
    let started_at = Millis(columns.next("processes.started_at")?);
    let seen_at = Millis(columns.next("processes.seen_at")?);
    let mut last = Heartbeat {
        id,
        role,
        host,
        version,
        lanes: Vec::new(),
        state: columns.word("processes.state")?,
        fault: columns.next("processes.fault")?,
        done: columns.number::<i64, _>("processes.done")?,
        failed: columns.number::<i64, _>("processes.failed")?,
        memory: columns.number_if_any::<i64, _>("processes.memory")?,
        settings: SharedSettings {
            key: KeyCheck(columns.array("processes.key_check")?),
            other_key: columns.array_if_any("processes.other_key_check")?.map(KeyCheck),
            max_download: columns.number::<i64, _>("processes.max_download")?,
            values: pairs::decode(&columns.next::<String>("processes.settings")?),
        },
    };
    let lanes: String = columns.next("processes.lanes")?;
    let lanes = lanes.split(',').filter(|lane| !lane.is_empty()).map(str::parse);
    last.lanes = lanes
        .collect::<Result<_, _>>()
        .map_err(|_| inconsistent("processes.lanes"))?;
    Ok(Process {
        started_at,
        seen_at,
        is_drained: columns.next("processes.is_drained")?,
        last,
    })
}
