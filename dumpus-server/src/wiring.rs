//! Settings to adapters to use cases, as far as only the server has them.

use std::sync::Arc;

use dumpus_adapters::memory::profiles::MemoryProfiles;
use dumpus_ports::domain::link::LinkPolicy;
use dumpus_ports::profiles::{GuildDirectory, ProfileDirectory};
use dumpus_ports::report::ReportWriter;
use dumpus_ports::usecase::{
    DeletePackage, Dispatcher, FetchData, LineUpCache, LocateBlob, LookUpUser, ReadStatus, ServeBlob, SubmitPackage,
    UpgradePackage,
};
use dumpus_worker::wiring::{Backends, NotWired, connect_services, open_embedded, process, report_writer, sweep};

use crate::api::{self, UseCases};
use crate::config::{ProfileSettings, ServerConfig};
use crate::demo::Demo;
use crate::run::{Service, Worker};

/// Connects to what the settings name, or opens embedded mode.
///
/// # Errors
/// When a backend cannot be used.
pub async fn backends(config: &ServerConfig) -> Result<Backends, NotWired> {
    match &config.backends.services {
        Some(services) => connect_services(services, &config.backends, &config.download, &config.work).await,
        None => open_embedded(&config.data_dir, &config.backends, &config.work).await,
    }
}

/// Everything that runs in the server's process.
///
/// # Errors
/// When the embedded worker cannot be made.
pub fn service(config: &ServerConfig, backends: &Backends) -> Result<Service, NotWired> {
    let worker = match &config.backends.services {
        Some(_) => None,
        None => Some(Worker {
            process: Arc::new(process(backends, &config.download, &config.work)?),
            lanes: config.work.lanes.clone(),
            concurrency: config.work.concurrency,
        }),
    };
    let use_cases = use_cases(
        config.download.policy.clone(),
        backends,
        directories(&config.profiles),
        report_writer(),
    );
    let (api, _) = api::service(Arc::new(use_cases), config.api.clone());
    Ok(Service {
        api,
        worker,
        sweep: sweep(backends, &config.backends),
        stop_timeout: config.work.stop_timeout,
    })
}

/// What moves packages to the premium lane.
#[must_use]
pub fn upgrade(backends: &Backends) -> UpgradePackage {
    UpgradePackage {
        registry: backends.registry.clone(),
        queue: backends.queue.clone(),
    }
}

/// Who knows Discord's users and guilds.
pub struct Directories {
    /// Users.
    pub users: Arc<dyn ProfileDirectory>,
    /// Guilds, with a bot only.
    pub guilds: Option<Arc<dyn GuildDirectory>>,
}

/// Everything that the API offers, over these backends.
#[must_use]
pub fn use_cases(
    policy: LinkPolicy,
    backends: &Backends,
    directories: Directories,
    report: Arc<dyn ReportWriter>,
) -> UseCases {
    let Backends {
        registry,
        queue,
        blobs,
        vault,
        clock,
    } = backends.clone();
    let dispatcher = Arc::new(Dispatcher {
        registry: registry.clone(),
        queue: queue.clone(),
        vault: vault.clone(),
        clock: clock.clone(),
    });
    let line_up = Arc::new(LineUpCache::new(registry.clone(), queue.clone()));
    UseCases {
        submit: SubmitPackage {
            policy,
            dispatcher: dispatcher.clone(),
            blobs: blobs.clone(),
            line_up: line_up.clone(),
        },
        status: ReadStatus { dispatcher, line_up },
        fetch: FetchData {
            registry: registry.clone(),
            blobs: blobs.clone(),
            vault: vault.clone(),
        },
        locate: LocateBlob {
            registry: registry.clone(),
            blobs: blobs.clone(),
            vault: vault.clone(),
            clock: clock.clone(),
        },
        serve: ServeBlob {
            blobs: blobs.clone(),
            vault: vault.clone(),
            clock,
        },
        look_up: LookUpUser {
            registry: registry.clone(),
            vault: vault.clone(),
            profiles: directories.users,
        },
        delete: DeletePackage {
            registry: registry.clone(),
            queue: queue.clone(),
            blobs: blobs.clone(),
            vault,
        },
        upgrade: upgrade(backends),
        guilds: directories.guilds,
        demo: Demo::new(report),
        backends: api::Backends { registry, queue, blobs },
    }
}

fn directories(_settings: &ProfileSettings) -> Directories {
    Directories {
        users: Arc::new(MemoryProfiles::default()),
        guilds: None,
    }
}
