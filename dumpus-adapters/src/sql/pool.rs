//! Statements in both dialects on one pool of connections, each within a time limit.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use dumpus_ports::domain::time::Millis;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, QueryResult, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, Value,
};
use tokio::time::timeout;

use super::error::SqlError;

/// Connections, and how long a request on one of them may take, including the wait for the connection.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    database: DatabaseConnection,
    budget: Duration,
    /// Set when a request took too long: the network may swallow what its connection sends. Such a connection is dropped,
    /// not kept until the operating system gives it up after a quarter of an hour.
    timed_out: Arc<AtomicBool>,
    /// Replaces the database's clock in tests, in milliseconds since 1970.
    test_clock: Option<Arc<AtomicI64>>,
}

impl Pool {
    pub(super) fn new(database: DatabaseConnection, budget: Duration, timed_out: Arc<AtomicBool>) -> Self {
        Self {
            database,
            budget,
            timed_out,
            test_clock: None,
        }
    }

    pub(super) fn set_test_clock(&mut self, clock: &Arc<AtomicI64>) {
        self.test_clock = Some(clock.clone());
    }

    pub(super) fn dialect(&self) -> Dialect {
        Dialect(self.database.get_database_backend())
    }

    /// A statement in which `{now}` is the clock. Parameters are `$1`, `$2`, ... in both dialects.
    fn statement(&self, sql: &str, mut values: Vec<Value>) -> Statement {
        let sql = match &self.test_clock {
            Some(clock) if sql.contains("{now}") => {
                values.push(Value::from(clock.load(Ordering::Relaxed)));
                sql.replace("{now}", &format!("CAST(${} AS BIGINT)", values.len()))
            }
            _ => sql.replace("{now}", self.dialect().now()),
        };
        Statement::from_sql_and_values(self.dialect().0, sql, values)
    }

    /// Runs a statement; how many rows it changed.
    pub(super) async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, SqlError> {
        let statement = self.statement(sql, values);
        let done = self.within(self.database.execute_raw(statement)).await?;
        Ok(done.rows_affected())
    }

    /// The only row of an answer, if there is one.
    pub(super) async fn one(&self, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>, SqlError> {
        let statement = self.statement(sql, values);
        self.within(self.database.query_one_raw(statement)).await
    }

    /// Every row of an answer.
    pub(super) async fn all(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, SqlError> {
        let statement = self.statement(sql, values);
        self.within(self.database.query_all_raw(statement)).await
    }

    /// A transaction that may write: on SQLite it takes the write lock at once, for a transaction that first reads and
    /// then writes fails when another one wrote in between.
    pub(super) async fn transaction<T>(
        &self,
        work: impl AsyncFnOnce(&Transaction<'_>) -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.within(async {
            let database = self.database.begin_with_options(options).await?;
            let transaction = Transaction { database, pool: self };
            let done = work(&transaction).await.inspect_err(|_| self.suspect())?;
            transaction.database.commit().await.inspect_err(|_| self.suspect())?;
            Ok::<_, SqlError>(done)
        })
        .await
    }

    /// When a disk is full, SQLite can leave a transaction open that did not succeed: what is written later on its connection
    /// would be lost with it.
    fn suspect(&self) {
        self.timed_out.store(true, Ordering::Relaxed);
    }

    pub(super) async fn ping(&self) -> Result<(), SqlError> {
        self.one("SELECT 1", Vec::new()).await.map(drop)
    }

    pub(super) async fn close(&self) {
        // A connection that is broken or does not answer is dropped.
        let _ = timeout(self.budget, self.database.clone().close()).await;
    }

    pub(super) fn database(&self) -> &DatabaseConnection {
        &self.database
    }

    async fn within<T, E: Into<SqlError>>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, SqlError> {
        let mut work = pin!(work);
        if let Ok(answer) = timeout(self.budget, &mut work).await {
            return answer.map_err(Into::into);
        }
        // Before the work releases its connection.
        self.timed_out.store(true, Ordering::Relaxed);
        Err(SqlError::transient("the database took too long"))
    }
}

/// A transaction that is rolled back unless its work succeeds.
pub(super) struct Transaction<'a> {
    database: DatabaseTransaction,
    pool: &'a Pool,
}

impl Transaction<'_> {
    pub(super) async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, SqlError> {
        let statement = self.pool.statement(sql, values);
        Ok(self.database.execute_raw(statement).await?.rows_affected())
    }

    pub(super) async fn all(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, SqlError> {
        let statement = self.pool.statement(sql, values);
        Ok(self.database.query_all_raw(statement).await?)
    }

    pub(super) async fn one(&self, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>, SqlError> {
        let statement = self.pool.statement(sql, values);
        Ok(self.database.query_one_raw(statement).await?)
    }
}

/// Where the two databases differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect(DbBackend);

impl Dialect {
    pub(super) fn is_postgres(self) -> bool {
        self.0 == DbBackend::Postgres
    }

    /// The database's clock, one instant for a whole statement. An index can be searched with it.
    fn now(self) -> &'static str {
        if self.is_postgres() {
            "(extract(epoch from statement_timestamp()) * 1000)::bigint"
        } else {
            "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)"
        }
    }
}

/// A length of time as a parameter.
pub(super) fn millis(length: Duration) -> Value {
    Value::from(Millis(0).plus(length).0)
}
