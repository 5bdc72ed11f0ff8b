//! Injects faults, at the rate at which packages are settled.

use crate::plan::{Fault, Outage, Planned};
use crate::support::cluster::Cluster;
use crate::support::discord::Discord;
use crate::world::World;

/// The part of the run with faults, in percent: the rest shows that the system recovers on its own.
const SPREAD: u64 = 85;
/// Prefix of all keys of the queue in Redis.
const QUEUE: &str = "{dumpus}:v1:";
const UNRECORDED: &str =
    "SELECT count(*) FROM blobs b WHERE NOT EXISTS (SELECT FROM packages p WHERE p.blob_key = b.key)";

/// Injects the planned faults until the run is over.
pub(crate) fn inflict(cluster: &mut Cluster, discord: &Discord, plan: &[Planned], world: &World) {
    for (number, planned) in (0..).zip(plan) {
        let due = world.packages * SPREAD / 100 * (number + 1) / plan.len() as u64;
        world.until("packages are settled", || world.settled() >= due);
        if world.is_over() {
            world.tally.count("faults: not needed");
            continue;
        }
        Infliction {
            cluster,
            discord,
            world,
            requests: planned.requests,
        }
        .begin(planned);
    }
}

struct Infliction<'a> {
    cluster: &'a mut Cluster,
    discord: &'a Discord,
    world: &'a World,
    requests: u64,
}

