//! The worker's configuration.

use dumpus_adapters::bootstrap::config::{
    BackendSettings, ConfigErrors, DownloadSettings, LogSettings, Reader, Services, WorkSettings, unknown_variables,
};

/// All settings of the worker.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// PostgreSQL and Redis: a worker without a server to share them with has nothing to do.
    pub services: Services,
    /// Where results are kept.
    pub backends: BackendSettings,
    /// How packages are fetched.
    pub download: DownloadSettings,
    /// How they are worked on.
    pub work: WorkSettings,
    /// What is logged.
    pub log: LogSettings,
    /// Variables that are no settings, in words: probable typos.
    pub unknown: Vec<String>,
}

impl WorkerConfig {
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
        let backends = BackendSettings::read(&mut reader);
        if backends.services.is_none() && reader.text("POSTGRES_URL").is_none() && reader.text("REDIS_URL").is_none() {
            reader
                .problem("POSTGRES_URL and REDIS_URL are missing: a worker takes packages from the queue of a server");
        }
        let services = backends.services.clone();
        let (download, work) = (DownloadSettings::read(&mut reader), WorkSettings::read(&mut reader));
        let read = (download, work, LogSettings::read(&mut reader));
        let with_typos = |mut problems: ConfigErrors| {
            problems.0.extend(unknown.clone());
            problems
        };
        let (download, work, log) = reader.finish(read).map_err(with_typos)?;
        let services = services.ok_or_else(|| with_typos(ConfigErrors(Vec::new())))?;
        Ok(Self {
            services,
            backends,
            download,
            work,
            log,
            unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_needs_the_services_that_it_shares_with_a_server() {
        let problems = WorkerConfig::read(&|_| None, ["DUMPUS_CONCURENCY".to_owned()])
            .unwrap_err()
            .to_string();
        assert!(
            problems.contains("POSTGRES_URL and REDIS_URL are missing"),
            "{problems}"
        );
        assert!(problems.contains("DUMPUS_CONCURRENCY"), "{problems}");
    }

    #[test]
    fn both_services_make_a_worker() {
        let value_of = |name: &str| match name {
            "POSTGRES_URL" => Some("postgres://dumpus:secret@127.0.0.1/dumpus".to_owned()),
            "REDIS_URL" => Some("redis://127.0.0.1".to_owned()),
            _ => None,
        };
        let config = WorkerConfig::read(&value_of, []).unwrap();
        assert_eq!(config.work.concurrency, 1);
        assert!(!format!("{config:?}").contains("secret"));
    }
}
