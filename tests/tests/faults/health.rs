//! The health check of a worker.

use crate::support::cluster::Cluster;
use crate::support::discord::Discord;
use crate::support::process::is_worker_healthy;
use crate::support::wait::eventually;

fn is_healthy(cluster: &Cluster) -> bool {
    is_worker_healthy(&cluster.workers[0])
}

#[test]
fn a_worker_is_healthy_unless_it_hangs() {
    let discord = Discord::start();
    let Some(mut cluster) = Cluster::start(&discord, 0, 1, &[]) else {
        return;
    };
    let becomes = |cluster: &Cluster, expected: bool| {
        eventually("the health changes", || (is_healthy(cluster) == expected).then_some(()));
    };
    becomes(&cluster, true);
    cluster.workers[0].freeze(true);
    becomes(&cluster, false);
    cluster.workers[0].freeze(false);
    becomes(&cluster, true);
    // The worker itself is not at fault.
    cluster.redis.kill();
    cluster.postgres.kill();
    assert!(is_healthy(&cluster));
    cluster.workers[0].kill();
    assert!(!is_healthy(&cluster));
}
