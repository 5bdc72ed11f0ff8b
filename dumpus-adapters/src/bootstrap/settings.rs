//! Settings that both programs read: the backends of an instance, and how packages are processed.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use secrecy::SecretString;

use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::ProcessSettings;

use crate::blobs_s3::S3Options;
use crate::cli::values;
use crate::crypto_ring::InstanceKey;

/// The variable of the key that seals waiting links.
pub(super) const INSTANCE_KEY: &str = "DUMPUS_INSTANCE_KEY";

/// The backends of an instance.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Backends")]
#[non_exhaustive]
pub struct BackendSettings {
    /// PostgreSQL, as `postgres://user:password@host/database`; needs Redis too. Without both, embedded mode.
    #[arg(long, env = "POSTGRES_URL", hide_env_values = true, requires = "redis_url",
        value_parser = url(&["postgres://", "postgresql://"]))]
    pub postgres_url: Option<SecretString>,
    /// Redis, as `redis://host:6379`, or `rediss://` for TLS; needs PostgreSQL too. Without both, embedded mode.
    #[arg(long, env = "REDIS_URL", hide_env_values = true, requires = "postgres_url",
        value_parser = url(&["redis://", "rediss://"]))]
    pub redis_url: Option<SecretString>,
    /// Certificate authorities of Redis in PEM form, in place of the system's.
    #[arg(long, env = "DUMPUS_REDIS_CA_FILE", value_name = "FILE", value_parser = values::file)]
    pub redis_ca_file: Option<PathBuf>,
    /// 32 bytes in base64 that seal the links of waiting packages, the same for all programs of an instance; by default
    /// made once and kept in the database.
    #[arg(long, env = INSTANCE_KEY, hide_env_values = true)]
    pub instance_key: Option<InstanceKey>,
    /// Another key, whose links are opened too: the one before, or the one that will follow.
    #[arg(long, env = "DUMPUS_INSTANCE_KEY_PREVIOUS", hide_env_values = true)]
    pub instance_key_previous: Option<InstanceKey>,
    /// How long to wait at the start for PostgreSQL and Redis, which may be starting too.
    #[arg(long, env = "DUMPUS_START_TIMEOUT", value_name = "DURATION", value_parser = values::duration(Duration::ZERO),
        default_value = "1m")]
    pub start_timeout: Duration,
    /// Results older than this are erased; fractions are allowed. By default they are kept until deleted.
    #[arg(long = "retention-days", env = "DUMPUS_RETENTION_DAYS", value_name = "DAYS", value_parser = values::days)]
    pub retention: Option<Duration>,
    /// How long the history keeps what became of packages; statistics by hour are kept for a year.
    #[arg(long = "history-days", env = "DUMPUS_HISTORY_DAYS", value_name = "DAYS", value_parser = values::days,
        default_value = "30")]
    pub history: Duration,
    /// An object store for results.
    #[command(flatten)]
    pub object_store: S3Options,
}

impl BackendSettings {
    /// Whether everything is kept by this process: no PostgreSQL and Redis are named.
    #[must_use]
    pub const fn is_embedded(&self) -> bool {
        self.postgres_url.is_none()
    }

    /// The object store, if one is named.
    #[must_use]
    pub fn object_store(&self) -> Option<&S3Options> {
        Some(&self.object_store).filter(|store| !store.bucket.is_empty())
    }
}

/// How packages are processed.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Work")]
#[non_exhaustive]
pub struct WorkSettings {
    /// Packages in work at a time: those that are being downloaded, that wait for an analysis, and that are analysed.
    #[arg(long, env = "DUMPUS_DOWNLOADS", value_name = "NUMBER", value_parser = values::number(1..=256_usize),
        default_value_t = 4)]
    pub downloads: usize,
    /// Packages analysed at a time.
    #[arg(long, env = "DUMPUS_CONCURRENCY", value_name = "NUMBER", value_parser = values::number(1..=64_usize),
        default_value_t = 1)]
    pub concurrency: usize,
    /// Lanes whose packages are processed.
    #[arg(long, env = "DUMPUS_LANES", value_name = "LANE,...", value_delimiter = ',', default_values_t = Lane::ALL,
        value_parser = PossibleValuesParser::new(Lane::ALL.map(Lane::as_str)).try_map(|lane| lane.parse::<Lane>()))]
    pub lanes: Vec<Lane>,
    /// Attempts before a package fails.
    #[arg(long, env = "DUMPUS_MAX_ATTEMPTS", value_name = "NUMBER", value_parser = values::number(1..=100_u32),
        default_value_t = ProcessSettings::default().max_attempts)]
    pub max_attempts: u32,
    /// Lease duration: a package is requeued if its worker does not renew the lease for this long.
    #[arg(long, env = "DUMPUS_LEASE", value_name = "DURATION", value_parser = values::duration(Duration::from_secs(5)),
        default_value = values::duration_text(ProcessSettings::default().lease))]
    pub lease: Duration,
    /// Longest analysis of a package.
    #[arg(id = "max_analysis_time", long = "max-analysis-time", env = "DUMPUS_MAX_ANALYSIS_TIME", value_name = "DURATION",
        value_parser = values::duration(Duration::from_secs(1)),
        default_value = values::duration_text(ProcessSettings::default().max_analysis))]
    pub max_analysis: Duration,
    /// How long requests and running packages may take to finish on shutdown.
    #[arg(long, env = "DUMPUS_STOP_TIMEOUT", value_name = "DURATION", value_parser = values::duration(Duration::ZERO),
        default_value = "30s")]
    pub stop_timeout: Duration,
}

impl WorkSettings {
    /// Packages in work at a time.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.downloads.max(self.concurrency)
    }

    /// Durations and limits of the use case.
    #[must_use]
    pub fn process(&self) -> ProcessSettings {
        let mut settings = ProcessSettings::default();
        settings.lease = self.lease;
        // Three heartbeats may be lost before the package is.
        settings.heartbeat = self.lease / 4;
        settings.max_attempts = self.max_attempts;
        settings.max_analysis = self.max_analysis;
        settings
    }
}

/// Parses URLs of these schemes.
fn url(schemes: &'static [&str]) -> impl Fn(&str) -> Result<SecretString, String> + Clone + Send + Sync + 'static {
    move |text| {
        let is_known = schemes.iter().any(|scheme| text.starts_with(scheme));
        let expected = || format!("expected a URL that begins with {}", schemes.join(" or "));
        is_known.then(|| text.into()).ok_or_else(expected)
    }
}
