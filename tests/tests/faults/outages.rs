//! PostgreSQL or Redis killed, suspended or stopped.

use std::time::{Duration, Instant};

use crate::requests::{ask_all, of_package, ready, submit};
use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::wait::{eventually, within};
use crate::world::{LEASE, held, small};

/// How long it may take until everything continues after a backend has returned.
const RECOVERY: Duration = Duration::from_secs(5);

type Step = fn(&mut Cluster);

/// A processed package, one that the only worker is downloading, and one that waits behind it.
struct Packages {
    processed: (Link, String),
    held: (Link, String),
    waiting: (Link, String),
}

impl Packages {
    fn new(cluster: &Cluster, discord: &Discord) -> Self {
        let (package, server) = (small(), &cluster.servers[0]);
        let link = || discord.link(package.clone(), Behaviour::Package);
        let processed = link();
        let id = server.process(&processed);
        let held = held(cluster, discord, &package);
        let waiting = link();
        let of_waiting = server.admit(&waiting.url);
        Self {
            processed: (processed, id),
            held,
            waiting: (waiting, of_waiting),
        }
    }

    /// Asserts that both unfinished packages are processed; nobody but their owners sends requests.
    fn assert_processed_within(&self, cluster: &Cluster, limit: Duration) {
        let began = Instant::now();
        for (link, id) in [&self.held, &self.waiting] {
            assert_processed_within(cluster, link, id, limit.saturating_sub(began.elapsed()));
        }
        println!("everything was processed {:?} after the return", began.elapsed());
    }
}

fn assert_processed_within(cluster: &Cluster, link: &Link, id: &str, limit: Duration) {
    within(limit, "the package is processed", || {
        let status = cluster.servers[0].status(&link.key, id);
        (status["isDataAvailable"] == true).then_some(())
    });
}

/// Stops a backend, sends requests, restores the backend, and asserts that everything continues. `unaffected` requests
/// succeed during the outage.
fn outage(cluster: &mut Cluster, discord: &Discord, stop: Step, restore: Step, backend: &str, unaffected: &[&str]) {
    let packages = Packages::new(cluster, discord);
    stop(cluster);
    let server = &cluster.servers[0];
    let (link, id) = &packages.processed;
    let refused = discord.link(small(), Behaviour::Package);
    let ask = |requests: Vec<_>| {
        for asked in ask_all(server, requests) {
            if unaffected.contains(&asked.what) {
                asked.assert_succeeded();
                continue;
            }
            // Without the queue, a load balancer keeps the server, which serves results.
            let is_kept = asked.what == "ready" && backend == "queue";
            let body = if is_kept {
                asked.assert_succeeded();
                asked.response.json()
            } else {
                asked.assert_unavailable()
            };
            if asked.what == "ready" {
                let (other, status) = match backend {
                    "registry" => ("queue", "unavailable"),
                    _ => ("registry", "degraded"),
                };
                assert_eq!((&body[backend], &body[other]), (&"down".into(), &"up".into()), "{body}");
                assert_eq!(body["status"], status);
            }
        }
    };
    let mut first = of_package(&link.key, id, &["data", "blob", "delete"]);
    first.extend([submit(&refused.url), ready()]);
    ask(first);
    // The worker finishes its package during the outage.
    packages.held.0.switch_to(Behaviour::Package);
    // The server may answer from its snapshot for some seconds.
    let (waiting, of_waiting) = &packages.waiting;
    eventually("the snapshot is too old", || {
        let status = ask_all(server, of_package(&waiting.key, of_waiting, &["status"])).remove(0);
        if status.response.status == 503 {
            return Some(());
        }
        status.assert_succeeded();
        None
    });
    let mut then = of_package(&link.key, id, &["data"]);
    then.extend(of_package(&waiting.key, of_waiting, &["status"]));
    then.extend([submit(&refused.url), submit(&waiting.url), ready()]);
    ask(then);
    let ended = ask_all(server, of_package(&link.key, id, &["status"])).remove(0);
    if backend == "registry" {
        ended.assert_unavailable();
    } else {
        ended.assert_succeeded();
    }
    restore(cluster);
    packages.assert_processed_within(cluster, RECOVERY);
    let server = &cluster.servers[0];
    for asked in ask_all(server, of_package(&link.key, id, &["status", "data", "blob"])) {
        asked.assert_succeeded();
    }
    server.process(&refused);
    let response = server.delete(&link.key, id).json();
    assert_eq!(response["isDeleted"], true, "the failed request deleted nothing");
}

