use async_trait::async_trait;
use dumpus_ports::registry::{RegistryError, SecretStore};
use sea_orm::Value;

use super::SqlRegistry;
use super::row::{Columns, bytes, inconsistent};

#[async_trait]
impl SecretStore for SqlRegistry {
    async fn secret(&self, name: &str, candidate: [u8; 32]) -> Result<[u8; 32], RegistryError> {
        let select = "SELECT value FROM secrets WHERE name = $1";
        let find = || self.pools.write.one(select, vec![Value::from(name)]);
        // A database that takes no writes for a while still has it.
        let mut row = find().await?;
        if row.is_none() {
            let sql = "INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
            let values = vec![Value::from(name), bytes(&candidate)];
            self.pools.write.execute(sql, values).await?;
            row = find().await?;
        }
        let row = row.ok_or(inconsistent("secrets.value"))?;
        Columns::new(&row).array("secrets.value")
    }
}
