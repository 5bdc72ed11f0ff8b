//! What sweeps remember of the clock, so that one that jumped erases nothing; and what is written to see whether it can be.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &[SWEEP_CLOCK, PROBES]).await
    }
}

// One row each.
const SWEEP_CLOCK: &str = "CREATE TABLE sweep_clock (
    id SMALLINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seen_at BIGINT NOT NULL,
    held_since BIGINT
)";

const PROBES: &str = "CREATE TABLE probes (id SMALLINT NOT NULL PRIMARY KEY CHECK (id = 1), at BIGINT NOT NULL)";
