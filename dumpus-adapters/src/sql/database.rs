//! Opens a database from its address.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use dumpus_migrations::MigrateError;
use tokio::time::timeout;

use super::blobs::SqlBlobs;
use super::error::{ConnectError, SqlError};
use super::pools::{Pools, SqlOptions};
use super::postgres::PostgresAddress;
use super::registry::SqlRegistry;
use super::sqlite::SqliteAddress;

/// A migration takes seconds; a lock that is held for longer is a defect.
const MIGRATION: Duration = Duration::from_mins(2);

/// A database for the registry and for blobs.
#[derive(Clone, Debug)]
pub struct SqlDatabase {
    address: Address,
    pools: Pools,
}

#[derive(Clone, Debug)]
enum Address {
    Sqlite(SqliteAddress),
    Postgres(PostgresAddress),
}

impl SqlDatabase {
    /// Connects to `sqlite://path?mode=rwc`, or to `postgres://` or `postgresql://` with the parameters of libpq,
    /// `sslmode` and `sslrootcert` among them. The database has answered when this returns; its schema is as it was.
    ///
    /// # Errors
    /// When the address cannot be read, or the database does not answer or refuses. Worth another attempt only in the
    /// second case.
    pub async fn connect(url: &str, options: SqlOptions) -> Result<Self, ConnectError> {
        let address = match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Address::Sqlite(SqliteAddress::parse(url)?),
            Some("postgres" | "postgresql") => Address::Postgres(PostgresAddress::parse(url)?),
            _ => {
                let known = "it has to begin with sqlite://, postgres:// or postgresql://";
                return Err(ConnectError::Address(known.to_owned()));
            }
        };
        let pools = match &address {
            Address::Sqlite(address) => address.open(options).await,
            Address::Postgres(address) => address.open(options).await,
        };
        match pools {
            Ok(pools) => Ok(Self { address, pools }),
            Err(error) => Err(ConnectError::Unusable {
                database: address.to_string(),
                reason: error.to_string(),
                is_transient: error.is_transient,
            }),
        }
    }

    /// Replaces the database's clock, in milliseconds since 1970. For tests only: processes that share a database would
    /// disagree on the time.
    #[must_use]
    pub fn with_test_clock(mut self, clock: &Arc<AtomicI64>) -> Self {
        self.pools.each().for_each(|pool| pool.set_test_clock(clock));
        self
    }

    /// Brings the schema up to date, on a connection of its own. Safe to be called by many processes at once.
    ///
    /// # Errors
    /// When a newer release has migrated the database, or the database rejects a migration; the schema is then as it was.
    pub async fn migrate(&self) -> Result<(), ConnectError> {
        let pool = match &self.address {
            Address::Sqlite(address) => address.pool_for_migrations(),
            Address::Postgres(address) => address.pool_for_migrations(),
        };
        let migrated = timeout(MIGRATION, dumpus_migrations::migrate(pool.database())).await;
        pool.close().await;
        let reason = match migrated {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(MigrateError::Database(error))) => SqlError::from(error).to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it took too long, or another process holds the lock of migrations".to_owned(),
        };
        Err(ConnectError::Migration {
            database: self.address.to_string(),
            reason,
        })
    }

    /// Whether nothing of this product is there: it was never migrated.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_empty(&self) -> Result<bool, ConnectError> {
        let pool = &self.pools.read;
        let sql = if pool.dialect().is_postgres() {
            "SELECT 1 WHERE to_regclass('packages') IS NOT NULL"
        } else {
            "SELECT 1 FROM sqlite_master WHERE name = 'packages'"
        };
        let found = pool
            .one(sql, Vec::new())
            .await
            .map_err(|error| ConnectError::Unusable {
                database: self.to_string(),
                reason: error.to_string(),
                is_transient: error.is_transient,
            })?;
        Ok(found.is_none())
    }

    /// The release of the database, such as `15.4`; `None` if it does not tell.
    pub async fn version(&self) -> Option<String> {
        let pool = &self.pools.read;
        let sql = if pool.dialect().is_postgres() {
            "SELECT current_setting('server_version')"
        } else {
            "SELECT sqlite_version()"
        };
        let row = pool.one(sql, Vec::new()).await.ok()??;
        row.try_get_by_index(0).ok()
    }

    /// The registry in this database.
    #[must_use]
    pub fn registry(&self) -> SqlRegistry {
        SqlRegistry::new(self.pools.clone())
    }

    /// The blobs in this database.
    #[must_use]
    pub fn blobs(&self) -> SqlBlobs {
        SqlBlobs::new(self.pools.clone())
    }

    /// Closes every connection, when their work is done.
    pub async fn close(&self) {
        for pool in self.pools.clone().each() {
            pool.close().await;
        }
    }
}

/// Where it is, without a password.
impl fmt::Display for SqlDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(address) => address.fmt(f),
            Self::Postgres(address) => address.fmt(f),
        }
    }
}
