//! From settings to the backends of an instance.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::archive_zip::{ZipOptions, ZipReader};
use crate::blobs_s3::{CorsError, S3Blobs, S3Options};
use crate::memory::{MemoryRateLimiter, ProcessQueue};
use crate::redis::RedisOptions;
use crate::report_sqlite::{SqliteOptions, SqliteWriter};
use crate::source_http::{HttpSource, HttpSourceSettings};
use crate::spool::SpoolSettings;
use crate::sql::{SqlDatabase, SqlOptions};
use crate::system::SystemClock;
use crate::transport::TransportSettings;
use dumpus_ports::blobs::BlobStore;
use dumpus_ports::queue::JobQueue;
use dumpus_ports::rate_limiter::RateLimiter;
use dumpus_ports::registry::{ProcessRegistry, Registry, RegistryError, RegistryMaintenance};
use dumpus_ports::usecase::ProcessPackage;
use dumpus_ports::vault::Vault;
use dumpus_ports::{BoxError, Dumpus, DumpusBuilder};
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::exposure::exposed_backends;
use super::identity::{consumer, instance_id, vault};
use super::presence::KeyChecks;
use super::settings::{self, BackendSettings, WorkSettings};
use super::{data_dir, waiting};

/// Why a process cannot start: one sentence for the operator, without secrets.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct StartupError {
    what: String,
    #[source]
    source: Option<BoxError>,
}

impl StartupError {
    /// What is wrong.
    #[must_use]
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            source: None,
        }
    }

    /// What an adapter says.
    pub fn of(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self {
            what: error.to_string(),
            source: Some(error.into()),
        }
    }
}

/// The backends that the settings name.
pub struct Backends {
    /// Everything that an instance needs.
    pub instance: DumpusBuilder,
    /// Counts requests, for all servers of the instance.
    pub rate_limiter: Arc<dyn RateLimiter>,
    /// The backends and their releases, as far as they tell.
    pub versions: Vec<String>,
    /// What tells the instance's keys from others.
    pub keys: KeyChecks,
    /// Locked in embedded mode, for as long as this process uses the data directory.
    pub data_lock: Option<File>,
}

/// An instance over PostgreSQL and Redis.
///
/// # Errors
/// When one of them cannot be used.
pub async fn connect_services(
    settings: &BackendSettings,
    transport: &TransportSettings,
    lease: Duration,
) -> Result<Backends, StartupError> {
    let (Some(postgres), Some(redis)) = (&settings.postgres_url, &settings.redis_url) else {
        return Err(StartupError::new("PostgreSQL and Redis are not configured"));
    };
    for warning in exposed_backends(settings) {
        tracing::warn!("{warning}");
    }
    let deadline = Instant::now() + settings.start_timeout;
    let database = waiting::database(postgres.expose_secret(), deadline).await?;
    if database.is_empty().await.map_err(StartupError::of)? {
        // After a typing error in a setting, this is the only sign.
        tracing::warn!("A new, empty instance begins in {database}");
    }
    database.migrate().await.map_err(StartupError::of)?;
    let mut options = RedisOptions::new(redis.expose_secret(), consumer()?);
    options.ca_file.clone_from(&settings.redis_ca_file);
    options.lease = lease;
    options.instance = instance_id(&database.registry()).await?;
    let queue = waiting::queue(&options, deadline).await?;
    if let Some(warnings) = queue.config_warnings().await {
        for warning in warnings {
            tracing::warn!("{warning}");
        }
    } else {
        tracing::info!(
            "Could not read Redis configuration (CONFIG is disabled): docs/self-hosting.md has what it should be"
        );
    }
    if settings.instance_key.is_none() {
        tracing::warn!(
            "{} is not set: the key that seals waiting links is kept in the database; set it in the environment of all \
             programs so that a copy of PostgreSQL and Redis opens nothing",
            settings::INSTANCE_KEY
        );
    }
    let postgres = database.version().await.map(|version| format!("PostgreSQL {version}"));
    let versions = [postgres, queue.version().await].into_iter().flatten();
    let (queue, (vault, keys)) = (Arc::new(queue), vault(&database, settings).await?);
    Ok(Backends {
        versions: versions.collect(),
        rate_limiter: Arc::new(queue.rate_limiter(vault.clone())),
        keys,
        instance: instance(&database, queue, vault, settings, transport)?,
        data_lock: None,
    })
}

