//! What sweeps remember of the clock, so that one that jumped erases nothing.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &[SWEEP_CLOCK]).await
    }
}

// One row.
const SWEEP_CLOCK: &str = "CREATE TABLE sweep_clock (
    id SMALLINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seen_at BIGINT NOT NULL,
    held_since BIGINT
)";
