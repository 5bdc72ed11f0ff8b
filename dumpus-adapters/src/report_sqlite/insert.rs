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
        rows: impl ExactSizeIterator<Item = R> + Send,
        mut bind: impl FnMut(Statement, R) -> Statement + Send,
    ) -> Result<(), sqlx::Error> {
        let mut rows = rows;
        let full = self.statement(ROWS_PER_STATEMENT);
        while rows.len() >= ROWS_PER_STATEMENT {
            let statement = sqlx::query(full.clone());
            let statement = rows.by_ref().take(ROWS_PER_STATEMENT).fold(statement, &mut bind);
            statement.execute(&mut *connection).await?;
        }
        if rows.len() > 0 {
            let statement = sqlx::query(self.statement(rows.len())).persistent(false);
            rows.fold(statement, &mut bind).execute(&mut *connection).await?;
        }
        Ok(())
    }

    fn statement(&self, rows: usize) -> SqlStr {
        let row = format!("({})", vec!["?"; self.columns.len()].join(","));
        let values = vec![row.as_str(); rows].join(",");
        let sql = format!("INSERT INTO {}({}) VALUES {values}", self.name, self.columns.join(","));
        // Made of the names in this module only; values are bound.
        AssertSqlSafe(sql).into_sql_str()
    }
}
