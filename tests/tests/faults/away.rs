//! PostgreSQL or Redis away, in each way in which a server can be away.

use std::time::{Duration, Instant};

use crate::requests::{ask_all, of_package, ready, submit};
use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::wait::{eventually, within};
use crate::world::{LEASE, held, small};

/// Until everything goes on after a backend returned.
const BACK: Duration = Duration::from_secs(5);

type Step = fn(&mut Cluster);

/// A package that is processed, one in the hands of the only worker, and one that waits behind it.
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

    /// Without anybody's help but their owners' polls.
    fn assert_processed_within(&self, cluster: &Cluster, limit: Duration) {
        let began = Instant::now();
        for (link, id) in [&self.held, &self.waiting] {
            assert_processed_within(cluster, link, id, limit.saturating_sub(began.elapsed()));
        }
        println!("everything was done {:?} after the return", began.elapsed());
    }
}

fn assert_processed_within(cluster: &Cluster, link: &Link, id: &str, limit: Duration) {
    within(limit, "the package is processed", || {
        let status = cluster.servers[0].status(&link.key, id);
        (status["isDataAvailable"] == true).then_some(())
    });
}

/// What every outage has in common: what is asked during it, and what has to be true after it.
fn outage(cluster: &mut Cluster, discord: &Discord, away: Step, back: Step, backend: &str, without: &[&'static str]) {
    let packages = Packages::new(cluster, discord);
    away(cluster);
    let server = &cluster.servers[0];
    let (link, id) = &packages.processed;
    let refused = discord.link(small(), Behaviour::Package);
    let ask = |requests: Vec<_>| {
        for asked in ask_all(server, requests) {
            if without.contains(&asked.what) {
                asked.assert_answered();
                continue;
            }
            let body = asked.assert_unavailable();
            if asked.what == "ready" {
                let other = if backend == "registry" { "queue" } else { "registry" };
                assert_eq!((&body[backend], &body[other]), (&"down".into(), &"up".into()), "{body}");
            }
        }
    };
    let mut first = of_package(&link.key, id, &["data", "blob", "delete"]);
    first.extend([submit(&refused.url), ready()]);
    ask(first);
    // The worker comes to the end of its package while the backend is away.
    packages.held.0.switch_to(Behaviour::Package);
    // The snapshot that a server knows may be answered for some seconds.
    eventually("the snapshot is too old", || {
        let status = ask_all(server, of_package(&link.key, id, &["status"])).remove(0);
        if status.answer.status == 503 {
            return Some(());
        }
        status.assert_answered();
        None
    });
    let mut then = of_package(&link.key, id, &["status", "data"]);
    then.extend(of_package(&packages.waiting.0.key, &packages.waiting.1, &["status"]));
    then.extend([submit(&refused.url), submit(&packages.waiting.0.url), ready()]);
    ask(then);
    back(cluster);
    packages.assert_processed_within(cluster, BACK);
    let server = &cluster.servers[0];
    for asked in ask_all(server, of_package(&link.key, id, &["status", "data", "blob"])) {
        asked.assert_answered();
    }
    server.process(&refused);
    let answer = server.delete(&link.key, id).json();
    assert_eq!(answer["isDeleted"], true, "it was not deleted before");
}

#[test]
fn without_postgres_requests_are_refused_in_time_and_everything_continues_by_itself() {
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
            "held",
            |cluster| cluster.postgres.freeze(true),
            |cluster| cluster.postgres.freeze(false),
        ),
        (
            "stopped",
            |cluster| cluster.postgres.stop(),
            |cluster| cluster.postgres.run(),
        ),
    ];
    for (way, away, back) in ways {
        println!("{way}");
        outage(&mut cluster, &discord, away, back, "registry", &[]);
    }
}

#[test]
fn without_redis_results_are_given_the_rest_is_refused_in_time_and_everything_continues_by_itself() {
    let discord = Discord::start();
    let Some(mut cluster) = Cluster::start(&discord, 1, 1, &[]) else {
        return;
    };
    let ways: [(&str, Step, Step); 2] = [
        ("killed", |cluster| cluster.redis.kill(), |cluster| cluster.redis.run()),
        (
            "held",
            |cluster| cluster.redis.freeze(true),
            |cluster| cluster.redis.freeze(false),
        ),
    ];
    for (way, away, back) in ways {
        println!("{way}");
        outage(&mut cluster, &discord, away, back, "queue", &["data", "blob"]);
    }
}

/// Lets a worker that slept ask for a job while a backend is held, for as long as several of its requests take.
fn asked_during(cluster: &Cluster, discord: &Discord, freeze: fn(&Cluster, bool)) {
    let worker = &cluster.workers[0];
    worker.freeze(true);
    let link = discord.link(small(), Behaviour::Package);
    let id = cluster.servers[0].admit(&link.url);
    freeze(cluster, true);
    let told = worker.log_text().len();
    worker.freeze(false);
    eventually("the worker finds the backend away", || {
        let log = worker.log_text();
        let away = ["a job waits for it", "no work can be taken"];
        away.iter().any(|away| log[told..].contains(away)).then_some(())
    });
    // As long as it takes some more requests than the one that the worker told of to fail.
    for _ in 0..3 {
        ask_all(&cluster.servers[0], vec![ready()])[0].assert_unavailable();
    }
    freeze(cluster, false);
    assert_processed_within(cluster, &link, &id, BACK);
    let attempts = format!("SELECT attempts FROM packages WHERE encode(id, 'hex') = '{id}'");
    assert_eq!(cluster.postgres.number(&attempts), 1);
}

#[test]
fn a_package_whose_worker_could_not_keep_its_lease_goes_on_when_postgres_returns() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 1, &[LEASE]) else {
        return;
    };
    let (link, id) = held(&cluster, &discord, &small());
    cluster.postgres.freeze(true);
    eventually("the worker stops", || {
        let log = cluster.workers[0].log_text();
        log.contains("stopped work on a package").then_some(())
    });
    link.switch_to(Behaviour::Package);
    cluster.postgres.freeze(false);
    assert_processed_within(&cluster, &link, &id, BACK);
}

#[test]
fn a_job_that_a_worker_asked_for_while_a_backend_was_held_goes_on_at_its_return() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 1, &[]) else {
        return;
    };
    eventually("the worker comes up", || {
        cluster.workers[0].log_text().contains("takes packages").then_some(())
    });
    asked_during(&cluster, &discord, |cluster, is_held| cluster.postgres.freeze(is_held));
    asked_during(&cluster, &discord, |cluster, is_held| cluster.redis.freeze(is_held));
}
