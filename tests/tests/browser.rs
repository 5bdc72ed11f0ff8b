//! The pages of the server, and the read path of the official client, in headless Chromium.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use dumpus_tests::Truth;
use serde_json::{Value, json};
use support::authority::Authority;
use support::directory::Directory;
use support::discord::{Behaviour, Discord};
use support::http::Request;
use support::instance::Instance;
use support::packages;

/// Runs a script of `client` with the server's address and further arguments, and returns what it prints.
fn run(script: &str, instance: &Instance, arguments: &[&str]) -> String {
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("client");
    assert!(
        client.join("node_modules/puppeteer-core").is_dir(),
        "puppeteer-core is not installed: run `npm ci` in tests/client"
    );
    let output = Command::new("node")
        .args([script, &format!("http://{}", instance.address)])
        .args(arguments)
        .current_dir(client)
        .output()
        .expect("Node.js is needed: install version 20 or newer, then run `npm ci` in tests/client");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {complaints}");
    String::from_utf8(output.stdout).unwrap()
}

/// `screenshots` in the folder of everything that cargo builds.
fn screenshots() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().join("screenshots")
}

#[test]
fn every_page_loads_completely_can_be_read_and_works() {
    let instance = Instance::start(&Discord::start(), &[("DUMPUS_RETENTION_DAYS", "30")]);
    let home = instance.send(&Request::get("/")).body;
    let home = String::from_utf8(home).unwrap();
    assert!(home.contains("Results are deleted after 30 days"), "{home}");
    run("pages.mjs", &instance, &[screenshots().to_str().unwrap()]);
}

#[test]
fn a_web_page_reads_a_package_from_its_link_to_the_last_chart_and_deletes_it() {
    let (discord, directory) = (Discord::start(), Directory::start());
    let settings = [
        ("DISWHO_BASE_URL", &*directory.base()),
        ("DISWHO_JWT_SECRET", "a secret of tests"),
    ];
    let instance = Instance::start(&discord, &settings);
    let (package, truth) = packages::small();
    let link = discord.link(package, Behaviour::Package);
    let replayed: Value = serde_json::from_str(&run("replay.mjs", &instance, &[&link.url])).unwrap();

    let package = &replayed["package"];
    // A worker is free: nobody is told that they wait at position 0.
    assert_ne!(package["first"]["processingStep"], "LOCKED", "{}", package["first"]);
    assert_answers(&package["answers"], &truth);
    assert_users(package["users"].as_array().unwrap(), &truth);
    assert_eq!(
        package["deleted"],
        json!({ "isDeleted": true, "errorMessageCode": null })
    );
    assert_eq!(package["after"]["errorMessageCode"], "UNKNOWN_PACKAGE_ID");

    let demo = &replayed["demo"];
    assert_eq!(demo["iv"], Value::Null);
    assert_eq!(demo["answers"]["owner"][0]["package_id"], "demo");

    assert_preflights(&instance.process.log_text());
}

#[test]
fn a_page_on_https_reads_a_package_through_a_proxy_that_nobody_configured() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let (package, truth) = packages::small();
    let link = discord.link(package, Behaviour::Package);
    let pem = Authority::new().pem_of(&["127.0.0.1"]);
    let replayed: Value = serde_json::from_str(&run("replay.mjs", &instance, &[&link.url, &pem])).unwrap();
    assert_answers(&replayed["package"]["answers"], &truth);
    for look_up in replayed["package"]["users"].as_array().unwrap() {
        assert_eq!(look_up["status"], 404, "there is no directory of users");
    }
    assert_eq!(replayed["demo"]["answers"]["owner"][0]["package_id"], "demo");
}

/// The numbers of the screens are those of the package.
fn assert_answers(answers: &Value, truth: &Truth) {
    let owner = truth.owner.as_ref().unwrap();
    assert_eq!(answers["owner"][0]["package_owner_id"], *owner.id);
    assert_eq!(answers["owner"][0]["package_owner_name"], *owner.name);
    let count = |event: &str| -> u64 {
        let rows = truth.activity.iter().filter(|row| row.event_name == event);
        rows.map(|row| row.occurence_count).sum()
    };
    for (question, column, event) in [
        ("chart of messages", "message_count", "message_sent"),
        ("messages by hour", "message_count", "message_sent"),
        ("openings by system", "count", "app_opened"),
        ("count of guild_joined", "count", "guild_joined"),
    ] {
        assert_eq!(sum(&answers[question], column), count(event), "{question}");
    }
    let people: BTreeSet<_> = truth.dm_channels_data.iter().map(|row| &row.dm_user_id).collect();
    assert_eq!(answers["people written to"][0]["count"], people.len());
    for (table, sessions) in [
        ("sessions in range", truth.sessions.len()),
        ("voice_sessions in range", truth.voice_sessions.len()),
    ] {
        assert_eq!(answers[table][0]["count"], sessions, "{table}");
    }
}

fn sum(rows: &Value, column: &str) -> u64 {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row[column].as_u64().unwrap()).sum()
}

/// All look-ups have found the user that they asked for.
fn assert_users(look_ups: &[Value], truth: &Truth) {
    assert_eq!(look_ups.len(), 21);
    for look_up in look_ups {
        let id = look_up["asked"].as_str().unwrap();
        assert!(truth.dm_channels_data.iter().any(|row| row.dm_user_id == id), "{id}");
        assert_eq!(look_up["status"], 200);
        assert_eq!(look_up["user"]["user_id"], id);
        assert_eq!(look_up["user"]["username"], format!("user{id}"));
    }
}

/// The browser has asked once for the permission to send each kind of request, however often the page polls, and never
/// for requests without headers of their own.
fn assert_preflights(log: &str) {
    let count = |method: &str, route: &str| {
        let request = format!("request{{http.method=\"{method}\" http.route=\"{route}\"}}: dumpus_server");
        log.matches(&request).count()
    };
    for (route, preflights) in [
        ("/process", 1),
        ("/process/{package_id}/status", 1),
        ("/process/{package_id}/blob", 1),
        ("/process/{package_id}", 1),
        ("/blobs/{blob_key}", 0),
        ("/process/demo/blob", 0),
        ("/process/demo/data", 0),
    ] {
        assert_eq!(count("OPTIONS", route), preflights, "{route}");
    }
    assert!(count("GET", "/process/{package_id}/status") > 1);
    assert_eq!(count("GET", "/blobs/{blob_key}"), 1);
}
