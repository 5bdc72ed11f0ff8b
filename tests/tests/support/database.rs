//! Reads and changes the database of an instance directly.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row};
use tokio::runtime::Runtime;

use super::engine::runtime;

/// A connection to the database.
pub struct Database {
    runtime: Runtime,
    connection: SqliteConnection,
}

impl Database {
    pub fn open(file: &Path) -> Self {
        let runtime = runtime();
        let options = SqliteConnectOptions::new()
            .filename(file)
            .busy_timeout(Duration::from_secs(30));
        let connection = runtime.block_on(SqliteConnection::connect_with(&options)).unwrap();
        Self { runtime, connection }
    }

    pub fn rows(&mut self, query: &str) -> Vec<SqliteRow> {
        let query = sqlx::query(AssertSqlSafe(query.to_owned()));
        self.runtime.block_on(query.fetch_all(&mut self.connection)).unwrap()
    }

    pub fn number(&mut self, query: &str) -> i64 {
        self.rows(query)[0].get(0)
    }

    pub fn bytes(&mut self, query: &str) -> Vec<u8> {
        self.rows(query)[0].get(0)
    }

    /// Runs a statement, and returns the number of changed rows.
    pub fn run(&mut self, statement: &str) -> u64 {
        let query = sqlx::query(AssertSqlSafe(statement.to_owned()));
        self.runtime
            .block_on(query.execute(&mut self.connection))
            .unwrap()
            .rows_affected()
    }

    /// Asserts that no package has left any row.
    pub fn assert_empty(&mut self) {
        for table in ["packages", "blobs"] {
            assert_eq!(
                self.number(&format!("SELECT count(*) FROM {table}")),
                0,
                "rows of {table}"
            );
        }
    }
}
