//! The layout of plain tables, for programs that cannot read the other one.

mod activity;
mod rows;

use dumpus_ports::domain::report::Report;
use sqlx::sqlite::SqliteConnection;

/// The other tables that clients see. No index pays; see the measurements in `docs/sqlite_database_structure.md`.
const SCHEMA: &str = include_str!("schema.sql");

pub(super) async fn insert(connection: &mut SqliteConnection, report: &Report) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(SCHEMA).execute(&mut *connection).await?;
    rows::insert_places(connection, report).await?;
    rows::insert_sessions(connection, report).await?;
    activity::insert(connection, report).await
}
