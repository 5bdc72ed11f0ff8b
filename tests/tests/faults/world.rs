//! Common setup of these tests.

use dumpus_tests::{PackageSpec, generate_in_memory};

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::process::Process;
use crate::support::wait::eventually;

/// The shortest lease that the programs accept.
pub(crate) const LEASE: (&str, &str) = ("DUMPUS_LEASE", "5s");

pub(crate) fn small() -> Vec<u8> {
    let spec = PackageSpec {
        size: 50_000,
        ..PackageSpec::default()
    };
    generate_in_memory(&spec).0
}

/// A package that a worker has half downloaded, until the behaviour of its link changes.
pub(crate) fn held(cluster: &Cluster, discord: &Discord, package: &[u8]) -> (Link, String) {
    let link = discord.link(package.to_vec(), Behaviour::Paused);
    let id = cluster.servers[0].admit(&link.url);
    cluster.servers[0].half_downloaded(&link, &id);
    (link, id)
}

/// The worker that holds the only delivered job.
pub(crate) fn holder(cluster: &Cluster) -> usize {
    let ask = ["XPENDING", "{dumpus}:v1:lane:standard", "workers", "-", "+", "10"];
    eventually("one worker holds the job", || {
        // Entry, consumer, idle time, number of deliveries.
        let claims = cluster.redis.ask(&ask);
        let consumer = claims.get(1).filter(|_| claims.len() == 4)?;
        let (process, _) = consumer.split_once('-')?;
        let is_holder = |worker: &Process| worker.is_running() && worker.id().to_string() == process;
        cluster.workers.iter().position(is_holder)
    })
}

/// All rows of packages and results.
pub(crate) fn recorded(cluster: &Cluster) -> [Vec<String>; 2] {
    [
        cluster.postgres.ask("SELECT * FROM packages ORDER BY id"),
        cluster.postgres.ask("SELECT key, md5(bytes) FROM blobs ORDER BY key"),
    ]
}
