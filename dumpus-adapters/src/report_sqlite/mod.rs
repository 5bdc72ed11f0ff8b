//! The statistics file as SQLite: built, packed and handed over in memory.

mod activity;
mod insert;
mod pack;
mod rows;

use async_trait::async_trait;
use dumpus_ports::domain::report::Report;
use dumpus_ports::report::{Packing, ReportError, ReportWriter};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteOwnedBuf, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

/// The tables of the file. They are read by other people's programs: every change is a change of the public interface.
/// No index pays; see the measurements in `docs/sqlite_database_structure.md`.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Version of the schema, `package_data.package_version`.
const PACKAGE_VERSION: &str = "0.1.0";

/// Bytes of a page; see `docs/sqlite_database_structure.md` for how it was chosen.
const PAGE_SIZE: u32 = 4_096;

/// Writes reports as SQLite files.
#[derive(Clone, Copy, Debug, Default)]
pub struct SqliteWriter;

#[async_trait]
impl ReportWriter for SqliteWriter {
    async fn write(&self, report: &Report, package_id: &str, packing: Packing) -> Result<Vec<u8>, ReportError> {
        let file = build(report, package_id)
            .await
            .map_err(|error| ReportError(error.into()))?;
        pack::pack(file, packing).await
    }
}

async fn build(report: &Report, package_id: &str) -> Result<SqliteOwnedBuf, sqlx::Error> {
    let mut connection = open().await?;
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(SCHEMA).execute(&mut *transaction).await?;
    rows::insert_package(&mut transaction, report, package_id).await?;
    rows::insert_places(&mut transaction, report).await?;
    rows::insert_sessions(&mut transaction, report).await?;
    activity::insert(&mut transaction, report).await?;
    transaction.commit().await?;
    let file = connection.serialize(None).await?;
    // Frees SQLite's own copy of the pages before the file is packed.
    connection.close().await?;
    Ok(file)
}

async fn open() -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new()
        .in_memory(true)
        .page_size(PAGE_SIZE)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        // SQLite sorts large indexes in temporary files otherwise, in plain text.
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
        .connect()
        .await
}
