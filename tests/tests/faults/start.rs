//! Processes that start at the same time.

use std::{fs, thread};

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord};
use crate::support::instance::{Instance, ready};
use crate::support::process::{Process, is_worker_healthy, operate};
use crate::support::redis_server::lasting_port;
use crate::support::services::psql;
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
fn commands_create_nothing_in_a_database_without_an_instance_and_servers_say_that_they_do() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 0, &[]) else {
        return;
    };
    let log = cluster.servers[0].process.log_text();
    assert!(
        log.contains("A new, empty instance begins in postgres at 127.0.0.1:"),
        "{log}"
    );
    cluster.postgres.ask("CREATE DATABASE other");
    let (postgres, redis) = (cluster.postgres.url(), cluster.redis.url());
    let other = format!("{}/other", postgres.rsplit_once('/').unwrap().0);
    let settings = [("POSTGRES_URL", &*other), ("REDIS_URL", &*redis)];
    let package = "0".repeat(32);
    for command in [
        &["status"][..],
        &["instance"],
        &["audit"],
        &["pause"],
        &["trust-clock"],
        &["package", &package],
        &["retry", &package],
        &["erase", "--yes", &package],
    ] {
        let (is_done, text) = operate(command, &settings);
        assert!(
            !is_done && text.contains("no instance is in other at 127.0.0.1:"),
            "{text}"
        );
    }
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(psql(&other, tables), b"0\n");
}

#[test]
fn a_server_that_ends_at_its_start_does_not_say_where_it_is() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 0, &[]) else {
        return;
    };
    let (postgres, redis) = (cluster.postgres.url(), cluster.redis.url());
    let listen = format!("127.0.0.1:{}", lasting_port());
    let settings = [
        ("POSTGRES_URL", &*postgres),
        ("REDIS_URL", &*redis),
        ("DUMPUS_LISTEN", &*listen),
        ("DUMPUS_INSTANCE_KEY", "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg="),
    ];
    let (is_done, text) = operate(&[], &settings);
    assert!(!is_done && text.contains("has another instance key"), "{text}");
    assert!(!text.contains("is at http://"), "{text}");
    let (is_done, text) = operate(&["status"], &settings);
    assert!(
        is_done && text.contains(&format!("does not answer at {listen} ")),
        "{text}"
    );
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
