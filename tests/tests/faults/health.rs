//! What the health check of a worker sees.

use crate::support::cluster::Cluster;
use crate::support::discord::Discord;
use crate::support::process::Process;
use crate::support::wait::eventually;

/// Asks as a container engine does: in the worker's own surroundings, which know no backends here.
fn is_healthy(cluster: &Cluster) -> bool {
    let temporary = cluster.temporary(0);
    let log = temporary.join("health.log");
    let settings = vec![("TMPDIR".to_owned(), temporary.display().to_string())];
    Process::start("dumpus-worker", &["health"], settings, &log)
        .stopped()
        .success()
}

#[test]
fn a_worker_is_healthy_while_it_runs_and_not_while_it_hangs() {
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
    // It is not the worker that ails.
    cluster.redis.kill();
    cluster.postgres.kill();
    assert!(is_healthy(&cluster));
    cluster.workers[0].kill();
    assert!(!is_healthy(&cluster));
}
