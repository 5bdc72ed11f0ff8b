//! The pages of the server in headless Chromium.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::discord::Discord;
use support::http::Request;
use support::instance::Instance;

/// Runs a script of `client` with the server's address and another argument, and returns what it prints.
fn run(script: &str, instance: &Instance, argument: &str) -> String {
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("client");
    assert!(
        client.join("node_modules/puppeteer-core").is_dir(),
        "puppeteer-core is not installed: run `npm ci` in tests/client"
    );
    let output = Command::new("node")
        .args([script, &format!("http://{}", instance.address), argument])
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
    run("pages.mjs", &instance, screenshots().to_str().unwrap());
}
