//! An instance as commands see it, beside the processes that run it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dumpus_ports::DumpusBuilder;
use secrecy::ExposeSecret;

use super::backends::{StartupError, instance, open_database};
use super::data_dir;
use super::identity::{consumer, instance_id, vault};
use super::settings::BackendSettings;
use crate::memory::ProcessQueue;
use crate::redis::{RedisOptions, RedisQueue};
use crate::sql::{SqlDatabase, SqlOptions};
use crate::transport::TransportSettings;

/// An instance whose queue is in another process, or does not matter.
pub struct Registered {
    /// What identifies it.
    pub id: String,
    /// Its use cases.
    pub instance: DumpusBuilder,
}

/// The registry and the results of an instance with an empty queue, for commands beside the processes that run it. An
/// instance is never made: a wrong database would look like an empty one.
///
/// # Errors
/// When there is no instance, or the database cannot be used.
pub async fn open_registered(
    settings: &BackendSettings,
    data_dir: &Path,
    transport: &TransportSettings,
) -> Result<Registered, StartupError> {
    require_instance(settings, data_dir).await?;
    let database = match &settings.postgres_url {
        Some(url) => open_database(url.expose_secret()).await?,
        None => open_database(&data_dir::database(data_dir)).await?,
    };
    let (vault, _) = vault(&database, settings).await?;
    Ok(Registered {
        id: instance_id(&database.registry()).await?,
        instance: instance(&database, Arc::new(ProcessQueue::default()), vault, settings, transport)?,
    })
}

/// The same with the queue of the instance, unless that is in the server of embedded mode. A queue is never made: the
/// processes that run the instance may use another Redis.
///
/// # Errors
/// When the database or the queue cannot be used, within a few seconds.
pub async fn open_with_queue(
    settings: &BackendSettings,
    data_dir: &Path,
    transport: &TransportSettings,
    lease: Duration,
) -> Result<DumpusBuilder, StartupError> {
    let registered = open_registered(settings, data_dir, transport).await?;
    let Some(redis) = &settings.redis_url else {
        return Ok(registered.instance);
    };
    let mut options = RedisOptions::new(redis.expose_secret(), consumer()?);
    options.ca_file.clone_from(&settings.redis_ca_file);
    options.lease = lease;
    options.instance = registered.id;
    let queue = RedisQueue::find(options).await.map_err(StartupError::of)?;
    Ok(registered.instance.queue(Arc::new(queue)))
}

/// Looks whether there is an instance.
async fn require_instance(settings: &BackendSettings, data_dir: &Path) -> Result<(), StartupError> {
    let nowhere = |place: String| Err(StartupError::new(format!("no instance is in {place}")));
    let Some(url) = &settings.postgres_url else {
        return if data_dir::has_database(data_dir) {
            Ok(())
        } else {
            nowhere(data_dir.display().to_string())
        };
    };
    let database = SqlDatabase::connect(url.expose_secret(), SqlOptions::default())
        .await
        .map_err(StartupError::of)?;
    let is_empty = database.is_empty().await.map_err(StartupError::of)?;
    database.close().await;
    if is_empty {
        nowhere(database.to_string())
    } else {
        Ok(())
    }
}
