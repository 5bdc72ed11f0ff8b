#![doc = include_str!("../README.md")]

mod m0001_registry;
mod m0002_blobs;
mod m0003_lease_request;
mod m0004_sweep_clock;
mod m0005_operations;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

/// `dumpus` in ASCII, so that it differs from advisory locks of other users of the same database.
const LOCK: i64 = 0x6475_6d70_7573;

struct Steps;

#[async_trait::async_trait]
impl MigratorTrait for Steps {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_registry::Migration),
            Box::new(m0002_blobs::Migration),
            Box::new(m0003_lease_request::Migration),
            Box::new(m0004_sweep_clock::Migration),
            Box::new(m0005_operations::Migration),
        ]
    }
}

/// Brings the schema up to date. Safe to be called by many processes at once: one takes the steps, the others wait.
///
/// The connection should be one without a statement timeout, and not be needed for anything else meanwhile.
///
/// # Errors
/// [`MigrateError::Newer`] when a newer release has migrated the database; else when the database is unavailable or rejects
/// a step. The schema is then as it was.
pub async fn migrate(database: &DatabaseConnection) -> Result<(), MigrateError> {
    if is_up_to_date(database).await {
        return Ok(());
    }
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = database.begin_with_options(options).await?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})");
        transaction.execute_unprepared(&lock).await?;
    }
    let taken = Steps::get_migration_models(&transaction).await?;
    let known = Steps::migrations();
    let newer = taken.into_iter().map(|step| step.version);
    let newer: Vec<_> = newer
        .filter(|taken| known.iter().all(|step| step.name() != taken))
        .collect();
    if !newer.is_empty() {
        return Err(MigrateError::Newer(newer.join(", ")));
    }
    Steps::up(&transaction, None).await?;
    Ok(transaction.commit().await?)
}

/// Whether exactly the known steps were taken. Only reads: a database that takes no writes for a while can be used.
async fn is_up_to_date(database: &DatabaseConnection) -> bool {
    let select = "SELECT version FROM seaql_migrations ORDER BY version";
    let statement = Statement::from_string(database.get_database_backend(), select);
    // Without the table, no step was taken.
    let rows = database.query_all_raw(statement).await.unwrap_or_default();
    let taken: Vec<String> = rows.iter().filter_map(|row| row.try_get_by_index(0).ok()).collect();
    taken.iter().eq(Steps::migrations().iter().map(|step| step.name()))
}

/// Why the schema was not brought up to date.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// A newer release has applied these migrations, which this one does not know.
    #[error("a newer release has applied {0}")]
    Newer(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Runs plain SQL in which `{bytes}` stands for the type of bytes.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let bytes = if is_postgres(manager) { "BYTEA" } else { "BLOB" };
    for statement in statements {
        let statement = statement.replace("{bytes}", bytes);
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}

fn is_postgres(manager: &SchemaManager<'_>) -> bool {
    manager.get_database_backend() == DbBackend::Postgres
}
