//! Settings to adapters to use cases, as far as only the server has them.

use std::sync::Arc;

use dumpus_adapters::memory::profiles::MemoryProfiles;
use dumpus_ports::profiles::ProfileDirectory;
use dumpus_ports::usecase::{
    DeletePackage, Dispatcher, FetchData, LineUpCache, LocateBlob, LookUpUser, ReadStatus, ServeBlob, SubmitPackage,
    UpgradePackage,
};
use dumpus_worker::wiring::{Backends, NotWired, connect_services, open_embedded, process, report_writer, sweep};

use crate::api::{self, UseCases};
use crate::config::ServerConfig;
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
    let (api, _) = api::service(Arc::new(use_cases(config, backends)), config.api.clone());
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

fn use_cases(config: &ServerConfig, backends: &Backends) -> UseCases {
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
            policy: config.download.policy.clone(),
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
            profiles: profiles(config),
        },
        delete: DeletePackage {
            registry: registry.clone(),
            queue: queue.clone(),
            blobs: blobs.clone(),
            vault,
        },
        upgrade: upgrade(backends),
        guilds: None,
        demo: Demo::new(report_writer()),
        backends: api::Backends { registry, queue, blobs },
    }
}

fn profiles(_config: &ServerConfig) -> Arc<dyn ProfileDirectory> {
    Arc::new(MemoryProfiles::default())
}
