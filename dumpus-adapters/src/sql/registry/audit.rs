use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use dumpus_ports::domain::audit::{Action, AuditEntry, Target};
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::time::{DAY, Millis};
use dumpus_ports::registry::{AuditLog, RegistryError};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::SqlRegistry;
use super::row::{Columns, bytes, inconsistent};

/// How long entries are kept, in milliseconds.
const KEPT: i64 = 366 * DAY;

#[async_trait]
impl AuditLog for SqlRegistry {
    async fn record(&self, action: Action, target: Target) -> Result<(), RegistryError> {
        let (word, package) = match target {
            Target::Instance => ("instance".to_owned(), None),
            Target::Lane(lane) => (format!("lane {lane}"), None),
            Target::Process(process) => (format!("process {process}"), None),
            Target::Package(package) => ("package".to_owned(), package),
        };
        // A package that is being deleted is waited for, and one that exists is deleted after this statement.
        let lock = if self.pools.write.dialect().is_postgres() {
            "FOR KEY SHARE"
        } else {
            ""
        };
        let sql = format!(
            "INSERT INTO audit (id, at, action, target, package)
            VALUES ($1, {{now}}, $2, $3, (SELECT id FROM packages WHERE id = $4 {lock}))"
        );
        let values = vec![
            bytes(&ordered_id()),
            Value::from(action.as_str()),
            Value::from(word),
            Value::from(package.map(|package| package.as_bytes().to_vec())),
        ];
        self.pools.write.execute(&sql, values).await?;
        let sql = "DELETE FROM audit WHERE at <= {now} - $1";
        self.pools.write.execute(sql, vec![Value::from(KEPT)]).await?;
        Ok(())
    }

    async fn entries(&self, limit: u32) -> Result<Vec<AuditEntry>, RegistryError> {
        let sql = "SELECT at, action, target, package FROM audit ORDER BY at DESC, id DESC LIMIT $1";
        let rows = self.pools.read.all(sql, vec![Value::from(i64::from(limit))]).await?;
        rows.iter().map(entry).collect()
    }
}

/// Orders the entries that one process adds in the same millisecond.
fn ordered_id() -> [u8; 16] {
    let mut id = Uuid::new_v4().into_bytes();
    let nanos = UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos());
    id[..8].copy_from_slice(&u64::try_from(nanos).unwrap_or(u64::MAX).to_be_bytes());
    id
}

fn entry(row: &QueryResult) -> Result<AuditEntry, RegistryError> {
    let mut columns = Columns::new(row);
    let at = Millis(columns.next("audit.at")?);
    let action = columns.word("audit.action")?;
    let word: String = columns.next("audit.target")?;
    let package = columns.array_if_any("audit.package")?.map(PackageId::from_bytes);
    let unreadable = || inconsistent("audit.target");
    let target = match word.split_once(' ').unwrap_or((&word, "")) {
        ("instance", _) => Target::Instance,
        ("lane", lane) => Target::Lane(lane.parse().map_err(|_| unreadable())?),
        ("process", process) => Target::Process(process.parse().map_err(|_| unreadable())?),
        ("package", _) => Target::Package(package),
        _ => return Err(unreadable()),
    };
    Ok(AuditEntry { at, action, target })
}