/// An instance in embedded mode: everything in one folder, the queue in this process.
///
/// # Errors
/// When the folder or the database in it cannot be used.
pub async fn open_embedded(
    data_dir: &Path,
    settings: &BackendSettings,
    transport: &TransportSettings,
    lease: Duration,
) -> Result<Backends, StartupError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(data_dir);
    made.map_err(|error| {
        let path = data_dir.display();
        StartupError::new(format!("the data directory {path} cannot be made: {}", error.kind()))
    })?;
    let data_lock = data_dir::lock(data_dir)?;
    if !data_dir::has_database(data_dir) {
        // After a typing error in a setting, this is the only sign.
        tracing::warn!("A new, empty instance begins in {}", data_dir.display());
    }
    let database = open_database(&data_dir::database(data_dir)).await?;
    // Nobody else works for this instance: whoever held a package is dead.
    forget_processes(&database.registry()).await.map_err(StartupError::of)?;
    let ended = database.registry().end_leases().await.map_err(StartupError::of)?;
    if ended > 0 {
        tracing::info!(packages = ended, "Packages that were in work wait again");
    }
    let (queue, (vault, keys)) = (Arc::new(ProcessQueue::new(lease)), vault(&database, settings).await?);
    let sqlite = database.version().await.map(|version| format!("SQLite {version}"));
    Ok(Backends {
        versions: sqlite.into_iter().collect(),
        rate_limiter: Arc::new(MemoryRateLimiter::default()),
        keys,
        instance: instance(&database, queue, vault, settings, transport)?,
        data_lock: Some(data_lock),
    })
}

pub(super) async fn open_database(url: &str) -> Result<SqlDatabase, StartupError> {
    let database = SqlDatabase::connect(url, SqlOptions::default())
        .await
        .map_err(StartupError::of)?;
    database.migrate().await.map_err(StartupError::of)?;
    Ok(database)
}

async fn forget_processes(registry: &dyn ProcessRegistry) -> Result<(), RegistryError> {
    for process in registry.processes().await?.all {
        registry.leave(process.last.id).await?;
    }
    Ok(())
}

pub(super) fn instance(
    database: &SqlDatabase,
    queue: Arc<dyn JobQueue>,
    vault: Arc<dyn Vault>,
    settings: &BackendSettings,
    transport: &TransportSettings,
) -> Result<DumpusBuilder, StartupError> {
    let registry = Registry::new(Arc::new(database.registry()));
    let blobs: Arc<dyn BlobStore> = match settings.object_store() {
        Some(store) => Arc::new(object_store(store)?),
        None => Arc::new(database.blobs()),
    };
    let instance = Dumpus::builder()
        .registry(registry)
        .queue(queue)
        .blobs(blobs)
        .vault(vault)
        .clock(Arc::new(SystemClock))
        .history(settings.history)
        .link_policy(transport.policy.clone());
    Ok(match settings.retention {
        Some(retention) => instance.retention(retention),
        None => instance,
    })
}

fn object_store(options: &S3Options) -> Result<S3Blobs, StartupError> {
    S3Blobs::new(options.clone()).map_err(StartupError::of)
}

/// Looks whether pages of these origins can read results out of the object store, and whether deleting erases there.
///
/// # Errors
/// When the store would turn the client away: every import would hang.
pub async fn check_object_store(options: &S3Options, origins: &[String]) -> Result<(), StartupError> {
    let store = object_store(options)?;
    for origin in origins {
        match store.check_cors(origin).await {
            Ok(()) => {}
            Err(error @ (CorsError::Unreachable(_) | CorsError::NotStored(_))) => {
                tracing::warn!(origin, error = %error, "Could not check whether clients can read results");
            }
            Err(error) => return Err(StartupError::of(error)),
        }
    }
    if store.keeps_versions().await == Some(true) {
        tracing::warn!("The bucket keeps versions: the operator of the store can still read deleted results");
    }
    Ok(())
}

/// A disk that is full now may have room later. A folder that cannot be written is a mistake in the settings.
fn check_spool(spool: &SpoolSettings) -> Result<(), StartupError> {
    let folder = spool.folder.display();
    match spool.probe() {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::StorageFull => {
            tracing::error!("The spool {folder} is full: packages wait until there is room");
            Ok(())
        }
        Err(error) => Err(StartupError::new(format!(
            "the spool {folder} (DUMPUS_SPOOL_DIR) cannot be written: {}",
            error.kind()
        ))),
    }
}

/// A worker of this instance that downloads packages.
///
/// # Errors
/// When the settings of downloads cannot be used.
pub fn worker(
    dumpus: &Dumpus,
    source: &HttpSourceSettings,
    zip: ZipOptions,
    report: SqliteOptions,
    work: &WorkSettings,
) -> Result<ProcessPackage, StartupError> {
    check_spool(&source.spool)?;
    let source = HttpSource::new(source.clone()).map_err(StartupError::of)?;
    let (archive, report) = (ZipReader::new(zip), SqliteWriter::new(report));
    let mut worker = dumpus.worker(Arc::new(source), Arc::new(archive), Arc::new(report));
    worker.settings = work.process();
    worker.analyses = Arc::new(Semaphore::new(work.concurrency));
    Ok(worker)
}
