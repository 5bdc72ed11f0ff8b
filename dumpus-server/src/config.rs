//! The server's settings.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Command};
use secrecy::SecretString;

use dumpus_adapters::archive_zip::ZipOptions;
use dumpus_adapters::bootstrap::telemetry::LogSettings;
use dumpus_adapters::bootstrap::{BackendSettings, DebugSettings, WorkSettings, hostname};
use dumpus_adapters::cli::values;
use dumpus_adapters::report_sqlite::SqliteOptions;
use dumpus_adapters::source_http::HttpSourceSettings;
use dumpus_ports::domain::rate::{ParseRateError, Rate};

use crate::api::{AdminToken, ApiSettings, Cors, Network, ProxySettings};
use crate::connections::{ConnectionLimits, ConnectionSettings};

/// The server's settings.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Server")]
pub struct ServerConfig {
    /// Where the server listens.
    #[arg(long, env = "DUMPUS_LISTEN", value_name = "ADDRESS:PORT",
        default_value_t = SocketAddr::from(([127, 0, 0, 1], 5_000)))]
    pub listen: SocketAddr,
    /// Start of absolute addresses in responses; by default as the client asked.
    #[arg(long, env = "DUMPUS_PUBLIC_URL", value_name = "URL", value_parser = values::address)]
    pub public_url: Option<String>,
    /// Origins whose web pages may read responses, or any.
    #[arg(
        id = "cors_origins",
        long = "cors-origins",
        env = "DUMPUS_CORS_ORIGINS",
        value_name = "ORIGIN,...",
        default_value = "any"
    )]
    pub cors: Cors,
    /// Addresses or ranges of reverse proxies whose X-Forwarded headers are trusted, besides this machine's own.
    #[arg(
        long,
        env = "DUMPUS_TRUSTED_PROXIES",
        value_name = "RANGE,...",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,
    /// New packages per client address and second, minute or hour; off for no limit. With a limit, a client can have ten
    /// unfinished packages, and one that fails counts three times.
    // Not `Option`, which clap takes for a value that may be missing.
    #[arg(long, env = "DUMPUS_SUBMIT_RATE", value_name = "COUNT/UNIT", value_parser = submit_rate,
        default_value = "60/hour")]
    pub submit_rate: std::option::Option<Rate>,
    /// How many of them a client may submit at once.
    #[arg(long, env = "DUMPUS_SUBMIT_BURST", value_name = "COUNT", default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub submit_burst: u32,
    /// Unfinished packages of all clients before new ones are refused.
    #[arg(long, env = "DUMPUS_MAX_QUEUE", value_name = "COUNT", default_value_t = 100_000)]
    pub max_queue: u64,
    /// Bearer token of the admin routes, at least 16 characters, or its Argon2 hash as a PHC string; by default there are no
    /// admin routes.
    #[arg(long, env = "DUMPUS_ADMIN_TOKEN", hide_env_values = true)]
    pub admin_token: Option<AdminToken>,
    /// How many connections there may be.
    #[command(flatten)]
    pub connections: ConnectionLimits,
    /// Where everything is kept in embedded mode; created with mode 0700.
    #[arg(long, env = "DUMPUS_DATA_DIR", value_name = "DIRECTORY", default_value = "data")]
    pub data_dir: PathBuf,
    /// Where things are kept.
    #[command(flatten)]
    pub backends: BackendSettings,
    /// Which links are accepted, and how the embedded worker fetches packages.
    #[command(flatten)]
    pub source: HttpSourceSettings,
    /// How the embedded worker processes packages.
    #[command(flatten)]
    pub work: WorkSettings,
    /// How it reads them.
    #[command(flatten)]
    pub zip: ZipOptions,
    /// How large statistics files may be.
    #[command(flatten)]
    pub report: SqliteOptions,
    /// Where names of Discord users and guilds come from.
    #[command(flatten)]
    pub directories: DirectorySettings,
    /// What is logged.
    #[command(flatten)]
    pub log: LogSettings,
    /// What helps to find defects.
    #[command(flatten)]
    pub debug: DebugSettings,
}

/// Where names of Discord users and guilds come from; without settings nothing is asked.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Names of Discord users and guilds")]
pub struct DirectorySettings {
    /// A Dis-who host to ask for users, instead of the bot; needs its secret too.
    #[arg(long = "diswho-base-url", env = "DISWHO_BASE_URL", value_name = "URL", value_parser = values::address,
        requires = "diswho_secret")]
    pub diswho_url: Option<String>,
    /// The secret that Dis-who shares with this server; needs the address of its host too.
    #[arg(
        long = "diswho-jwt-secret",
        env = "DISWHO_JWT_SECRET",
        hide_env_values = true,
        requires = "diswho_url"
    )]
    pub diswho_secret: Option<SecretString>,
    /// Token of a Discord bot to ask for guilds, and for users unless a Dis-who host is set.
    #[arg(long = "discord-bot-token", env = "DISCORD_BOT_TOKEN", hide_env_values = true)]
    pub bot_token: Option<SecretString>,
}

/// The declaration of all settings.
#[must_use]
pub fn settings() -> Command {
    ServerConfig::augment_args(Command::new("dumpus-server"))
}

impl ServerConfig {
    /// What connections are subject to.
    #[must_use]
    pub fn connections(&self) -> ConnectionSettings {
        ConnectionSettings {
            limits: self.connections,
            trusted_proxies: self.trusted_proxies.clone(),
            ..ConnectionSettings::default()
        }
    }

    /// How the API behaves.
    #[must_use]
    pub fn api(&self) -> ApiSettings {
        ApiSettings {
            cors: self.cors.clone(),
            proxy: ProxySettings {
                public_url: self.public_url.clone(),
                trusted_proxies: self.trusted_proxies.clone(),
                listens_on_loopback: self.listen.ip().is_loopback(),
            },
            submit_rate: self.submit_rate.map(|rate| rate.with_burst(self.submit_burst)),
            admin_token: self.admin_token.clone(),
            hostname: hostname(),
        }
    }
}

fn submit_rate(text: &str) -> Result<Option<Rate>, ParseRateError> {
    if text == "off" {
        Ok(None)
    } else {
        text.parse().map(Some)
    }
}
