//! Workers that stall for longer than their lease, and wake up.

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::wait::eventually;
use crate::world::{LEASE, held, holder, recorded, small};

/// Lets a worker stall with a package in the middle of its download, does something meanwhile, and wakes it up.
fn asleep<T>(cluster: &Cluster, discord: &Discord, meanwhile: impl FnOnce(&Link, &str) -> T) -> T {
    let (link, id) = held(cluster, discord, &small());
    let stalled = &cluster.workers[holder(cluster)];
    stalled.freeze(true);
    link.switch_to(Behaviour::Package);
    let done = meanwhile(&link, &id);
    let before = recorded(cluster);
    let told = stalled.log_text().len();
    stalled.freeze(false);
    eventually("the worker notices", || {
        let log = stalled.log_text();
        let ends = ["stopped work on a package", "a result was dropped"];
        ends.iter().any(|end| log[told..].contains(end)).then_some(())
    });
    assert_eq!(recorded(cluster), before);
    done
}

#[test]
fn a_stalled_worker_that_wakes_after_its_lease_was_given_away_can_neither_store_nor_overwrite_anything() {
    let discord = Discord::start();
    let Some(cluster) = Cluster::start(&discord, 1, 2, &[LEASE]) else {
        return;
    };
    let server = &cluster.servers[0];
    let result = |link: &Link, id: &str| {
        let answer = server.get(&link.key, &format!("/process/{id}/data"));
        assert_eq!(answer.status, 200);
        answer.body
    };

    let given_away = asleep(&cluster, &discord, |link, id| {
        let status = server.settled(link, id);
        assert_eq!(status["isDataAvailable"], true, "{status}");
        (link.key.clone(), id.to_owned(), result(link, id))
    });
    let again = server.get(&given_away.0, &format!("/process/{}/data", given_away.1));
    assert!(again.body == given_away.2);

    asleep(&cluster, &discord, |link, id| {
        assert_eq!(server.delete(&link.key, id).status, 200);
        assert_eq!(server.process(link), id);
    });

    asleep(&cluster, &discord, |link, id| {
        assert_eq!(server.delete(&link.key, id).status, 200);
    });
    let numbers = ["packages", "blobs"].map(|table| cluster.postgres.number(&format!("SELECT count(*) FROM {table}")));
    assert_eq!(numbers, [2, 2]);
}
