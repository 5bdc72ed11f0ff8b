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
    /// Of all processes.
    settings: Vec<(String, String)>,
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
            settings: Vec::new(),
            folder: tempfile::tempdir().unwrap(),
        };
        let (postgres, redis) = (cluster.postgres.url(), cluster.redis.url());
        let backends = [("POSTGRES_URL", &*postgres), ("REDIS_URL", &*redis)];
        let all = [&backends, settings].concat();
        let owned = all.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        cluster.settings = owned.collect();
        for _ in 0..servers {
            let address = format!("127.0.0.1:{}", lasting_port());
            let own = [&all[..], &[("DUMPUS_LISTEN", &address)]].concat();
            cluster.servers.push(Instance::start(discord, &own));
        }
        for number in 0..workers {
            let worker = cluster.worker(discord, number, &[]);
            cluster.workers.push(worker);
            cluster.ready(number);
        }
        Some(cluster)
    }

    /// Starts another worker, with these settings instead of those of the others, under limits of the shell.
    pub fn add_worker(&mut self, discord: &Discord, settings: &[(&str, &str)], limits: &str) -> usize {
        let number = self.workers.len();
        let mut worker = self.worker(discord, number, settings);
        worker.restart_under(limits);
        self.workers.push(worker);
        self.ready(number);
        number
    }

    /// Starts a worker that is not one of the cluster's, with these settings instead of those of the others.
    pub fn spawn_worker(&self, discord: &Discord, settings: &[(&str, &str)]) -> Process {
        self.worker(discord, 1_000, settings)
    }

    /// Starts a worker again, and waits until it takes packages.
    pub fn restart_worker(&mut self, number: usize) {
        self.workers[number].run();
        self.ready(number);
    }

    fn ready(&mut self, number: usize) {
        let worker = &mut self.workers[number];
        eventually("the worker takes packages", || {
            let ended = worker.ended();
            assert!(ended.is_none(), "the worker ended: {ended:?}");
            is_worker_healthy(worker).then_some(())
        });
    }

    /// The directory for temporary files of a worker.
    pub fn temporary(&self, worker: usize) -> PathBuf {
        self.folder.path().join(format!("tmp-{worker}"))
    }

    fn worker(&self, discord: &Discord, number: usize, settings: &[(&str, &str)]) -> Process {
        let temporary = self.temporary(number);
        fs::create_dir_all(&temporary).unwrap();
        let mut all = discord.settings();
        let own = [
            ("TMPDIR", &*temporary.display().to_string()),
            ("DUMPUS_LOG", "debug"),
            ("DUMPUS_WORKER_LISTEN", "127.0.0.1:0"),
            // So that one download can keep other packages waiting.
            ("DUMPUS_DOWNLOADS", "1"),
        ];
        all.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        all.extend(self.settings.iter().cloned());
        // Of several values of a variable, the last one counts.
        let named = settings.iter();
        all.extend(named.map(|&(name, value)| (name.to_owned(), value.to_owned())));
        let log = self.folder.path().join(format!("worker-{number}.log"));
        Process::start("dumpus-worker", &["run"], all, &log)
    }
}
