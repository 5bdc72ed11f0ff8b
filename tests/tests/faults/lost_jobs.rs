//! Jobs that vanish from Redis while their owners wait.

use std::time::Duration;

use dumpus_tests::Rng;

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::instance::Instance;
use crate::support::wait::within;
use crate::world::{LEASE, small};

/// Within which every package ends after the last fault.
const RECOVERY: Duration = Duration::from_mins(2);
const PACKAGES: usize = 40;
const QUEUE: &str = "{dumpus}:v1:";

/// What happens to Redis, each kind in turn.
fn inflict(kind: usize, cluster: &Cluster, rng: &mut Rng) {
    let redis = &cluster.redis;
    match kind % 4 {
        0 => drop(redis.ask(&["FLUSHALL"])),
        1 => {
            let jobs = redis.ask(&["KEYS", &format!("{QUEUE}job:*")]);
            for job in jobs.iter().filter(|_| rng.chance(30)) {
                redis.ask(&["DEL", job]);
            }
        }
        2 => {
            let keys = redis.ask(&["KEYS", "*"]);
            if !keys.is_empty() {
                redis.ask(&["DEL", &keys[rng.index(keys.len())]]);
            }
        }
        _ => {
            // Less than it uses already: keys are evicted at random, a fifth of the queue or so.
            let memory = redis.ask(&["INFO", "memory"]);
            let used = memory
                .iter()
                .find_map(|line| line.strip_prefix("used_memory:"))
                .unwrap();
            let limit = used.trim().parse::<u64>().unwrap() - 20_000;
            redis.ask(&["CONFIG", "SET", "maxmemory-policy", "allkeys-random"]);
            redis.ask(&["CONFIG", "SET", "maxmemory", &limit.to_string()]);
            redis.ask(&["PING"]);
            redis.ask(&["CONFIG", "SET", "maxmemory", "0"]);
        }
    }
}

/// A worker of another instance, by mistake with this one's Redis. `meanwhile` is what others do then.
fn join_by_mistake(cluster: &Cluster, other: &Cluster, discord: &Discord, meanwhile: impl FnOnce()) {
    let (postgres, redis) = (other.postgres.url(), cluster.redis.url());
    let wrong = [("POSTGRES_URL", &*postgres), ("REDIS_URL", &*redis)];
    let mut worker = other.spawn_worker(discord, &wrong);
    within(Duration::from_secs(20), "it is refused, or it works", || {
        let is_working = worker.log_text().contains("Worker of Dumpus");
        (is_working || worker.ended().is_some()).then_some(())
    });
    meanwhile();
    worker.kill();
}

#[test]
fn packages_whose_jobs_vanish_are_processed_while_their_owners_wait() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 2, 1, &[LEASE]) else {
        return;
    };
    let Some(other) = Cluster::start(&discord, 0, 0, &[LEASE]) else {
        return;
    };
    let package = small();
    let links: Vec<Link> = (0..PACKAGES)
        .map(|_| discord.link(package.clone(), Behaviour::Slow))
        .collect();
    let submit = |link: &Link| cluster.servers[0].admit(&link.url);
    let ids: Vec<_> = links.iter().map(submit).collect();
    let mut rng = Rng::new(5);
    for round in 0..8 {
        inflict(round, &cluster, &mut rng);
        let poll = || {
            let server: &Instance = &cluster.servers[round % 2];
            for (link, id) in links.iter().zip(&ids) {
                server.status(&link.key, id);
            }
        };
        join_by_mistake(&cluster, &other, &discord, poll);
    }
    // If the other instance made an empty Redis its own, an operator who was told gives it back.
    cluster.redis.ask(&["DEL", &format!("{QUEUE}instance")]);
    for link in &links {
        link.switch_to(Behaviour::Package);
    }
    within(RECOVERY, "every package ends", || {
        let pairs = links.iter().zip(&ids);
        let unfinished = pairs
            .filter(|(link, id)| cluster.servers[0].status(&link.key, id)["isProcessing"] != false)
            .count();
        (unfinished == 0).then_some(())
    });
    for (link, id) in links.iter().zip(&ids) {
        let status = cluster.servers[1].status(&link.key, id);
        assert_eq!(status["isDataAvailable"], true, "{status}");
    }
}

#[test]
fn a_second_instance_on_one_redis_is_refused() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 1, &[]) else {
        return;
    };
    let Some(other) = Cluster::start(&discord, 0, 0, &[]) else {
        return;
    };
    let (postgres, redis) = (other.postgres.url(), cluster.redis.url());
    let mut worker = other.spawn_worker(&discord, &[("POSTGRES_URL", &postgres), ("REDIS_URL", &redis)]);
    assert!(!worker.stopped().success());
    let log = worker.log_text();
    assert!(log.contains("holds the queue of another instance"), "{log}");
    cluster.servers[0].process(&discord.link(small(), Behaviour::Package));
}