#[test]
fn while_postgres_is_unavailable_requests_fail_promptly_and_afterwards_everything_continues() {
    let discord = Discord::start();
    let Some(mut cluster) = Cluster::start(&discord, 1, 1, &[]) else {
        return;
    };
    let ways: [(&str, Step, Step); 3] = [
        (
            "killed",
            |cluster| cluster.postgres.kill(),
            |cluster| cluster.postgres.run(),
        ),
        (
            "suspended",
            |cluster| cluster.postgres.freeze(true),
            |cluster| cluster.postgres.freeze(false),
        ),
        (
            "stopped",
            |cluster| cluster.postgres.stop(),
            |cluster| cluster.postgres.run(),
        ),
    ];
    for (way, stop, restore) in ways {
        println!("{way}");
        outage(&mut cluster, &discord, stop, restore, "registry", &[]);
    }
}

#[test]
fn while_redis_is_unavailable_results_are_served_other_requests_fail_promptly_and_afterwards_everything_continues() {
    let discord = Discord::start();
    let Some(mut cluster) = Cluster::start(&discord, 1, 1, &[]) else {
        return;
    };
    let ways: [(&str, Step, Step); 2] = [
        ("killed", |cluster| cluster.redis.kill(), |cluster| cluster.redis.run()),
        (
            "suspended",
            |cluster| cluster.redis.freeze(true),
            |cluster| cluster.redis.freeze(false),
        ),
    ];
    for (way, stop, restore) in ways {
        println!("{way}");
        outage(&mut cluster, &discord, stop, restore, "queue", &["data", "blob"]);
    }
}

/// Lets a worker fetch a job while a backend is suspended for the time of several failing requests.
fn fetch_during_outage(cluster: &Cluster, discord: &Discord, freeze: fn(&Cluster, bool)) {
    let worker = &cluster.workers[0];
    worker.freeze(true);
    let link = discord.link(small(), Behaviour::Package);
    let id = cluster.servers[0].admit(&link.url);
    freeze(cluster, true);
    let seen = worker.log_text().len();
    worker.freeze(false);
    eventually("the worker notices the outage", || {
        worker.log_text()[seen..].contains(" WARN ").then_some(())
    });
    // The outage lasts for a few more requests of the worker.
    for _ in 0..3 {
        let asked = ask_all(&cluster.servers[0], vec![ready()]).remove(0);
        assert_ne!(asked.response.json()["status"], "ready");
    }
    freeze(cluster, false);
    assert_processed_within(cluster, &link, &id, RECOVERY);
    let attempts = format!("SELECT attempts FROM packages WHERE encode(id, 'hex') = '{id}'");
    assert_eq!(cluster.postgres.number(&attempts), 1);
}

#[test]
fn a_package_whose_worker_lost_its_lease_is_processed_when_postgres_returns() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 1, &[LEASE]) else {
        return;
    };
    let (link, id) = held(&cluster, &discord, &small());
    cluster.postgres.freeze(true);
    eventually("the worker cancels the download", || {
        (link.open_downloads() == 0).then_some(())
    });
    link.switch_to(Behaviour::Package);
    cluster.postgres.freeze(false);
    assert_processed_within(&cluster, &link, &id, RECOVERY);
}

#[test]
fn a_job_that_a_worker_fetched_during_an_outage_is_processed_afterwards() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 1, &[]) else {
        return;
    };
    fetch_during_outage(&cluster, &discord, |cluster, is_frozen| {
        cluster.postgres.freeze(is_frozen);
    });
    fetch_during_outage(&cluster, &discord, |cluster, is_frozen| {
        cluster.redis.freeze(is_frozen);
    });
}
