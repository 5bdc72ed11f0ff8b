//! Commands of an operator beside an instance of several processes.

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord};
use crate::support::process::operate;
use crate::support::wait::eventually;
use crate::world::small;

/// What a command beside the instance prints, and whether it succeeds.
fn command(cluster: &Cluster, arguments: &[&str]) -> (bool, String) {
    command_with(cluster, &cluster.redis.url(), arguments)
}

/// The same with another address of Redis.
fn command_with(cluster: &Cluster, redis: &str, arguments: &[&str]) -> (bool, String) {
    let postgres = cluster.postgres.url();
    let settings = [
        ("POSTGRES_URL", &*postgres),
        ("REDIS_URL", redis),
        ("DUMPUS_LOG", "off"),
    ];
    operate(arguments, &settings)
}

fn done(cluster: &Cluster, arguments: &[&str]) -> String {
    let (is_done, text) = command(cluster, arguments);
    assert!(is_done, "{arguments:?}: {text}");
    text
}

#[test]
fn a_worker_that_starts_while_the_lanes_are_paused_takes_nothing() {
    let discord = Discord::start();
    let Some(mut cluster) = Cluster::start(&discord, 1, 0, &[]) else {
        return;
    };
    done(&cluster, &["pause"]);
    let links = [(); 4].map(|()| discord.link(small(), Behaviour::Package));
    let ids: Vec<_> = links.iter().map(|link| cluster.servers[0].admit(&link.url)).collect();
    cluster.add_worker(&discord, &[("DUMPUS_DOWNLOADS", "4")], "");
    let later_beat = "SELECT count(*) FROM processes WHERE role = 'worker' AND seen_at > started_at";
    eventually("the worker reports again", || {
        (cluster.postgres.number(later_beat) == 1).then_some(())
    });
    assert_eq!(cluster.postgres.number("SELECT sum(attempts) FROM packages"), 0);
    done(&cluster, &["resume"]);
    for (link, id) in links.iter().zip(&ids) {
        assert_eq!(cluster.servers[0].settled(link, id)["isDataAvailable"], true);
    }
}

#[test]
fn lanes_are_not_paused_without_an_entry_in_the_audit_log() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 0, &[]) else {
        return;
    };
    let lock = cluster.postgres.lock("audit");
    let (is_done, text) = command(&cluster, &["pause"]);
    assert!(!is_done, "{text}");
    for lane in ["standard", "premium"] {
        assert!(text.contains(&format!("the {lane} lane is not paused")), "{text}");
    }
    drop(lock);
    assert_eq!(cluster.postgres.number("SELECT count(*) FROM paused_lanes"), 0);
    let server = cluster.postgres.ask("SELECT id FROM processes");
    let (is_done, text) = command(&cluster, &["drain", &server[0]]);
    assert!(!is_done && text.contains("is a server"), "{text}");
}
