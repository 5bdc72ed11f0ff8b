//! Workers that cannot work, beside others that can. They are always free, because they fail at once.

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::world::{LEASE, small};

/// What makes a worker useless: its settings, and its limits.
type Fault = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const FAULTS: [Fault; 4] = [
    (
        "another key",
        &[("DUMPUS_INSTANCE_KEY", "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=")],
        "",
    ),
    (
        "forgotten origins",
        &[("DL_ZIP_WHITELISTED_DOMAINS", "http://192.0.2.1")],
        "",
    ),
    // Enough for what is written at the start.
    (
        "no room",
        &[("DUMPUS_SPOOL_MEMORY", "0"), ("DUMPUS_LOG", "info")],
        "trap '' XFSZ; ulimit -f 16",
    ),
    ("no network", &[("DUMPUS_RESOLVE", "nowhere.test:443:127.0.0.1:9")], ""),
];

#[test]
fn a_worker_that_cannot_work_costs_no_package() {
    const PACKAGES: i64 = 60;
    let discord = Discord::start();
    let Some(mut cluster) = Cluster::start(&discord, 1, 3, &[LEASE]) else {
        return;
    };
    let package = small();
    for (fault, settings, limits) in FAULTS {
        let links: Vec<Link> = (0..PACKAGES)
            .map(|_| discord.link(package.clone(), Behaviour::Package))
            .collect();
        let faulty = cluster.add_worker(&discord, settings, limits);
        let server = &cluster.servers[0];
        let address = |(number, link): (usize, &'_ Link)| match number % 2 {
            0 => link.url.clone(),
            _ => link.plain_url.clone(),
        };
        let addresses = links.iter().enumerate().map(address);
        let ids: Vec<_> = addresses.map(|address| server.admit(&address)).collect();
        for (link, id) in links.iter().zip(&ids) {
            let status = server.settled(link, id);
            assert_eq!(status["isDataAvailable"], true, "{fault}: {status}");
        }
        let leases = "SELECT sum(lease_no) FROM packages";
        let leases = cluster.postgres.number(leases);
        assert!(leases > PACKAGES, "{fault}: the worker took no package");
        for (link, id) in links.iter().zip(&ids) {
            assert_eq!(server.delete(&link.key, id).status, 200);
        }
        cluster.workers[faulty].kill();
    }
}
