//! A SQLite file: its permissions, locks, and the deletion of erased data.

use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::{DatabaseConnection, SqlxSqliteConnector};
use tokio::time::{Instant, sleep};

use super::error::{ConnectError, SqlError};
use super::pool::Pool;
use super::pools::{Pools, SqlOptions};

/// Limit of the wait for another process's write. Shorter than a request may take.
const BUSY: Duration = Duration::from_millis(1_500);
/// Limit of the wait for another process's migration.
const MIGRATION: Duration = Duration::from_mins(1);
/// Limit of retries when opening. Of several processes that open a new file at once, SQLite rejects all but one at first,
/// whatever the busy timeout.
const OPENING: Duration = Duration::from_secs(10);
/// Connections for reading. Each has a thread and a cache; more do not read faster.
const READERS: u32 = 4;

/// Where the file is.
#[derive(Clone, Debug)]
pub(super) struct SqliteAddress {
    options: SqliteConnectOptions,
    may_create: bool,
}

impl fmt::Display for SqliteAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.options.get_filename().display())
    }
}

impl SqliteAddress {
    pub(super) fn parse(url: &str) -> Result<Self, ConnectError> {
        if url.contains(":memory:") || url.contains("mode=memory") {
            let reason = "SQLite has to be a file: each connection would get its own database in memory";
            return Err(ConnectError::Address(reason.to_owned()));
        }
        let options: SqliteConnectOptions = url
            .parse()
            .map_err(|_| ConnectError::Address("it is not of the form sqlite://path?mode=rwc".to_owned()))?;
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY)
            // Overwrites erased data.
            .pragma("secure_delete", "ON")
            .pragma("temp_store", "MEMORY")
            .disable_statement_logging();
        let may_create = url.contains("mode=rwc");
        Ok(Self { options, may_create })
    }

    pub(super) async fn open(&self, options: SqlOptions) -> Result<Pools, SqlError> {
        keep_private(self.options.get_filename(), self.may_create)
            .map_err(|error| SqlError::permanent(error.to_string()))?;
        let suspect = Arc::new(AtomicBool::new(false));
        let pool = |count, suspect| connections(count, options.acquire_timeout, self.options.clone(), suspect);
        let (reads, writes) = (
            pool(READERS.min(options.connections), Arc::default()),
            pool(1, Arc::clone(&suspect)),
        );
        let within = |pool, budget| Pool::new(pool, budget, Arc::default());
        let writing = |pool, budget| Pool::new(pool, budget, Arc::clone(&suspect));
        let pools = Pools {
            read: within(reads.clone(), options.request_timeout),
            write: writing(writes.clone(), options.request_timeout),
            queue_snapshot: within(pool(1, Arc::default()), options.request_timeout),
            blob_reads: within(reads, options.blob_timeout),
            blob_writes: writing(writes, options.blob_timeout),
            is_emptying_log: Arc::default(),
            file: Some(Arc::from(self.options.get_filename())),
        };
        let until = Instant::now() + OPENING;
        while let Err(error) = pools.write.ping().await {
            if !error.is_transient || Instant::now() > until {
                return Err(error);
            }
            sleep(Duration::from_millis(20)).await;
        }
        // A killed process may have left erased data in the log.
        pools.erased().await;
        Ok(pools)
    }

    pub(super) fn pool_for_migrations(&self) -> Pool {
        let options = self.options.clone().busy_timeout(MIGRATION);
        let suspect = Arc::default();
        Pool::new(
            connections(1, MIGRATION, options, Arc::clone(&suspect)),
            MIGRATION,
            suspect,
        )
    }
}

/// A connection that is `suspect` is closed when it is released, which rolls back what it left open.
fn connections(
    count: u32,
    acquire_timeout: Duration,
    options: SqliteConnectOptions,
    suspect: Arc<AtomicBool>,
) -> DatabaseConnection {
    let pool = SqlitePoolOptions::new()
        .max_connections(count)
        .acquire_timeout(acquire_timeout)
        // A connection to a file does not break while idle.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_release(move |_, _| {
            let is_sound = !suspect.swap(false, Ordering::Relaxed);
            Box::pin(async move { Ok(is_sound) })
        })
        .connect_lazy_with(options);
    SqlxSqliteConnector::from_sqlx_sqlite_pool(pool)
}

/// Creates the file, and its folder if there is none, readable for this user only. SQLite gives the files that it puts
/// beside it the same permissions.
fn keep_private(file: &Path, may_create: bool) -> io::Result<()> {
    if may_create {
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        OpenOptions::new().append(true).create(true).mode(0o600).open(file)?;
    }
    fs::set_permissions(file, Permissions::from_mode(0o600))
}
