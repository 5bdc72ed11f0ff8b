//! Processes that start at the same time.

use std::{fs, thread};

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord};
use crate::support::instance::{Instance, ready};
use crate::support::process::{Process, is_worker_healthy};
use crate::support::wait::eventually;
use crate::world::small;

#[test]
fn processes_that_start_at_the_same_time_migrate_an_empty_database_once() {
    const EACH: usize = 3;
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 0, 0, &[]) else {
        return;
    };
    let (postgres, redis) = (cluster.postgres.url(), cluster.redis.url());
    let backends = [("POSTGRES_URL", &*postgres), ("REDIS_URL", &*redis)];
    let folder = tempfile::tempdir().unwrap();
    let temporary = |number: usize| folder.path().join(number.to_string());
    let worker = |number: usize| {
        let temporary = temporary(number);
        fs::create_dir(&temporary).unwrap();
        let own = backends.map(|(name, url)| (name.to_owned(), url.to_owned()));
        let mut settings: Vec<_> = discord.settings().into_iter().chain(own).collect();
        settings.push(("TMPDIR".to_owned(), temporary.display().to_string()));
        settings.push(("DUMPUS_WORKER_LISTEN".to_owned(), "127.0.0.1:0".to_owned()));
        Process::start("dumpus-worker", &["run"], settings, &temporary.join("log"))
    };
    let servers: Vec<Instance> = thread::scope(|scope| {
        let starting: Vec<_> = (0..EACH)
            .map(|_| scope.spawn(|| Instance::start(&discord, &backends)))
            .collect();
        let workers: Vec<_> = (0..EACH).map(worker).collect();
        for worker in &workers {
            eventually("the worker takes packages", || is_worker_healthy(worker).then_some(()));
        }
        let servers = starting.into_iter().map(|server| server.join().unwrap()).collect();
        let package = small();
        for server in &servers as &Vec<Instance> {
            server.process(&discord.link(package.clone(), Behaviour::Package));
        }
        servers
    });
    assert_eq!(servers.len(), EACH);
    let repeated = "SELECT count(*) - count(DISTINCT version) FROM seaql_migrations";
    assert_eq!(cluster.postgres.number(repeated), 0);
}

#[test]
fn processes_wait_for_backends_that_start_later() {
    let discord = Discord::start();
    let Some(mut cluster) = Cluster::start(&discord, 1, 1, &[]) else {
        return;
    };
    cluster.servers[0].process.kill();
    cluster.workers[0].kill();
    cluster.postgres.kill();
    cluster.redis.kill();
    cluster.servers[0].process.run();
    cluster.workers[0].run();
    let log = |cluster: &Cluster| cluster.servers[0].process.log_text();
    eventually("the server waits", || log(&cluster).contains("Waiting").then_some(()));
    cluster.postgres.run();
    cluster.redis.run();
    let server = &mut cluster.servers[0];
    server.address = ready(&mut server.process);
    server.process(&discord.link(small(), Behaviour::Package));
}
