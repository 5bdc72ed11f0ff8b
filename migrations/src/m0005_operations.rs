//! What operators see: processes, the history of runs, and what they did themselves.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, LAST_ATTEMPT).await?;
        super::run(manager, TABLES).await
    }
}

const LAST_ATTEMPT: &[&str] = &[
    "ALTER TABLE packages ADD COLUMN worker TEXT",
    "ALTER TABLE packages ADD COLUMN leased_at BIGINT",
    "ALTER TABLE packages ADD COLUMN downloading_at BIGINT",
    "ALTER TABLE packages ADD COLUMN analyzing_at BIGINT",
];

const TABLES: &[&str] = &[
    "CREATE TABLE processes (
        id TEXT NOT NULL PRIMARY KEY,
        role TEXT NOT NULL,
        host TEXT NOT NULL,
        version TEXT NOT NULL,
        started_at BIGINT NOT NULL,
        seen_at BIGINT NOT NULL,
        lanes TEXT NOT NULL,
        state TEXT NOT NULL,
        fault TEXT,
        done BIGINT NOT NULL,
        failed BIGINT NOT NULL,
        memory BIGINT,
        key_check {bytes} NOT NULL,
        other_key_check {bytes},
        max_download BIGINT NOT NULL,
        settings TEXT NOT NULL,
        is_drained BOOLEAN NOT NULL
    )",
    "CREATE TABLE paused_lanes (lane TEXT NOT NULL PRIMARY KEY)",
    "CREATE TABLE job_orders (package {bytes} NOT NULL, action TEXT NOT NULL, PRIMARY KEY (package, action))",
    "CREATE TABLE run_history (
        run {bytes} NOT NULL PRIMARY KEY,
        package {bytes},
        lane TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        worker TEXT,
        admitted_at BIGINT NOT NULL,
        leased_at BIGINT,
        downloading_at BIGINT,
        analyzing_at BIGINT,
        ended_at BIGINT NOT NULL,
        error_code TEXT,
        error_detail TEXT,
        bytes BIGINT NOT NULL,
        events BIGINT NOT NULL,
        messages BIGINT NOT NULL
    )",
    "CREATE INDEX run_history_ended ON run_history (ended_at, run)",
    "CREATE INDEX run_history_package ON run_history (package) WHERE package IS NOT NULL",
    "CREATE TABLE run_hours (
        hour BIGINT NOT NULL,
        lane TEXT NOT NULL,
        statistics TEXT NOT NULL,
        PRIMARY KEY (hour, lane)
    )",
    "CREATE TABLE audit (
        id {bytes} NOT NULL PRIMARY KEY,
        at BIGINT NOT NULL,
        action TEXT NOT NULL,
        target TEXT NOT NULL,
        package {bytes}
    )",
    "CREATE INDEX audit_at ON audit (at)",
];
