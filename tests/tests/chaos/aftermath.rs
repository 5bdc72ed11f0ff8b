//! Checks at the end of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::faults::left_in_redis;
use crate::owner::{End, Owner};
use crate::support::cluster::Cluster;
use crate::support::instance::Instance;
use crate::support::tables::assert_file_equals;
use crate::support::wait::eventually;
use crate::world::World;

/// Asserts that every package is in its expected state, exactly once, and that nothing is left of deleted packages.
pub(crate) fn assert_whole(cluster: &mut Cluster, owners: &mut [Owner], world: &World) {
    assert_statuses(owners, world);
    eventually("workers drop the jobs of deleted packages", || {
        left_in_redis(cluster).is_empty().then_some(())
    });
    stop_workers(cluster);
    assert_registry(cluster, owners);
    assert_blobs(cluster, owners, world);
    assert_plausible(cluster, world);
}

fn assert_statuses(owners: &mut [Owner], world: &World) {
    for owner in owners {
        let status = owner.final_status(world);
        match owner.end().unwrap() {
            End::Processed => {
                assert_eq!(status["processingStep"], "PROCESSED", "{status}");
                let file = owner.file(world).unwrap();
                assert_file_equals(&file, &world.truths[owner.truth]);
            }
            End::Failed(code) => assert_eq!(status["errorMessageCode"], code, "{status}"),
            End::Deleted => assert_eq!(status["errorMessageCode"], "UNKNOWN_PACKAGE_ID", "{status}"),
        }
    }
}

/// Stops all workers, and asserts that they leave no files and no jobs.
fn stop_workers(cluster: &mut Cluster) {
    for (number, worker) in cluster.workers.iter_mut().enumerate() {
        let ended = worker.ended();
        assert!(ended.is_none(), "worker {number} ended by itself: {ended:?}");
        worker.terminate();
    }
    for worker in &mut cluster.workers {
        assert!(worker.stopped().success());
    }
    let folders = (0..cluster.workers.len()).map(|worker| cluster.temporary(worker));
    for folder in folders.chain(cluster.servers.iter().map(Instance::temporary)) {
        let left: Vec<_> = fs::read_dir(&folder).unwrap().collect();
        assert!(left.is_empty(), "files are left: {left:?}");
    }
    let jobs = left_in_redis(cluster);
    assert!(jobs.is_empty(), "jobs are left: {jobs:?}");
}

fn assert_registry(cluster: &Cluster, owners: &[Owner]) {
    let rows = cluster
        .postgres
        .ask("SELECT encode(id, 'hex'), stage, coalesce(error_code, '') FROM packages");
    let expected = owners.iter().filter_map(|owner| {
        let end = match owner.end().unwrap() {
            End::Processed => "PROCESSED|".to_owned(),
            End::Failed(code) => code.to_owned(),
            End::Deleted => return None,
        };
        Some((owner.id.clone(), end))
    });
    let expected: BTreeMap<_, _> = expected.collect();
    assert_eq!(
        rows.len(),
        expected.len(),
        "a package is in the registry twice, is missing, or should be missing"
    );
    for row in rows {
        let (id, end) = row.split_once('|').unwrap();
        let known = expected.get(id).unwrap_or_else(|| panic!("{id} was deleted"));
        assert!(end.ends_with(known), "{id}: {end} instead of {known}");
    }
}

/// Asserts that each processed package has its own blob, and that the sweep deletes the orphans of killed workers.
fn assert_blobs(cluster: &mut Cluster, owners: &[Owner], world: &World) {
    let processed = owners
        .iter()
        .filter(|owner| owner.end() == Some(End::Processed))
        .count();
    let blobs = "SELECT encode(key, 'hex') FROM blobs";
    let all: BTreeSet<_> = cluster.postgres.ask(blobs).into_iter().collect();
    let pointed_to = cluster
        .postgres
        .ask("SELECT encode(blob_key, 'hex') FROM packages WHERE blob_key IS NOT NULL");
    assert_eq!(pointed_to.len(), processed);
    let pointed_to: BTreeSet<_> = pointed_to.into_iter().collect();
    assert_eq!(pointed_to.len(), processed, "two packages share a blob");
    assert!(pointed_to.is_subset(&all), "a blob is missing");
    let orphans = (all.len() - processed) as u64;
    world.tally.add("blobs: orphans of killed workers", orphans);
    let killed = world.tally.of_kind("faults: worker killed");
    assert!(orphans <= killed, "{orphans} results of {killed} killed workers");
    // A worker sweeps at startup, and deletes orphans that are older than a day.
    cluster
        .postgres
        .ask("UPDATE blobs SET created_at = created_at - 172800000");
    cluster.restart_worker(0);
    eventually("the sweep deletes the orphans", || {
        let left: BTreeSet<_> = cluster.postgres.ask(blobs).into_iter().collect();
        assert!(pointed_to.is_subset(&left), "the sweep deleted a blob in use");
        (left.len() == processed).then_some(())
    });
}

/// Asserts that each failed package can be explained by three faults, and that no position got worse.
fn assert_plausible(cluster: &Cluster, world: &World) {
    let tally = &world.tally;
    let of_workers = tally.of_kind("faults: worker");
    // An outage of the registry can end the attempts of all workers.
    let of_backends = tally.of_kind("faults: PostgreSQL") * cluster.workers.len() as u64;
    let given_up = tally.of("packages: given up and submitted again");
    assert!(
        given_up * 3 <= of_workers + of_backends,
        "{given_up} packages were given up"
    );
    assert_eq!(tally.of("positions: rose"), 0, "a queue position got worse");
    assert!(
        tally.of_kind("positions: pairs that") > 0,
        "no queue position was observed"
    );
}
