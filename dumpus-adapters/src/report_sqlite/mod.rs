//! The statistics file as SQLite: built, packed and handed over in memory.

mod activity;
mod insert;
mod pack;
mod rows;

use async_trait::async_trait;
use dumpus_ports::domain::report::{Detail, Report};
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

/// The result code `SQLITE_FULL`.
const FULL: &str = "13";

/// How large statistics files may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[non_exhaustive]
pub struct SqliteOptions {
    /// Size of a statistics file before it is compressed; larger ones have less detail.
    #[cfg_attr(feature = "cli", arg(
        long = "max-result", env = "DUMPUS_MAX_RESULT", value_name = "BYTES",
        value_parser = crate::cli::values::bytes(MIN_BYTES), default_value = crate::cli::values::bytes_text(MAX_BYTES),
    ))]
    pub max_bytes: u64,
}

/// Enough for the tables, the owner and the sections.
#[cfg(feature = "cli")]
const MIN_BYTES: u64 = 1 << 20;
const MAX_BYTES: u64 = 64 << 20;

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { max_bytes: MAX_BYTES }
    }
}

impl SqliteOptions {
    /// Files of any size, so that no detail is lost.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self { max_bytes: u64::MAX }
    }
}

/// Writes reports as SQLite files. A report that would take a larger file than allowed is written with less
/// [`Detail`], and says so.
#[derive(Clone, Copy, Debug, Default)]
pub struct SqliteWriter {
    options: SqliteOptions,
}

impl SqliteWriter {
    /// A writer with these options.
    #[must_use]
    pub const fn new(options: SqliteOptions) -> Self {
        Self { options }
    }

    async fn build(&self, report: &Report, package_id: &str) -> Result<SqliteOwnedBuf, ReportError> {
        let max_bytes = self.options.max_bytes;
        for detail in Detail::ALL {
            let coarsened = (detail > Detail::Full).then(|| report.coarsened(detail));
            match build(coarsened.as_ref().unwrap_or(report), package_id, max_bytes).await {
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(FULL) => {
                    tracing::info!(?detail, max_bytes, "The statistics are too large, and get less detail");
                }
                built => return built.map_err(|error| ReportError(error.into())),
            }
        }
        Err(ReportError(
            "the size of statistics files is too limited for any".into(),
        ))
    }
}

#[async_trait]
impl ReportWriter for SqliteWriter {
    async fn write(&self, report: &Report, package_id: &str, packing: Packing) -> Result<Vec<u8>, ReportError> {
        let file = self.build(report, package_id).await?;
        pack::pack(file, packing).await
    }
}

async fn build(report: &Report, package_id: &str, max_bytes: u64) -> Result<SqliteOwnedBuf, sqlx::Error> {
    let mut connection = open(max_bytes).await?;
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

async fn open(max_bytes: u64) -> Result<SqliteConnection, sqlx::Error> {
    // Larger numbers would set the limit to SQLite's own.
    let max_pages = (max_bytes / u64::from(PAGE_SIZE)).clamp(1, u64::from(u32::MAX - 1));
    SqliteConnectOptions::new()
        .in_memory(true)
        .page_size(PAGE_SIZE)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        // SQLite sorts large indexes in temporary files otherwise, in plain text.
        .pragma("temp_store", "MEMORY")
        .pragma("max_page_count", max_pages.to_string())
        .disable_statement_logging()
        .connect()
        .await
}
