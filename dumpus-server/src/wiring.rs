//! Settings to adapters to use cases, as far as only the server has them.

use std::sync::Arc;

use dumpus_adapters::bootstrap::backends::{
    Backends, StartupError, check_object_store, connect_services, open_embedded, process, report_writer, sweep,
};
use dumpus_adapters::profiles::{DISCORD, DiscordGuilds, HttpProfiles, NoProfiles, ProfileOptions, Token, Upstream};
use dumpus_ports::domain::link::LinkPolicy;
use dumpus_ports::profiles::{GuildDirectory, ProfileDirectory};
use dumpus_ports::report::ReportWriter;
use dumpus_ports::usecase::{
    DeletePackage, Dispatcher, FetchData, LocateBlob, LookUpUser, QueuePositions, ReadStatus, ServeBlob, SubmitPackage,
    UpgradePackage,
};

use crate::api::{self, UseCases};
use crate::config::ServerConfig;
use crate::demo::Demo;
use crate::run::{Service, Worker};

/// Connects to what the settings name, or opens embedded mode.
///
/// # Errors
/// When a backend cannot be used.
pub async fn backends(config: &ServerConfig) -> Result<Backends, StartupError> {
    if let Some(store) = &config.backends.object_store {
        check_object_store(store, &config.api.cors.examples()).await?;
    }
    match &config.backends.services {
        Some(services) => connect_services(services, &config.backends, &config.download, &config.work).await,
        None => open_embedded(&config.data_dir, &config.backends, &config.work).await,
    }
}

/// Everything that runs in the server's process.
///
/// # Errors
/// When the embedded worker or the directories of users cannot be made.
pub fn service(config: &ServerConfig, backends: &Backends) -> Result<Service, StartupError> {
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
        directories(config)?,
        report_writer(),
    );
    Ok(Service {
        api: api::service(use_cases, config.api.clone()),
        worker,
        sweep: sweep(backends, &config.backends),
        stop_timeout: config.work.stop_timeout,
    })
}

/// What moves packages to the premium lane.
#[must_use]
pub fn upgrade(backends: &Backends) -> UpgradePackage {
    UpgradePackage {
        registry: backends.registry.packages.clone(),
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
    let registry = registry.packages;
    let dispatcher = Arc::new(Dispatcher {
        registry: registry.clone(),
        queue: queue.clone(),
        vault: vault.clone(),
        clock: clock.clone(),
    });
    let queue_snapshot = Arc::new(QueuePositions::new(registry.clone(), queue.clone()));
    UseCases {
        submit: SubmitPackage {
            policy,
            dispatcher: dispatcher.clone(),
            blobs: blobs.clone(),
            queue_snapshot: queue_snapshot.clone(),
        },
        status: ReadStatus {
            dispatcher,
            blobs: blobs.clone(),
            queue_snapshot,
        },
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
            profiles: Some(directories.users),
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

fn directories(config: &ServerConfig) -> Result<Directories, StartupError> {
    let mut options = ProfileOptions::default();
    options.overrides = config.download.resolve.clone();
    options.extra_ca_file.clone_from(&config.download.extra_ca_file);
    let bot = || {
        config
            .profiles
            .bot_token
            .as_ref()
            .map(|token| Token::new(token.expose()))
    };
    let upstream = match &config.profiles.diswho {
        Some((base, secret)) => Some(Upstream::Diswho {
            base: base.clone(),
            secret: Token::new(secret.expose()),
        }),
        None => bot().map(|token| Upstream::Discord {
            base: DISCORD.to_owned(),
            token,
        }),
    };
    let users: Arc<dyn ProfileDirectory> = match upstream {
        Some(upstream) => Arc::new(HttpProfiles::new(upstream, &options).map_err(StartupError::of)?),
        None => Arc::new(NoProfiles),
    };
    let guilds = bot().map(|token| DiscordGuilds::new(DISCORD, token, &options));
    let guilds = guilds.transpose().map_err(StartupError::of)?;
    Ok(Directories {
        users,
        guilds: guilds.map(|guilds| Arc::new(guilds) as Arc<dyn GuildDirectory>),
    })
}
