//! How packages are fetched, worked on and limited, and what is logged: settings that the server and the worker share.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::transport::Overrides;
use dumpus_ports::domain::link::{LinkPolicy, Origin};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::ProcessSettings;

use super::reader::Reader;

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for whoever it is meant for.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl Reader<'_> {
    /// The value of a secret.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret)
    }

    /// The value of an http or https address, without a slash at its end.
    pub fn address(&mut self, name: &str) -> Option<String> {
        self.read(name, None, "an address such as https://host.example.org", |value| {
            let rest = value
                .strip_prefix("https://")
                .or_else(|| value.strip_prefix("http://"))?;
            let is_clean = !rest.is_empty() && !rest.starts_with('/') && !rest.contains(['?', '#', '@', ' ']);
            is_clean.then(|| Some(value.trim_end_matches('/').to_owned()))
        })
    }
}

/// How packages are fetched.
#[derive(Clone, Debug)]
pub struct DownloadSettings {
    /// Which links are accepted.
    pub policy: LinkPolicy,
    /// Addresses that stand for names.
    pub resolve: Overrides,
    /// Further certificate authorities.
    pub extra_ca_file: Option<PathBuf>,
    /// Largest archive; `None` is the adapter's default.
    pub most_bytes: Option<u64>,
    /// Where archives are spooled; `None` is the system's temporary directory.
    pub spool_dir: Option<PathBuf>,
    /// Largest archive that is kept in memory, 0 for none; `None` is the adapter's default.
    pub spool_memory: Option<u64>,
}

impl DownloadSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let origins: Vec<Origin> = reader.list(
            "DL_ZIP_WHITELISTED_DOMAINS",
            "an origin such as https://host.example.org",
        );
        let extra_ca_file = reader.text("DUMPUS_EXTRA_CA_FILE").map(PathBuf::from);
        if extra_ca_file.as_ref().is_some_and(|file| !file.is_file()) {
            reader.problem("DUMPUS_EXTRA_CA_FILE is not a file");
        }
        let spool_dir = reader.text("DUMPUS_SPOOL_DIR").map(PathBuf::from);
        if spool_dir.as_ref().is_some_and(|directory| !directory.is_dir()) {
            reader.problem("DUMPUS_SPOOL_DIR is not a directory");
        }
        Self {
            policy: LinkPolicy::new(origins),
            resolve: reader
                .optional("DUMPUS_RESOLVE", "addresses such as files.example.org:443:127.0.0.1")
                .unwrap_or_default(),
            extra_ca_file,
            most_bytes: reader.bytes("DUMPUS_MAX_DOWNLOAD"),
            spool_dir,
            spool_memory: reader.bytes_or_none("DUMPUS_SPOOL_MEMORY"),
        }
    }
}

/// How packages are worked on.
#[derive(Clone, Debug)]
pub struct WorkSettings {
    /// Packages at a time.
    pub concurrency: usize,
    /// Threads that read one package; `None` is one per core.
    pub threads: Option<usize>,
    /// Lanes whose packages are processed.
    pub lanes: Vec<Lane>,
    /// Times and counts.
    pub process: ProcessSettings,
    /// How long running packages may take to finish when the program is stopped.
    pub stop_timeout: Duration,
    /// What a package may ask for.
    pub limits: LimitSettings,
}

impl WorkSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let unset = ProcessSettings::default();
        let mut lanes: Vec<Lane> = reader.list("DUMPUS_LANES", "one of premium and standard");
        lanes.sort_unstable();
        lanes.dedup();
        if lanes.is_empty() {
            lanes = Lane::ALL.to_vec();
        }
        let lease = reader.duration("DUMPUS_LEASE", unset.lease, Duration::from_secs(5));
        let attempts = reader.number("DUMPUS_MAX_ATTEMPTS", unset.max_attempts.into(), 1..=100);
        let threads = reader.number("DUMPUS_THREADS", 0, 1..=256);
        Self {
            concurrency: usize::try_from(reader.number("DUMPUS_CONCURRENCY", 1, 1..=64)).unwrap_or(1),
            threads: usize::try_from(threads).ok().filter(|threads| *threads > 0),
            lanes,
            process: ProcessSettings {
                lease,
                // Three heartbeats may be lost before the package is.
                heartbeat: lease / 4,
                max_attempts: u32::try_from(attempts).unwrap_or(unset.max_attempts),
                ..unset
            },
            stop_timeout: reader.duration("DUMPUS_STOP_TIMEOUT", Duration::from_secs(30), Duration::ZERO),
            limits: LimitSettings::read(reader),
        }
    }
}

