//! Settings to adapters to use cases, as far as only the server has them.

use std::sync::Arc;

use dumpus_adapters::bootstrap::backends::{
    Backends, StartupError, check_object_store, connect_services, open_embedded, worker,
};
use dumpus_adapters::bootstrap::{DiskWatch, process_info};
use dumpus_adapters::profiles::{DISCORD, DiscordGuilds, HttpProfiles, ProfileOptions, Token, Upstream};
use dumpus_adapters::report_sqlite::SqliteWriter;
use dumpus_ports::domain::process::Role;
use dumpus_ports::profiles::{GuildDirectory, ProfileDirectory};
use secrecy::ExposeSecret;

use crate::api::{self, UseCases};
use crate::config::{DirectorySettings, ServerConfig};
use crate::demo::Demo;
use crate::run::{Service, Worker};

/// The backends that the settings name, or those of embedded mode.
///
/// # Errors
/// When a backend cannot be used.
pub async fn connect(config: &ServerConfig) -> Result<Backends, StartupError> {
    if let Some(store) = config.backends.object_store() {
        check_object_store(store, &config.cors.examples()).await?;
    }
    let transport = &config.source.transport;
    let mut backends = if config.backends.is_embedded() {
        open_embedded(&config.data_dir, &config.backends, transport, config.work.lease).await?
    } else {
        connect_services(&config.backends, transport, config.work.lease).await?
    };
    backends.instance = backends.instance.max_queue(config.max_queue);
    Ok(backends)
}

/// Everything that runs in the server's process.
///
/// # Errors
/// When the embedded worker or the directories of users cannot be made.
pub fn service(config: &ServerConfig, backends: Backends) -> Result<Service, StartupError> {
    let Backends {
        mut instance,
        rate_limiter,
        data_lock,
        keys,
        ..
    } = backends;
    let Directories { users, guilds } = directories(config)?;
    if let Some(users) = users {
        instance = instance.profiles(users);
    }
    let dumpus = Arc::new(instance.build().map_err(StartupError::of)?);
    let role = if config.backends.is_embedded() {
        Role::Embedded
    } else {
        Role::Server
    };
    let worker = if config.backends.is_embedded() {
        Some(Worker {
            process: worker(&dumpus, &config.source, config.zip, config.report, &config.work)?,
            lanes: config.work.lanes.clone(),
            slots: config.work.slots(),
        })
    } else {
        None
    };
    let folders = [config.data_dir.clone(), config.source.spool.folder.clone()];
    let folders = folders.into_iter().filter(|_| config.backends.is_embedded());
    let use_cases = UseCases {
        dumpus: dumpus.clone(),
        guilds,
        demo: Demo::new(Arc::new(SqliteWriter::default())),
        rate_limiter,
    };
    Ok(Service {
        api: api::service(use_cases, config.api()),
        connections: config.connections(),
        worker,
        info: process_info(role, keys, &config.backends, &config.source, &config.work),
        disks: DiskWatch::new(folders),
        dumpus,
        stop_timeout: config.work.stop_timeout,
        data_lock,
    })
}

/// Directories of Discord's users and, with a bot only, guilds.
struct Directories {
    users: Option<Arc<dyn ProfileDirectory>>,
    guilds: Option<Arc<dyn GuildDirectory>>,
}

fn directories(config: &ServerConfig) -> Result<Directories, StartupError> {
    let mut options = ProfileOptions::default();
    options.overrides = config.source.transport.overrides.clone();
    let ca_file = &config.source.transport.extra_ca_file;
    options.extra_ca_file.clone_from(ca_file);
    let DirectorySettings {
        diswho_url,
        diswho_secret,
        bot_token,
    } = &config.directories;
    let bot = || bot_token.as_ref().map(|token| Token::new(token.expose_secret()));
    let upstream = match (diswho_url, diswho_secret) {
        (Some(base), Some(secret)) => Some(Upstream::Diswho {
            base: base.clone(),
            secret: Token::new(secret.expose_secret()),
        }),
        _ => bot().map(|token| Upstream::Discord {
            base: DISCORD.to_owned(),
            token,
        }),
    };
    let users = upstream.map(|upstream| HttpProfiles::new(upstream, &options));
    let users = users.transpose().map_err(StartupError::of)?;
    let guilds = bot().map(|token| DiscordGuilds::new(DISCORD, token, &options));
    let guilds = guilds.transpose().map_err(StartupError::of)?;
    Ok(Directories {
        users: users.map(|users| Arc::new(users) as Arc<dyn ProfileDirectory>),
        guilds: guilds.map(|guilds| Arc::new(guilds) as Arc<dyn GuildDirectory>),
    })
}
