//! Processes that start together.

use std::thread;

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord};
use crate::support::instance::Instance;
use crate::support::process::Process;
use crate::support::wait::eventually;
use crate::world::small;

#[test]
fn processes_that_start_together_on_an_empty_database_migrate_it_once_and_all_come_up() {
    const EACH: usize = 3;
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 0, 0, &[]) else {
        return;
    };
    let (postgres, redis) = (cluster.postgres.url(), cluster.redis.url());
    let backends = [("POSTGRES_URL", &*postgres), ("REDIS_URL", &*redis)];
    let folder = tempfile::tempdir().unwrap();
    let worker = |number: usize| {
        let own = backends.map(|(name, url)| (name.to_owned(), url.to_owned()));
        let settings = discord.settings().into_iter().chain(own).collect();
        Process::start(
            "dumpus-worker",
            &["run"],
            settings,
            &folder.path().join(number.to_string()),
        )
    };
    let servers: Vec<Instance> = thread::scope(|scope| {
        let starting: Vec<_> = (0..EACH)
            .map(|_| scope.spawn(|| Instance::start(&discord, &backends)))
            .collect();
        let workers: Vec<_> = (0..EACH).map(worker).collect();
        for worker in &workers {
            eventually("the worker comes up", || {
                worker.log_text().contains("the worker takes packages").then_some(())
            });
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
