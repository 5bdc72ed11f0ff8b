//! Writing many rows with few statements: one row per statement takes 28 times as long.

use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection};
use sqlx::{AssertSqlSafe, SqlSafeStr as _, SqlStr};

pub(super) type Statement = Query<'static, Sqlite, SqliteArguments>;

const ROWS_PER_STATEMENT: usize = 500;

/// A table and its columns in the order in which rows are bound.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [&'static str],
}

impl Table {
    pub(super) async fn insert<R: Send>(
        &self,
        connection: &mut SqliteConnection,
        mut rows: impl Iterator<Item = R> + Send,
        mut bind: impl FnMut(Statement, R) -> Statement + Send,
    ) -> Result<(), sqlx::Error> {
        let full = self.statement(ROWS_PER_STATEMENT);
        loop {
            let some: Vec<R> = rows.by_ref().take(ROWS_PER_STATEMENT).collect();
            let is_last = some.len() < ROWS_PER_STATEMENT;
            if !some.is_empty() {
                let statement = if is_last {
                    sqlx::query(self.statement(some.len())).persistent(false)
                } else {
                    sqlx::query(full.clone())
                };
                let statement = some.into_iter().fold(statement, &mut bind);
                statement.execute(&mut *connection).await?;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    fn statement(&self, rows: usize) -> SqlStr {
        let row = format!("({})", vec!["?"; self.columns.len()].join(","));
        let values = vec![row.as_str(); rows].join(",");
        let sql = format!("INSERT INTO {}({}) VALUES {values}", self.name, self.columns.join(","));
        // Made of the names in this module only; values are bound.
        AssertSqlSafe(sql).into_sql_str()
    }
}
