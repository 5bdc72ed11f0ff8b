//! The statistics file as SQLite: built, packed and handed over in memory.

mod compact;
mod event;
mod insert;
mod pack;
mod plain;
mod shared;

use async_trait::async_trait;
use dumpus_ports::domain::report::{Detail, Report};
use dumpus_ports::report::{Packing, ReportError, ReportWriter};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteOwnedBuf, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use self::compact::Compact;

/// Version of the tables that clients see, `package_data.package_version`.
const PACKAGE_VERSION: &str = "0.1.0";

/// Bytes of a page; see `docs/sqlite_database_structure.md` for how it was chosen.
const PAGE_SIZE: u32 = 4_096;

/// The result code `SQLITE_FULL`.
const FULL: &str = "13";

/// How large statistics files may be, and how they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[non_exhaustive]
pub struct SqliteOptions {
    /// Size of a statistics file before it is compressed; larger ones have less detail. The official client cannot keep more
    /// than the default.
    #[cfg_attr(feature = "cli", arg(
        long = "max-result", env = "DUMPUS_MAX_RESULT", value_name = "BYTES",
        value_parser = crate::cli::values::bytes(MIN_BYTES), default_value = crate::cli::values::bytes_text(MAX_BYTES),
    ))]
    pub max_bytes: u64,
    /// How the tables are stored.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub layout: Layout,
}

/// How the tables that clients see are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Layout {
    /// As views of smaller tables, for SQLite 3.38 and later. Long histories are stored as differences.
    #[default]
    Compact,
    /// The compact layout with numbers, whatever their size, to compare it.
    #[cfg_attr(feature = "cli", value(skip))]
    Numbers,
    /// The compact layout with differences, whatever their size, to compare it.
    #[cfg_attr(feature = "cli", value(skip))]
    Differences,
    /// As plain tables, five times as large.
    Plain,
}

/// Enough for the tables, the owner and the sections.
#[cfg(feature = "cli")]
const MIN_BYTES: u64 = 1 << 20;

/// Nine tenths of the 5,242,880 characters that the official client keeps: it makes a character of 3.6 bytes of a large file
/// or more.
const MAX_BYTES: u64 = 16 << 20;

/// Bytes of the numbers of `activity` above which they are stored as differences: about half of what the client keeps.
const MAX_NUMBERS: u64 = 6_000_000;

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            max_bytes: MAX_BYTES,
            layout: Layout::default(),
        }
    }
}

impl SqliteOptions {
    /// Files of any size, so that no detail is lost.
    #[must_use]
    pub const fn unlimited(layout: Layout) -> Self {
        Self {
            max_bytes: u64::MAX,
            layout,
        }
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
            match self.build_whole(coarsened.as_ref().unwrap_or(report), package_id).await {
                Err(error) if is_full(&error) => {
                    tracing::info!(?detail, max_bytes, "The statistics are too large, and get less detail");
                }
                built => return built.map_err(|error| ReportError(error.into())),
            }
        }
        Err(ReportError(
            "the size of statistics files is too limited for any".into(),
        ))
    }

    async fn build_whole(&self, report: &Report, package_id: &str) -> Result<SqliteOwnedBuf, sqlx::Error> {
        let max_bytes = self.options.max_bytes;
        let stored_as = |storage| build(report, package_id, max_bytes, storage);
        let layout = self.options.layout;
        let compact = (layout != Layout::Plain).then(|| Compact::of(report)).flatten();
        let Some(compact) = &compact else {
            return stored_as(Storage::Plain).await;
        };
        if layout == Layout::Numbers || (layout == Layout::Compact && compact.fits(MAX_NUMBERS)) {
            match stored_as(Storage::Numbers(compact)).await {
                Err(error) if is_full(&error) => {}
                built => return built,
            }
        }
        stored_as(Storage::Differences(compact)).await
    }
}

#[async_trait]
impl ReportWriter for SqliteWriter {
    async fn write(&self, report: &Report, package_id: &str, packing: Packing) -> Result<Vec<u8>, ReportError> {
        let file = self.build(report, package_id).await?;
        pack::pack(file, packing).await
    }
}

/// What a file holds, with `PRAGMA user_version`. Files of the original service have version 0.
#[derive(Clone, Copy)]
enum Storage<'a> {
    Plain,
    Numbers(&'a Compact<'a>),
    Differences(&'a Compact<'a>),
}

impl Storage<'_> {
    const fn version(self) -> u32 {
        match self {
            Self::Plain => 1,
            Self::Numbers(_) => 2,
            Self::Differences(_) => 3,
        }
    }
}

fn is_full(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().as_deref() == Some(FULL))
}

async fn build(
    report: &Report,
    package_id: &str,
    max_bytes: u64,
    storage: Storage<'_>,
) -> Result<SqliteOwnedBuf, sqlx::Error> {
    let mut connection = open(max_bytes, storage.version()).await?;
    let mut transaction = connection.begin().await?;
    shared::insert(&mut transaction, report, package_id).await?;
    match storage {
        Storage::Plain => plain::insert(&mut transaction, report).await?,
        Storage::Numbers(compact) => compact.insert(&mut transaction, false).await?,
        Storage::Differences(compact) => compact.insert(&mut transaction, true).await?,
    }
    transaction.commit().await?;
    let file = connection.serialize(None).await?;
    // Frees SQLite's own copy of the pages before the file is packed.
    connection.close().await?;
    Ok(file)
}

async fn open(max_bytes: u64, version: u32) -> Result<SqliteConnection, sqlx::Error> {
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
        .pragma("user_version", version.to_string())
        .disable_statement_logging()
        .connect()
        .await
}

fn integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
