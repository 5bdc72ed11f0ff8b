//! The registry of packages. Times are milliseconds since 1970 by the database's clock.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await?;
        let tickets = if super::is_postgres(manager) { POSTGRES } else { SQLITE };
        super::run(manager, tickets).await
    }
}

const TABLES: &[&str] = &[
    "CREATE TABLE packages (
        id {bytes} NOT NULL PRIMARY KEY,
        run {bytes} NOT NULL,
        lane TEXT NOT NULL,
        ticket BIGINT NOT NULL,
        stage TEXT NOT NULL,
        progress SMALLINT,
        attempts INTEGER NOT NULL,
        lease_no BIGINT NOT NULL,
        lease_until BIGINT,
        queue_epoch TEXT,
        dispatched_at BIGINT NOT NULL,
        joined_standard BIGINT NOT NULL,
        joined_premium BIGINT NOT NULL,
        admitted_at BIGINT NOT NULL,
        ended_at BIGINT,
        error_code TEXT,
        error_detail TEXT,
        blob_key {bytes},
        blob_size BIGINT,
        suite SMALLINT,
        iv {bytes},
        mac {bytes},
        owner_link {bytes}
    )",
    // Everything that the snapshot asks for, so that it never reads a row. SQLite only believes so when the column of
    // the condition is in the index too.
    "CREATE INDEX packages_queue_snapshot
        ON packages (lane, ticket, queue_epoch, lease_until, dispatched_at, ended_at) WHERE ended_at IS NULL",
    "CREATE INDEX packages_ended ON packages (ended_at) WHERE ended_at IS NOT NULL",
    "CREATE INDEX packages_blob ON packages (blob_key) WHERE blob_key IS NOT NULL",
    "CREATE TABLE queue_epochs (epoch TEXT NOT NULL PRIMARY KEY, first_seen BIGINT NOT NULL)",
    "CREATE TABLE secrets (name TEXT NOT NULL PRIMARY KEY, value {bytes} NOT NULL)",
];

const POSTGRES: &[&str] = &[
    "CREATE SEQUENCE package_tickets",
    // Room on each page for the many updates of running packages.
    "ALTER TABLE packages SET (fillfactor = 80)",
];

const SQLITE: &[&str] = &[
    "CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL)",
    "INSERT INTO counters (name, value) VALUES ('ticket', 0)",
];