impl Infliction<'_> {
    fn begin(&mut self, planned: &Planned) {
        let worker = self.worker_at_work(planned.target);
        let server = planned.target % self.cluster.servers.len();
        match planned.fault {
            Fault::WorkerKilled => {
                self.cluster.workers[worker].freeze(true);
                let held = self.held_by(worker);
                self.count(if held.is_some() {
                    "worker killed at work"
                } else {
                    "worker killed"
                });
                self.cluster.workers[worker].kill();
                self.wait();
                self.cluster.restart_worker(worker);
            }
            Fault::WorkerStopped => {
                self.count("worker stopped");
                self.cluster.workers[worker].terminate();
                let status = self.cluster.workers[worker].stopped();
                assert!(status.success(), "a worker stopped with {status}");
                self.wait();
                self.cluster.restart_worker(worker);
            }
            Fault::WorkersKilled => self.kill_workers(),
            Fault::WorkerSuspended { is_deleted, outage } => self.suspend_worker(worker, is_deleted, outage),
            Fault::ServerKilled => {
                self.count("server killed");
                self.cluster.servers[server].process.kill();
                self.wait();
                self.cluster.servers[server].restart();
            }
            Fault::ServerSuspended => {
                self.count("server suspended");
                self.cluster.servers[server].process.freeze(true);
                self.wait();
                self.cluster.servers[server].process.freeze(false);
            }
            Fault::RedisFlushed => {
                self.count("Redis flushed");
                self.age_epochs();
                self.cluster.redis.ask(&["FLUSHALL"]);
                self.wait();
            }
            Fault::KeysDeleted => self.delete_keys(planned.target),
            Fault::UselessWorker => {
                self.count("worker joined that may not fetch anything");
                let nothing = [("DL_ZIP_WHITELISTED_DOMAINS", "http://192.0.2.1")];
                let mut useless = self.cluster.spawn_worker(self.discord, &nothing);
                self.wait();
                useless.kill();
            }
            Fault::Backend(outage) => self.outage(outage),
        }
    }

    fn outage(&mut self, outage: Outage) {
        self.count(match outage {
            Outage::RedisKilled => "Redis killed",
            Outage::RedisSuspended => "Redis suspended",
            Outage::PostgresRestarted => "PostgreSQL restarted",
            Outage::PostgresKilled => "PostgreSQL killed",
            Outage::PostgresSuspended => "PostgreSQL suspended",
            Outage::PostgresReadOnly => "PostgreSQL read-only",
            Outage::RedisFull => "Redis full",
        });
        let Cluster { redis, postgres, .. } = &mut *self.cluster;
        match outage {
            Outage::RedisKilled => {
                self.age_epochs();
                self.cluster.redis.kill();
                self.wait();
                self.cluster.redis.run();
            }
            Outage::RedisSuspended => {
                redis.freeze(true);
                self.wait();
                self.cluster.redis.freeze(false);
            }
            Outage::PostgresRestarted => {
                postgres.stop();
                self.wait();
                self.cluster.postgres.run();
            }
            Outage::PostgresKilled => {
                postgres.kill();
                self.wait();
                self.cluster.postgres.run();
            }
            Outage::PostgresSuspended => {
                postgres.freeze(true);
                self.wait();
                self.cluster.postgres.freeze(false);
            }
            Outage::PostgresReadOnly => {
                postgres.set_read_only(true);
                self.wait();
                self.cluster.postgres.set_read_only(false);
            }
            Outage::RedisFull => {
                redis.ask(&["CONFIG", "SET", "maxmemory", "1"]);
                self.wait();
                self.cluster.redis.ask(&["CONFIG", "SET", "maxmemory", "0"]);
            }
        }
    }

    /// As if Redis had run for an hour, so that jobs lost now have not been lost for long.
    fn age_epochs(&self) {
        let aged = "UPDATE queue_epochs SET first_seen = first_seen - 3600000";
        self.cluster.postgres.ask(aged);
    }

    /// Deletes every third job, and sometimes a lane.
    fn delete_keys(&self, target: usize) {
        self.count("keys deleted in Redis");
        let redis = &self.cluster.redis;
        for job in redis.ask(&["KEYS", &format!("{QUEUE}job:*")]).iter().step_by(3) {
            redis.ask(&["DEL", job]);
        }
        if target.is_multiple_of(2) {
            redis.ask(&["DEL", &format!("{QUEUE}lane:standard")]);
        }
        self.wait();
    }

    /// Kills all workers at once, after a result was stored and before it is recorded.
    fn kill_workers(&mut self) {
        let Cluster { postgres, workers, .. } = &mut *self.cluster;
        let store = postgres.lock("blobs");
        self.world
            .until("a result is to be stored", || postgres.waiting("INSERT INTO blobs") > 0);
        let registry = postgres.lock("packages");
        drop(store);
        self.world
            .until("a result is stored", || postgres.number(UNRECORDED) > 0);
        for worker in workers {
            self.world.tally.count("faults: worker killed with all others");
            worker.kill();
        }
        self.count("workers killed while a result is recorded");
        drop(registry);
        self.wait();
        for worker in 0..self.cluster.workers.len() {
            self.cluster.restart_worker(worker);
        }
    }

    /// Suspends a worker until it has lost its package: taken over by another worker, settled or deleted.
    fn suspend_worker(&mut self, worker: usize, is_deleted: bool, outage: Option<Outage>) {
        self.cluster.workers[worker].freeze(true);
        let held = self
            .held_by(worker)
            .and_then(|package| Some((self.lease_of(&package)?, package)));
        match &held {
            None => self.count("worker suspended"),
            Some(_) => self.count("worker suspended longer than its lease"),
        }
        if let Some((_, package)) = held.as_ref().filter(|_| is_deleted) {
            self.world.doomed.lock().unwrap().insert(package.clone());
        }
        if let Some(outage) = outage {
            self.outage(outage);
        }
        if let Some((lease, package)) = &held {
            let is_taken = || self.lease_of(package).as_ref() != Some(lease);
            self.world
                .until("another worker takes the package, or it goes", is_taken);
        } else {
            self.wait();
        }
        self.cluster.workers[worker].freeze(false);
    }

    fn wait(&self) {
        let until = self.world.requests() + self.requests;
        self.world.until("owners ask", || self.world.requests() >= until);
    }

    fn count(&self, what: &str) {
        println!("{:>4} of {} settled: {what}", self.world.settled(), self.world.packages);
        self.world.tally.count(&format!("faults: {what}"));
    }

    /// The first worker, starting with this one, that is processing a package, or this one if none is.
    fn worker_at_work(&self, target: usize) -> usize {
        let count = self.cluster.workers.len();
        let all = (0..count).map(|step| (target + step) % count);
        all.clone()
            .find(|&worker| self.held_by(worker).is_some())
            .unwrap_or(target % count)
    }

    /// The package that is delivered to a worker.
    fn held_by(&self, worker: usize) -> Option<String> {
        let redis = &self.cluster.redis;
        let name = format!("{}-", self.cluster.workers[worker].id());
        ["premium", "standard"].into_iter().find_map(|lane| {
            let lane = format!("{QUEUE}lane:{lane}");
            let response = redis.ask(&["XPENDING", &lane, "workers", "-", "+", "100"]);
            // Entry, consumer, idle time and deliveries of each.
            let mine = response
                .chunks(4)
                .find(|claim| claim.get(1).is_some_and(|consumer| consumer.starts_with(&name)));
            let entry = mine?.first()?;
            redis.ask(&["XRANGE", &lane, entry, entry]).last().cloned()
        })
    }

    /// The run of an unfinished package and the number of its last lease.
    fn lease_of(&self, package: &str) -> Option<String> {
        let query = format!(
            "SELECT run, lease_no FROM packages WHERE id = '\\x{package}' AND ended_at IS NULL AND lease_until IS NOT NULL"
        );
        self.cluster.postgres.ask(&query).first().cloned()
    }
}

/// All data of packages in the queue: names of jobs, and entries of lanes.
pub(crate) fn left_in_redis(cluster: &Cluster) -> Vec<String> {
    let mut left = cluster.redis.ask(&["KEYS", "*job:*"]);
    for lane in ["premium", "standard"] {
        left.extend(cluster.redis.ask(&["XRANGE", &format!("{QUEUE}lane:{lane}"), "-", "+"]));
    }
    left
}
