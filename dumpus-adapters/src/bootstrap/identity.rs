//! What identifies an instance and a process: keys, ids and names.

use std::sync::Arc;

use dumpus_ports::registry::SecretStore;
use dumpus_ports::vault::Vault;

use super::backends::StartupError;
use super::presence::KeyChecks;
use super::settings::BackendSettings;
use crate::crypto_ring::{InstanceKey, RingVault};
use crate::sql::SqlDatabase;

/// The name of the instance's key among the registry's secrets.
const INSTANCE_KEY: &str = "instance-key";
/// The name of what identifies the instance, which is not secret.
const INSTANCE_ID: &str = "instance-id";

pub(super) async fn vault(
    database: &SqlDatabase,
    settings: &BackendSettings,
) -> Result<(Arc<dyn Vault>, KeyChecks), StartupError> {
    let key = instance_key(&database.registry(), settings).await?;
    let other = settings.instance_key_previous.as_ref();
    let keys = KeyChecks {
        own: key.check(),
        other: other.map(InstanceKey::check),
    };
    let vault = RingVault::new(&key);
    let vault = match other {
        Some(other) => vault.with_other_key(other),
        None => vault,
    };
    Ok((Arc::new(vault), keys))
}

/// What identifies the instance, the same for all processes that share its registry.
pub(super) async fn instance_id(secrets: &dyn SecretStore) -> Result<String, StartupError> {
    let candidate = InstanceKey::generate().ok_or_else(|| StartupError::new("the system gives no randomness"))?;
    let id = secrets
        .secret(INSTANCE_ID, *candidate.expose())
        .await
        .map_err(StartupError::of)?;
    let first = id.first_chunk().copied().map_or(0, u64::from_be_bytes);
    Ok(format!("{first:016x}"))
}

async fn instance_key(secrets: &dyn SecretStore, settings: &BackendSettings) -> Result<InstanceKey, StartupError> {
    if let Some(key) = &settings.instance_key {
        return Ok(key.clone());
    }
    let candidate = InstanceKey::generate().ok_or_else(|| StartupError::new("the system gives no randomness"))?;
    let kept = secrets
        .secret(INSTANCE_KEY, *candidate.expose())
        .await
        .map_err(StartupError::of)?;
    Ok(InstanceKey::from_bytes(kept))
}

/// A name that no other worker has.
pub(super) fn consumer() -> Result<String, StartupError> {
    let key = InstanceKey::generate().ok_or_else(|| StartupError::new("the system gives no randomness"))?;
    let random = key.expose().first_chunk().copied().map_or(0, u64::from_be_bytes);
    Ok(format!("{}-{random:016x}", std::process::id()))
}
