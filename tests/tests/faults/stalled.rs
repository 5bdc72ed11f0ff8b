//! Workers that stall for longer than their lease and then resume.

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::world::{LEASE, held, holder, recorded, small};

/// Suspends a worker in the middle of a download, calls `meanwhile`, and asserts that the worker changes nothing after it
/// resumes.
fn while_stalled<T>(cluster: &Cluster, discord: &Discord, meanwhile: impl FnOnce(&Link, &str) -> T) -> T {
    let (link, id) = held(cluster, discord, &small());
    let holder = holder(cluster);
    let (stalled, other) = (&cluster.workers[holder], &cluster.workers[1 - holder]);
    stalled.freeze(true);
    link.switch_to(Behaviour::Package);
    let done = meanwhile(&link, &id);
    let before = recorded(cluster);
    // Only the stalled worker can process the next package, and only after it has given up the previous one.
    other.freeze(true);
    stalled.freeze(false);
    let next = discord.link(small(), Behaviour::Package);
    let next_id = cluster.servers[0].process(&next);
    assert_eq!(cluster.servers[0].delete(&next.key, &next_id).status, 200);
    other.freeze(false);
    assert_eq!(recorded(cluster), before);
    done
}

#[test]
fn a_worker_that_stalled_beyond_its_lease_changes_nothing() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 2, &[LEASE]) else {
        return;
    };
    let server = &cluster.servers[0];
    let result = |link: &Link, id: &str| {
        let response = server.get(&link.key, &format!("/process/{id}/data"));
        assert_eq!(response.status, 200);
        response.body
    };

    let processed = while_stalled(&cluster, &discord, |link, id| {
        let status = server.settled(link, id);
        assert_eq!(status["isDataAvailable"], true, "{status}");
        (link.key.clone(), id.to_owned(), result(link, id))
    });
    let again = server.get(&processed.0, &format!("/process/{}/data", processed.1));
    assert!(again.body == processed.2);

    while_stalled(&cluster, &discord, |link, id| {
        assert_eq!(server.delete(&link.key, id).status, 200);
        assert_eq!(server.process(link), id);
    });

    while_stalled(&cluster, &discord, |link, id| {
        assert_eq!(server.delete(&link.key, id).status, 200);
    });
    let numbers = ["packages", "blobs"].map(|table| cluster.postgres.number(&format!("SELECT count(*) FROM {table}")));
    assert_eq!(numbers, [2, 2]);
}
