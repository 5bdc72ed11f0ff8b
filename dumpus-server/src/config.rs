//! The server's configuration.

use std::net::SocketAddr;
use std::path::PathBuf;

use dumpus_adapters::bootstrap::config::{
    BackendSettings, ConfigErrors, DownloadSettings, LogSettings, Reader, Secret, WorkSettings, unknown_variables,
};

use crate::api::{ApiSettings, Cors, ProxySettings, Rate};

/// A token that could be guessed would open the admin routes.
const SHORTEST_TOKEN: usize = 16;

/// All settings of the server.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where everything is in embedded mode.
    pub data_dir: PathBuf,
    /// How the API behaves.
    pub api: ApiSettings,
    /// Where things are kept.
    pub backends: BackendSettings,
    /// Which links are accepted, and how the embedded worker fetches packages.
    pub download: DownloadSettings,
    /// How the embedded worker works.
    pub work: WorkSettings,
    /// Who knows Discord's users.
    pub profiles: ProfileSettings,
    /// What is logged.
    pub log: LogSettings,
    /// Variables that are no settings, in words: probable typos.
    pub unknown: Vec<String>,
}

/// Who knows Discord's users; nobody is asked when nothing is set.
#[derive(Clone, Debug, Default)]
pub struct ProfileSettings {
    /// A Dis-who host and its secret; asked first.
    pub diswho: Option<(String, Secret)>,
    /// A bot at Discord itself.
    pub bot_token: Option<Secret>,
}

impl ServerConfig {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// Every problem, with probable typos.
    pub fn read(
        value_of: &dyn Fn(&str) -> Option<String>,
        variables: impl IntoIterator<Item = String>,
    ) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::new(value_of);
        let unknown = unknown_variables(variables);
        let config = Self {
            listen: reader.read(
                "DUMPUS_LISTEN",
                SocketAddr::from(([127, 0, 0, 1], 5_000)),
                "an address such as 127.0.0.1:5000",
                |value| value.parse().ok(),
            ),
            data_dir: reader
                .text("DUMPUS_DATA_DIR")
                .map_or_else(|| PathBuf::from("data"), PathBuf::from),
            api: read_api(&mut reader),
            backends: BackendSettings::read(&mut reader),
            download: DownloadSettings::read(&mut reader),
            work: WorkSettings::read(&mut reader),
            profiles: ProfileSettings::read(&mut reader),
            log: LogSettings::read(&mut reader),
            unknown: unknown.clone(),
        };
        reader.finish(config).map_err(|mut problems| {
            problems.0.extend(unknown);
            problems
        })
    }
}

fn read_api(reader: &mut Reader<'_>) -> ApiSettings {
    let admin_token = reader.text("DUMPUS_ADMIN_TOKEN");
    if admin_token.as_ref().is_some_and(|token| token.len() < SHORTEST_TOKEN) {
        reader.problem(format!("DUMPUS_ADMIN_TOKEN has fewer than {SHORTEST_TOKEN} characters"));
    }
    let rate = "30/minute".parse::<Rate>().ok();
    ApiSettings {
        cors: reader.read(
            "DUMPUS_CORS_ORIGINS",
            Cors::Any,
            "any, or origins such as https://dumpus.app with commas between them",
            |value| value.parse().ok(),
        ),
        proxy: ProxySettings {
            public_url: reader.address("DUMPUS_PUBLIC_URL"),
            trusted_proxies: reader.list("DUMPUS_TRUSTED_PROXIES", "an address or a range such as 10.0.0.0/8"),
        },
        submit_rate: reader.read(
            "DUMPUS_SUBMIT_RATE",
            rate,
            "a rate such as 30/minute, or off",
            |value| match value {
                "off" => Some(None),
                rate => rate.parse().ok().map(Some),
            },
        ),
        admin_token,
        hostname: hostname(),
    }
}

/// What the system calls this machine.
fn hostname() -> String {
    let named = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named = named.or_else(|| std::env::var("HOSTNAME").ok());
    named.map_or_else(|| "unknown".to_owned(), |name| name.trim().to_owned())
}

impl ProfileSettings {
    fn read(reader: &mut Reader<'_>) -> Self {
        let (host, secret) = (reader.address("DISWHO_BASE_URL"), reader.secret("DISWHO_JWT_SECRET"));
        if host.is_some() != secret.is_some() {
            reader.problem("DISWHO_BASE_URL and DISWHO_JWT_SECRET need each other");
        }
        Self {
            diswho: host.zip(secret),
            bot_token: reader.secret("DISCORD_BOT_TOKEN"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(&str, &str)]) -> Result<ServerConfig, ConfigErrors> {
        let value_of = |name: &str| {
            let found = values.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        ServerConfig::read(&value_of, values.iter().map(|(name, _)| (*name).to_owned()))
    }

    #[test]
    fn without_settings_it_is_an_embedded_instance() {
        let config = read(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:5000");
        assert!(config.backends.services.is_none());
        assert_eq!(config.data_dir, PathBuf::from("data"));
        assert!(config.api.submit_rate.is_some());
    }

    #[test]
    fn all_problems_are_reported_at_once_with_typos_and_without_values() {
        let problems = read(&[
            ("DUMPUS_LISTEN", "hunter2"),
            ("DUMPUS_PUBLIC_URL", "hunter2"),
            ("DUMPUS_ADMIN_TOKEN", "hunter2"),
            ("DUMPUS_SUBMIT_RATE", "hunter2"),
            ("DUMPUS_TRUSTED_PROXIES", "hunter2"),
            ("DUMPUS_CORS_ORIGINS", "hunter2/x"),
            ("DISWHO_BASE_URL", "https://diswho.example"),
            ("REDIS_URL", "redis://:hunter2@cache"),
            ("DUMPUS_CONCURENCY", "2"),
        ])
        .unwrap_err();
        assert_eq!(problems.0.len(), 9, "{problems}");
        assert!(problems.to_string().contains("DUMPUS_CONCURRENCY may be meant"));
        assert!(!problems.to_string().contains("hunter2"));
    }

    #[test]
    fn secrets_are_not_in_the_debug_output() {
        let config = read(&[
            ("DUMPUS_ADMIN_TOKEN", "hunter2hunter2hunter2"),
            ("DISCORD_BOT_TOKEN", "hunter2"),
            ("POSTGRES_URL", "postgres://u:hunter2@db/x"),
            ("REDIS_URL", "redis://:hunter2@cache"),
        ])
        .unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
