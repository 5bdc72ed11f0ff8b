//! Statistics equal the truth, through both routes.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::thread;

use dumpus_tests::{PackageSpec, Truth, generate_in_memory};
use flate2::read::GzDecoder;
use serde_json::json;

use crate::support::discord::{Behaviour, Discord, fresh_key};
use crate::support::http::Request;
use crate::support::instance::Instance;
use crate::support::packages::{small, small_of_seed};
use crate::support::tables::assert_file_equals;

fn from_data(instance: &Instance, key: &str, id: &str) -> Vec<u8> {
    let response = instance.get(key, &format!("/process/{id}/data"));
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("application/octet-stream"));
    assert_eq!(response.header("content-encoding"), None);
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let mut file = Vec::new();
    GzDecoder::new(response.body.as_slice()).read_to_end(&mut file).unwrap();
    file
}

/// Like the official client: in JavaScript, with another library.
fn from_blob(instance: &Instance, key: &str, id: &str) -> Vec<u8> {
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("client");
    let mut node = Command::new("node")
        .arg(client.join("decrypt.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Node.js is needed: install version 20 or newer");
    let task = json!({ "base": format!("http://{}", instance.address), "packageId": id, "key": key });
    node.stdin
        .take()
        .unwrap()
        .write_all(task.to_string().as_bytes())
        .unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn assert_results_equal(instance: &Instance, key: &str, id: &str, truth: &Truth) {
    let file = from_data(instance, key, id);
    assert_file_equals(&file, truth);
    assert!(
        from_blob(instance, key, id) == file,
        "the two routes return different files"
    );
}

#[test]
fn a_link_becomes_statistics_that_equal_the_truth() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    for seed in [1, 2] {
        let (package, truth) = small_of_seed(seed);
        let link = discord.link(package, Behaviour::Package);
        let id = instance.process(&link);
        assert_results_equal(&instance, &link.key, &id, &truth);
    }
}

#[test]
fn a_package_that_is_spooled_to_disk_gives_the_same_result_and_leaves_no_file() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_SPOOL_MEMORY", "1")]);
    let (package, truth) = generate_in_memory(&PackageSpec {
        seed: 3,
        size: 8_000_000,
        ..PackageSpec::default()
    });
    let link = discord.link(package, Behaviour::Paused);
    let id = instance.admit(&link.url);
    instance.half_downloaded(&link, &id);
    assert!(instance.process.nameless_bytes() > 0, "nothing is spooled");
    link.switch_to(Behaviour::Package);
    assert_eq!(instance.settled(&link, &id)["isDataAvailable"], true);
    assert_results_equal(&instance, &link.key, &id, &truth);
    assert_eq!(instance.process.nameless_bytes(), 0);
    assert_eq!(std::fs::read_dir(instance.temporary()).unwrap().count(), 0);
}

#[test]
fn links_to_an_origin_of_the_operator_are_processed() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let (package, truth) = small();
    let link = discord.link(package, Behaviour::Package);
    let id = instance.admit(&format!("  {}\n", link.plain_url));
    assert_eq!(instance.settled(&link, &id)["isDataAvailable"], true);
    assert_results_equal(&instance, &link.key, &id, &truth);
}

#[test]
fn the_demo_needs_no_key() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let response = instance.send(&Request::get("/process/demo/data"));
    assert_eq!(response.status, 200);
    let mut file = Vec::new();
    GzDecoder::new(response.body.as_slice()).read_to_end(&mut file).unwrap();
    assert!(from_blob(&instance, "", "demo") == file);
}

#[test]
fn simultaneous_submissions_queue_one_job() {
    const CALLERS: usize = 8;
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_CONCURRENCY", "4")]);
    let (package, _) = small();
    let link = discord.link(package, Behaviour::Paused);
    let barrier = Barrier::new(CALLERS);
    let ids: Vec<_> = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    instance.admit(&link.url)
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    });
    let id = &ids[0];
    assert!(ids.iter().all(|other| other == id));
    let status = instance.half_downloaded(&link, id);
    assert_eq!(status["processingQueuePosition"]["standardQueueTotal"], 1);
    assert_eq!(instance.admit(&link.url), *id, "a running package is not queued again");
    link.switch_to(Behaviour::Package);
    assert_eq!(instance.settled(&link, id)["isDataAvailable"], true);
    assert_eq!(
        instance.admit(&link.url),
        *id,
        "a processed package is not queued again"
    );
    assert_eq!(instance.status(&link.key, id)["isDataAvailable"], true);
    // An idle slot would have taken a second job, and would have downloaded the package again.
    assert_eq!((link.clicks(), link.downloads()), (1, 1));
}

#[test]
fn a_key_grants_access_to_its_own_package_only() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let link = discord.link(small().0, Behaviour::Package);
    let id = instance.process(&link);
    for path in ["data", "blob", "status", "user/1"] {
        let response = instance.get(&fresh_key(), &format!("/process/{id}/{path}"));
        assert_eq!(
            (response.status, &response.json()["errorMessageCode"]),
            (401, &json!("UNAUTHORIZED")),
            "{path}"
        );
    }
    assert_eq!(instance.delete(&fresh_key(), &id).status, 401);
    assert_eq!(instance.status(&link.key, &id)["isDataAvailable"], true);
}

#[test]
fn browsers_need_not_repeat_look_ups_if_there_is_no_directory_of_users() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let link = discord.link(small().0, Behaviour::Package);
    let id = instance.process(&link);
    let response = instance.get(&link.key, &format!("/process/{id}/user/1"));
    assert_eq!(response.status, 404);
    assert_eq!(response.header("cache-control"), Some("private, max-age=3600"));
    let foreign = instance.get(&fresh_key(), &format!("/process/{id}/user/1"));
    assert_eq!(foreign.status, 401);
    assert_eq!(foreign.header("cache-control"), Some("no-store"));
}
