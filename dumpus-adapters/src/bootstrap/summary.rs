//! What a process is going to do, in one block of the log when it starts.

use std::fmt;
use std::fmt::Write as _;

use dumpus_ports::domain::queue::Lane;
use secrecy::ExposeSecret as _;
use url::Url;

use super::settings::{BackendSettings, WorkSettings};
use crate::cli::values::{bytes_text, duration_text};
use crate::source_http::HttpSourceSettings;

/// Lines of a name and a value.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    lines: String,
    off: Vec<&'static str>,
}

impl Summary {
    /// Adds a line.
    pub fn line(&mut self, name: &str, value: impl fmt::Display) {
        let _ = write!(self.lines, "\n  {name:10} {value}");
    }

    /// Adds something to the line of what is not configured.
    pub fn off(&mut self, what: &'static str, is_off: bool) {
        if is_off {
            self.off.push(what);
        }
    }

    /// Adds where things are kept, and for how long. Addresses are without user and password.
    pub fn backends(&mut self, settings: &BackendSettings, versions: &[String]) {
        for (name, url) in [("PostgreSQL", &settings.postgres_url), ("Redis", &settings.redis_url)] {
            let url = url.as_ref().and_then(|url| Url::parse(url.expose_secret()).ok());
            if let Some(url) = url {
                let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
                self.line(
                    name,
                    format_args!("{}{port}{}", url.host_str().unwrap_or_default(), url.path()),
                );
            }
        }
        if !versions.is_empty() {
            self.line("versions", versions.join(", "));
        }
        match settings.object_store() {
            Some(store) => self.line("results", format_args!("bucket {}", store.bucket)),
            None => self.line("results", "in the database"),
        }
        match settings.retention {
            Some(retention) => self.line("retention", duration_text(retention)),
            None => self.line("retention", "until their owners delete them"),
        }
    }

    /// Adds which packages are processed, and how.
    pub fn work(&mut self, source: &HttpSourceSettings, work: &WorkSettings) {
        let (slots, analyses) = (work.slots(), work.concurrency);
        let lanes: Vec<_> = work.lanes.iter().copied().map(Lane::as_str).collect();
        self.line(
            "work",
            format_args!(
                "{slots} packages at a time, {analyses} analysed; lanes: {}",
                lanes.join(", ")
            ),
        );
        let limits = &source.limits;
        self.line(
            "limits",
            format_args!(
                "downloads {} and {}, analyses {}, attempts {}",
                bytes_text(limits.bytes),
                duration_text(limits.whole),
                duration_text(work.max_analysis),
                work.max_attempts
            ),
        );
        let spool = &source.spool;
        let free = spool.free_bytes().map_or_else(|_| "?".to_owned(), bytes_text);
        self.line("spool", format_args!("{}, {free} free", spool.folder.display()));
        let origins = source.transport.policy.origins().iter();
        let origins: Vec<_> = ["Discord's".to_owned()]
            .into_iter()
            .chain(origins.map(ToString::to_string))
            .collect();
        self.line("links", origins.join(", "));
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines)?;
        if !self.off.is_empty() {
            write!(f, "\n  {:10} {}", "off", self.off.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};

    use super::*;

    #[test]
    fn no_password_is_in_a_summary() {
        let postgres = "postgres://ann:hunter2@db.internal:5433/dumpus?password=hunter2";
        let redis = "rediss://:hunter2@cache.internal/3";
        let command = BackendSettings::augment_args(Command::new("test"));
        let matches = command.get_matches_from(["test", "--postgres-url", postgres, "--redis-url", redis]);
        let mut summary = Summary::default();
        summary.backends(&BackendSettings::from_arg_matches(&matches).unwrap(), &[]);
        let text = summary.to_string();
        assert!(!text.contains("hunter2"), "{text}");
        assert!(
            text.contains("db.internal:5433/dumpus") && text.contains("cache.internal/3"),
            "{text}"
        );
    }
}
