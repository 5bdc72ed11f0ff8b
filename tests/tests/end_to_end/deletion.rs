//! Deletion at any step leaves no row, blob, job or file, and cancels the work.

use std::fs;
use std::time::Duration;

use dumpus_tests::{PackageSpec, generate_in_memory};
use serde_json::json;

use crate::support::database::Database;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::instance::Instance;
use crate::support::packages::small;
use crate::support::wait::{eventually, within};

/// Maximum time between a deletion and the end of the work on the package.
const SOON: Duration = Duration::from_secs(1);

fn delete(instance: &Instance, link: &Link, id: &str) {
    let response = instance.delete(&link.key, id);
    assert_eq!(
        (response.status, response.json()["isDeleted"].as_bool()),
        (200, Some(true))
    );
}

/// Asserts that nothing is left of any package, and that the worker is free for another.
fn assert_nothing_is_left(discord: &Discord, instance: &Instance, link: &Link, id: &str) {
    assert_eq!(instance.status(&link.key, id)["errorMessageCode"], "UNKNOWN_PACKAGE_ID");
    Database::open(&instance.database()).assert_empty();
    assert_eq!(instance.process.nameless_bytes(), 0, "an archive is still spooled");
    assert_eq!(fs::read_dir(instance.temporary()).unwrap().count(), 0);

    let next = discord.link(small().0, Behaviour::Package);
    let next_id = instance.process(&next);
    instance.status_until(&next, &next_id, "without jobs", |status| {
        status["processingQueuePosition"]["standardQueueTotal"] == 0
    });
    assert_eq!(instance.status(&link.key, id)["errorMessageCode"], "UNKNOWN_PACKAGE_ID");
    delete(instance, &next, &next_id);
    Database::open(&instance.database()).assert_empty();
}

#[test]
fn a_waiting_package_is_never_downloaded() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let first = discord.link(small().0, Behaviour::Paused);
    let first_id = instance.admit(&first.url);
    instance.status_at_step(&first, &first_id, "DOWNLOADING");
    let waiting = discord.link(small().0, Behaviour::Package);
    let id = instance.admit(&waiting.url);
    assert_eq!(instance.status(&waiting.key, &id)["processingStep"], "LOCKED");
    delete(&instance, &waiting, &id);
    first.switch_to(Behaviour::Package);
    instance.settled(&first, &first_id);
    delete(&instance, &first, &first_id);
    assert_nothing_is_left(&discord, &instance, &waiting, &id);
    assert_eq!(waiting.clicks(), 0);
}

#[test]
fn deletion_cancels_a_download() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_SPOOL_MEMORY", "1")]);
    let (package, _) = generate_in_memory(&PackageSpec {
        size: 5_000_000,
        ..PackageSpec::default()
    });
    let link = discord.link(package, Behaviour::Paused);
    let id = instance.admit(&link.url);
    instance.half_downloaded(&link, &id);
    assert_eq!(link.open_downloads(), 1);
    delete(&instance, &link, &id);
    within(SOON, "the download is cancelled", || {
        (link.open_downloads() == 0).then_some(())
    });
    eventually("the spool is freed", || {
        (instance.process.nameless_bytes() == 0).then_some(())
    });
    assert_nothing_is_left(&discord, &instance, &link, &id);
}

#[test]
fn deletion_cancels_an_analysis_within_a_second() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_THREADS", "1"), ("DUMPUS_SPOOL_MEMORY", "1")]);
    let spec = PackageSpec {
        size: 500_000_000,
        level: 1,
        counted_percent: 1,
        message_percent: 60,
        ..PackageSpec::default()
    };
    let (package, _) = generate_in_memory(&spec);
    let link = discord.link(package, Behaviour::Package);
    let id = instance.admit(&link.url);
    let status = instance.status_until(&link, &id, "in analysis", |status| {
        status["processingStep"] == "ANALYZING" && status["processingProgress"].as_u64() > Some(0)
    });
    assert!(
        status["processingProgress"].as_u64() < Some(60),
        "the package is too small for this test: {status}"
    );
    delete(&instance, &link, &id);
    let deleted_at = instance.process.processor_ms();
    // Processor time, because the machine may be busy with other work: a thread that continues would use all of it.
    let mut last = deleted_at;
    let mut still = 0;
    eventually("the analysis stops", || {
        let now = instance.process.processor_ms();
        still = if now == last { still + 1 } else { 0 };
        last = now;
        (still == 25).then_some(())
    });
    let used = Duration::from_millis(last - deleted_at);
    assert!(used <= SOON, "the analysis continued for {used:?}");
    assert_nothing_is_left(&discord, &instance, &link, &id);
}

#[test]
fn a_deleted_package_is_gone_with_its_blob_and_its_address() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let link = discord.link(small().0, Behaviour::Package);
    let id = instance.process(&link);
    let located = instance.get(&link.key, &format!("/process/{id}/blob")).json();
    let address = located["url"].as_str().unwrap();
    let path = address
        .strip_prefix(&format!("http://{}", instance.address))
        .unwrap()
        .to_owned();
    let fetch = || instance.send(&crate::support::http::Request::get(&path)).status;
    assert_eq!(fetch(), 200);
    delete(&instance, &link, &id);
    assert_eq!(fetch(), 404);
    for path in ["data", "blob"] {
        assert_eq!(instance.get(&link.key, &format!("/process/{id}/{path}")).status, 404);
    }
    assert_nothing_is_left(&discord, &instance, &link, &id);
}

#[test]
fn a_failed_package_can_be_deleted() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let link = discord.link(small().0, Behaviour::Expired);
    let id = instance.admit(&link.url);
    instance.settled(&link, &id);
    delete(&instance, &link, &id);
    assert_nothing_is_left(&discord, &instance, &link, &id);
}

#[test]
fn a_package_that_is_deleted_and_submitted_again_is_processed_once_more() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let link = discord.link(small().0, Behaviour::Paused);
    let id = instance.admit(&link.url);
    instance.status_at_step(&link, &id, "DOWNLOADING");
    delete(&instance, &link, &id);
    link.switch_to(Behaviour::Package);
    assert_eq!(instance.process(&link), id);
    assert_eq!(
        Database::open(&instance.database()).number("SELECT count(*) FROM blobs"),
        1
    );
    let again = instance.delete(&link.key, &id).json();
    assert_eq!(again, json!({ "isDeleted": true, "errorMessageCode": null }));
}
