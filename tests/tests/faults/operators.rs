//! Commands of an operator beside an instance of several processes.

use std::thread;
use std::time::{Duration, Instant};

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

#[test]
fn the_audit_log_keeps_no_id_of_a_package_that_is_erased_while_it_is_cancelled() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 0, &[]) else {
        return;
    };
    let id = cluster.servers[0].admit(&discord.link(small(), Behaviour::Package).url);
    // As the registry erases a package, up to the end of its transaction.
    let erasure = cluster
        .postgres
        .begin("DELETE FROM packages; UPDATE audit SET package = NULL");
    let begun = "SELECT count(*) FROM pg_locks
        WHERE granted AND mode = 'RowExclusiveLock' AND relation = 'audit'::regclass";
    eventually("the package is being erased", || {
        (cluster.postgres.number(begun) > 0).then_some(())
    });
    thread::scope(|scope| {
        let cancel = scope.spawn(|| command(&cluster, &["cancel", &id, "--yes"]));
        eventually("the command waits or ends", || {
            let is_waiting = cluster.postgres.waiting("INSERT INTO audit") > 0;
            (is_waiting || cancel.is_finished()).then_some(())
        });
        erasure.commit();
        let (is_done, text) = cancel.join().unwrap();
        assert!(!is_done && text.contains("no unfinished package"), "{text}");
    });
    let named = "SELECT count(*) FROM audit WHERE package IS NOT NULL";
    assert_eq!(cluster.postgres.number(named), 0);
    assert_eq!(cluster.postgres.number("SELECT count(*) FROM audit"), 1);
}

#[test]
fn a_command_does_not_make_a_queue_in_an_empty_redis() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 0, &[]) else {
        return;
    };
    let id = cluster.servers[0].admit(&discord.link(small(), Behaviour::Package).url);
    let empty = format!("{}/5", cluster.redis.url().trim_end_matches('/'));
    for arguments in [
        &["upgrade", &id][..],
        &["retry", &id],
        &["cancel", &id, "--yes"],
        &["erase", &id, "--yes"],
    ] {
        let (is_done, text) = command_with(&cluster, &empty, arguments);
        assert!(
            !is_done && text.contains("holds no queue") && text.contains("/5"),
            "{text}"
        );
    }
    assert_eq!(cluster.redis.ask(&["-n", "5", "DBSIZE"]), ["0"]);
    assert_eq!(cluster.postgres.number("SELECT count(*) FROM audit"), 0);
    let unchanged = "SELECT count(*) FROM packages WHERE ended_at IS NULL AND lane = 'standard'";
    assert_eq!(cluster.postgres.number(unchanged), 1);
    // The right one does.
    done(&cluster, &["upgrade", &id]);
    assert_eq!(cluster.postgres.number(unchanged), 0);
}

#[test]
fn a_command_says_soon_that_redis_cannot_be_reached() {
    let discord = Discord::start();
    let Some(mut cluster) = Cluster::start(&discord, 1, 0, &[]) else {
        return;
    };
    let id = cluster.servers[0].admit(&discord.link(small(), Behaviour::Package).url);
    let refused = |cluster: &Cluster| {
        for arguments in [["upgrade", &id, ""], ["cancel", &id, "--yes"]] {
            let arguments: Vec<_> = arguments.into_iter().filter(|word| !word.is_empty()).collect();
            let began = Instant::now();
            let (is_done, text) = command(cluster, &arguments);
            assert!(!is_done && text.contains("cannot be reached"), "{text}");
            assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        }
    };
    cluster.redis.freeze(true);
    refused(&cluster);
    cluster.redis.freeze(false);
    cluster.redis.kill();
    refused(&cluster);
}