/// What a package may ask for; `None` is the reader's default.
#[derive(Clone, Copy, Debug, Default)]
pub struct LimitSettings {
    /// Files in an archive.
    pub entries: Option<u64>,
    /// Unpacked bytes of the files that are read.
    pub unpacked_bytes: Option<u64>,
    /// Unpacked bytes of one file.
    pub entry_bytes: Option<u64>,
    /// Unpacked bytes for each packed byte.
    pub ratio: Option<u64>,
    /// Bytes of an event.
    pub line_bytes: Option<u64>,
    /// Messages.
    pub messages: Option<u64>,
    /// Events of counted types.
    pub counted_events: Option<u64>,
    /// Distinct texts and rows.
    pub distinct_keys: Option<u64>,
}

impl LimitSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            entries: reader.count("DUMPUS_MAX_ENTRIES"),
            unpacked_bytes: reader.bytes("DUMPUS_MAX_UNPACKED"),
            entry_bytes: reader.bytes("DUMPUS_MAX_ENTRY"),
            ratio: reader.count("DUMPUS_MAX_RATIO"),
            line_bytes: reader.bytes("DUMPUS_MAX_LINE"),
            messages: reader.count("DUMPUS_MAX_MESSAGES"),
            counted_events: reader.count("DUMPUS_MAX_EVENTS"),
            distinct_keys: reader.count("DUMPUS_MAX_KEYS"),
        }
    }
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// Directives of tracing's filter.
    pub filter: String,
    /// One JSON object per line instead of text.
    pub is_json: bool,
}

impl LogSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let filter = reader.read(
            "DUMPUS_LOG",
            "info".to_owned(),
            "a filter such as info,dumpus_server=debug",
            |value| {
                let is_filter = tracing_subscriber::EnvFilter::try_new(value).is_ok();
                is_filter.then(|| value.to_owned())
            },
        );
        let is_json = reader.read("DUMPUS_LOG_FORMAT", false, "text or json", |value| match value {
            "text" => Some(false),
            "json" => Some(true),
            _ => None,
        });
        Self { filter, is_json }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootstrap::config::{BackendSettings, InstanceKeyBytes};

    fn problems(values: &[(&str, &str)]) -> Vec<String> {
        let value_of = |name: &str| {
            let found = values.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let mut reader = Reader::new(&value_of);
        let _ = (
            BackendSettings::read(&mut reader),
            DownloadSettings::read(&mut reader),
            WorkSettings::read(&mut reader),
            LogSettings::read(&mut reader),
        );
        reader.finish(()).err().map(|problems| problems.0).unwrap_or_default()
    }

    #[test]
    fn nothing_needs_to_be_set() {
        assert!(problems(&[]).is_empty());
    }

    #[test]
    fn one_service_alone_is_refused() {
        let alone = problems(&[("POSTGRES_URL", "postgres://u:hunter2@db/x")]);
        assert_eq!(
            alone,
            ["POSTGRES_URL is set but REDIS_URL is not: set both, or neither for embedded mode"]
        );
        let both = [("POSTGRES_URL", "postgresql://db/x"), ("REDIS_URL", "rediss://cache")];
        assert!(problems(&both).is_empty());
    }

    #[test]
    fn all_problems_come_at_once_and_without_values() {
        let found = problems(&[
            ("POSTGRES_URL", "mysql://hunter2"),
            ("REDIS_URL", "redis://cache"),
            ("DUMPUS_INSTANCE_KEY", "hunter2"),
            ("DUMPUS_LANES", "premium,hunter2"),
            ("DUMPUS_MAX_DOWNLOAD", "hunter2"),
            ("DUMPUS_S3_BUCKET", "hunter2"),
            ("DUMPUS_RETENTION_DAYS", "-1"),
            ("DL_ZIP_WHITELISTED_DOMAINS", "ftp://hunter2"),
            ("DUMPUS_LOG_FORMAT", "hunter2"),
        ]);
        assert_eq!(found.len(), 8, "{found:#?}");
        assert!(!found.concat().contains("hunter2"));
    }

    #[test]
    fn secrets_are_not_printed() {
        assert_eq!(format!("{:?}", Secret("hunter2".to_owned())), "Secret(redacted)");
        assert_eq!(format!("{:?}", InstanceKeyBytes([7; 32])), "InstanceKeyBytes(redacted)");
    }
}
