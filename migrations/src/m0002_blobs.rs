//! Encrypted results, for instances without an object store.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &[BLOBS]).await?;
        if super::is_postgres(manager) {
            super::run(manager, &[UNCOMPRESSED]).await?;
        }
        Ok(())
    }
}

// The bytes come last: SQLite reads a row up to the column it needs.
const BLOBS: &str = "CREATE TABLE blobs (
    key {bytes} NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    bytes {bytes} NOT NULL
)";

// Ciphertext does not compress.
const UNCOMPRESSED: &str = "ALTER TABLE blobs ALTER COLUMN bytes SET STORAGE EXTERNAL";
