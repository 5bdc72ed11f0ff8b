//! An instance of several processes, whose servers, workers and backends belong to one test.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::discord::Discord;
use super::instance::Instance;
use super::postgres_server::PostgresServer;
use super::process::{Process, is_worker_healthy};
use super::redis_server::{RedisServer, lasting_port};
use super::wait::eventually;

/// Servers and workers with their own PostgreSQL and Redis. All of them can be killed, suspended and restarted, and keep
/// their addresses.
pub struct Cluster {
    pub workers: Vec<Process>,
    pub servers: Vec<Instance>,
    pub redis: RedisServer,
    pub postgres: PostgresServer,
    folder: TempDir,
}

impl Cluster {
    /// Starts everything if PostgreSQL is installed. Servers and workers get the same settings.
    pub fn start(discord: &Discord, servers: usize, workers: usize, settings: &[(&str, &str)]) -> Option<Self> {
        let postgres = PostgresServer::start()?;
        let redis = RedisServer::start();
        let mut cluster = Self {
            workers: Vec::new(),
            servers: Vec::new(),
            redis,
            postgres,
            folder: tempfile::tempdir().unwrap(),
        };
        let backends = [
            ("POSTGRES_URL", cluster.postgres.url()),
            ("REDIS_URL", cluster.redis.url()),
        ];
        let mut all: Vec<_> = backends.iter().map(|(name, url)| (*name, &**url)).collect();
        all.extend(settings);
        for _ in 0..servers {
            let address = format!("127.0.0.1:{}", lasting_port());
            let own = [&all[..], &[("DUMPUS_LISTEN", &address)]].concat();
            cluster.servers.push(Instance::start(discord, &own));
        }
        for number in 0..workers {
            let worker = cluster.worker(discord, number, &all);
            cluster.workers.push(worker);
            cluster.ready(number);
        }
        Some(cluster)
    }

    /// Starts a worker again, and waits until it takes packages.
    pub fn restart_worker(&mut self, number: usize) {
        self.workers[number].run();
        self.ready(number);
    }

    fn ready(&mut self, number: usize) {
        let temporary = self.temporary(number);
        let worker = &mut self.workers[number];
        eventually("the worker takes packages", || {
            let ended = worker.ended();
            assert!(ended.is_none(), "the worker ended: {ended:?}");
            is_worker_healthy(&temporary).then_some(())
        });
    }

    /// The directory for temporary files of a worker.
    pub fn temporary(&self, worker: usize) -> PathBuf {
        self.folder.path().join(format!("tmp-{worker}"))
    }

    fn worker(&self, discord: &Discord, number: usize, settings: &[(&str, &str)]) -> Process {
        let temporary = self.temporary(number);
        fs::create_dir(&temporary).unwrap();
        let mut all = discord.settings();
        let own = [
            ("TMPDIR", &*temporary.display().to_string()),
            ("DUMPUS_LOG", "debug"),
            // So that one download can keep other packages waiting.
            ("DUMPUS_DOWNLOADS", "1"),
        ];
        let named = own.iter().chain(settings);
        all.extend(named.map(|&(name, value)| (name.to_owned(), value.to_owned())));
        let log = self.folder.path().join(format!("worker-{number}.log"));
        Process::start("dumpus-worker", &["run"], all, &log)
    }
}
