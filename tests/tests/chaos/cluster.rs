//! One outage after the other, with recovery in between.

use dumpus_tests::{PackageSpec, generate_in_memory};

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::wait::eventually;

type Outage = fn(&mut Cluster);

fn small() -> Vec<u8> {
    let spec = PackageSpec {
        size: 50_000,
        ..PackageSpec::default()
    };
    generate_in_memory(&spec).0
}

/// Submits to the first server, and polls the second.
fn assert_processes(cluster: &Cluster, link: &Link) {
    let id = eventually("the package is accepted", || {
        let response = cluster.servers[0].submit(&link.url).json();
        response["packageId"].as_str().map(str::to_owned)
    });
    let status = cluster.servers[1].settled(link, &id);
    assert_eq!(status["isDataAvailable"], true, "{status}");
}

#[test]
fn packages_are_processed_after_each_outage() {
    let discord = Discord::start();
    let settings = [("DUMPUS_LEASE", "5s")];
    let Some(mut cluster) = Cluster::start(&discord, 2, 1, &settings) else {
        return;
    };
    let outages: [(&str, Outage); 6] = [
        ("a killed worker", |cluster| {
            cluster.workers[0].kill();
            cluster.restart_worker(0);
        }),
        ("a killed server", |cluster| {
            cluster.servers[0].process.kill();
            cluster.servers[0].restart();
        }),
        ("a killed Redis", |cluster| {
            cluster.redis.kill();
            cluster.redis.run();
        }),
        ("a restarted PostgreSQL", |cluster| {
            cluster.postgres.stop();
            cluster.postgres.run();
        }),
        ("a killed PostgreSQL", |cluster| {
            cluster.postgres.kill();
            cluster.postgres.run();
        }),
        ("a suspended PostgreSQL", |cluster| {
            cluster.postgres.freeze(true);
            let during = cluster.servers[0].submit("https://click.discord.com/ls/click?upn=none");
            assert_eq!(during.status, 200, "rejecting an invalid link needs no database");
            cluster.postgres.freeze(false);
        }),
    ];
    let package = small();
    for (what, outage) in outages {
        println!("{what}");
        let before = discord.link(package.clone(), Behaviour::Paused);
        let id = cluster.servers[0].admit(&before.url);
        cluster.servers[1].half_downloaded(&before, &id);
        outage(&mut cluster);
        before.switch_to(Behaviour::Package);
        let status = cluster.servers[1].settled(&before, &id);
        assert_eq!(status["isDataAvailable"], true, "{what}: {status}");
        assert_processes(&cluster, &discord.link(package.clone(), Behaviour::Package));
    }
    let (packages, blobs) = ("SELECT count(*) FROM packages", "SELECT count(*) FROM blobs");
    assert_eq!(cluster.postgres.number(packages), 12);
    assert_eq!(cluster.postgres.number(blobs), 12);
}
