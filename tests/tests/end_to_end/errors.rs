//! The causes of every error code, except those of downloads, which are in `downloads`.

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::discord::{Behaviour, Discord, fresh_key};
use crate::support::http::{Request, Response};
use crate::support::instance::{Instance, submission};
use crate::support::packages::small;

const STRANGER: &str = "00112233445566778899aabbccddeeff";

fn assert_error(response: &Response, status: u16, code: &str) {
    let body = response.json();
    assert_eq!(
        (response.status, &body["errorMessageCode"]),
        (status, &json!(code)),
        "{body}"
    );
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    assert!(response.header("content-type").unwrap().starts_with("application/json"));
    // The detail is a sentence, and never null in formats without a specific code.
    assert!(!body["errorDetail"].as_str().unwrap_or(" ").is_empty());
}

/// The id of a package that the instance does not know, and its key.
fn unknown_package(discord: &Discord, instance: &Instance) -> (String, String) {
    let link = discord.link(small().0, Behaviour::Package);
    let id = instance.process(&link);
    assert_eq!(instance.delete(&link.key, &id).status, 200);
    (link.key, id)
}

#[test]
fn invalid_links_are_rejected() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let key = fresh_key();
    for link in [
        "",
        "hello",
        "https://example.org/ls/click?upn=",
        &format!("https://click.discord.com.example.org/ls/click?upn={key}"),
        &format!("http://click.discord.com/ls/click?upn={key}"),
        &format!("https://click.discord.com/ls/click?upn={}", &key[..400]),
        &format!("https://click.discord.com@127.0.0.1/ls/click?upn={key}"),
        "file:///etc/passwd",
    ] {
        let response = instance.submit(link);
        assert_error(&response, 200, "INVALID_LINK");
        assert_eq!(
            (&response.json()["isAccepted"], &response.json()["packageId"]),
            (&json!(false), &Value::Null)
        );
    }
}

#[test]
fn invalid_bodies_are_rejected() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let post = |body: &str| instance.send(&Request::new("POST", "/process").body("application/json", body));
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"package_link": 5}"#,
        r#"{"package_link": null}"#,
        "\u{feff}{}",
    ] {
        let response = post(body);
        assert_error(&response, 400, "INVALID_REQUEST");
        assert_eq!(response.json()["isAccepted"], false);
    }
    let large = post(&json!({ "package_link": "x".repeat(20_000) }).to_string());
    assert_error(&large, 413, "INVALID_REQUEST");
    let binary = Request::new("POST", "/process").body("application/json", [0xff, 0xfe, 0, 1]);
    assert_error(&instance.send(&binary), 400, "INVALID_REQUEST");
}

#[test]
fn missing_and_malformed_keys_are_unauthorized() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let key = fresh_key();
    let headers = [
        "",
        "Bearer",
        "Bearer ",
        "Basic dTpw",
        &format!("Token {key}"),
        &format!("Bearer {key}"),
        "Bearer \u{e9}\u{1f511}",
    ];
    for path in ["status", "data", "blob", "user/1"].map(|path| format!("/process/{STRANGER}/{path}")) {
        assert_error(&instance.send(&Request::get(&path)), 401, "UNAUTHORIZED");
        for header in headers {
            assert_error(
                &instance.send(&Request::get(&path).header("Authorization", header)),
                401,
                "UNAUTHORIZED",
            );
        }
    }
    let delete = instance.send(&Request::new("DELETE", &format!("/process/{STRANGER}")));
    assert_error(&delete, 401, "UNAUTHORIZED");
    assert_eq!(delete.json()["isDeleted"], false);
    for id in ["not-an-id", "%ff%00", &"a".repeat(5_000)] {
        assert_error(
            &instance.get(&key, &format!("/process/{id}/status")),
            401,
            "UNAUTHORIZED",
        );
    }
}

#[test]
fn unknown_packages_are_reported() {
    let discord = Discord::start();
    let mut instance = Instance::start(&discord, &[]);
    let (key, id) = unknown_package(&discord, &instance);
    // It does not remember what it deleted a moment ago.
    instance.process.kill();
    instance.restart();
    let status = instance.get(&key, &format!("/process/{id}/status"));
    assert_error(&status, 200, "UNKNOWN_PACKAGE_ID");
    assert_eq!(
        (&status.json()["isProcessing"], &status.json()["isErrored"]),
        (&json!(false), &json!(false))
    );
    for path in ["data", "blob"] {
        assert_eq!(
            instance.get(&key, &format!("/process/{id}/{path}")).status,
            404,
            "{path}"
        );
    }
    assert_error(
        &instance.get(&key, &format!("/process/{id}/user/1")),
        401,
        "UNAUTHORIZED",
    );
    let deleted = instance.delete(&key, &id);
    assert_error(&deleted, 200, "UNKNOWN_PACKAGE_ID");
    assert_eq!(deleted.json()["isDeleted"], false);
}

#[test]
fn results_of_unfinished_packages_are_not_found() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let link = discord.link(small().0, Behaviour::Paused);
    let id = instance.admit(&link.url);
    for path in ["data", "blob"] {
        assert_eq!(
            instance.get(&link.key, &format!("/process/{id}/{path}")).status,
            404,
            "{path}"
        );
    }
    for user in ["deleted:1", "abc", "1"] {
        assert_eq!(
            instance.get(&link.key, &format!("/process/{id}/user/{user}")).status,
            404,
            "{user}"
        );
    }
}

#[test]
fn unknown_routes_and_methods_are_reported() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    for path in [
        "/nowhere",
        "/process/x/y/z",
        "/process/demo/nothing",
        "/blobs",
        "/admin/packages",
    ] {
        assert_error(&instance.send(&Request::get(path)), 404, "NOT_FOUND");
    }
    for (method, path) in [
        ("GET", "/process"),
        ("PUT", "/process"),
        ("POST", "/health"),
        ("DELETE", "/ready"),
    ] {
        assert_error(&instance.send(&Request::new(method, path)), 405, "METHOD_NOT_ALLOWED");
    }
}

#[test]
fn submissions_over_the_rate_limit_are_rejected() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_SUBMIT_RATE", "2/hour")]);
    let links: Vec<_> = (0..3).map(|_| discord.link(small().0, Behaviour::Package)).collect();
    for link in &links[..2] {
        instance.admit(&link.url);
    }
    let refused = instance.submit(&links[2].url);
    assert_error(&refused, 429, "RATE_LIMITED");
    assert_eq!(refused.json()["isAccepted"], false);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    // Pages submit again when they are loaded.
    instance.admit(&links[0].url);
}

#[test]
fn a_full_queue_accepts_no_new_package() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_MAX_QUEUE", "0")]);
    let link = discord.link(small().0, Behaviour::Package);
    let refused = instance.submit(&link.url);
    assert_error(&refused, 503, "SERVER_ERROR");
    assert_eq!(refused.json()["isAccepted"], false);
    assert_eq!(refused.header("retry-after"), Some("60"));
    Database::open(&instance.database()).assert_empty();
}

#[test]
fn a_locked_database_is_a_server_error_and_nothing_is_stored() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let mut database = Database::open(&instance.database());
    database.run("BEGIN IMMEDIATE");
    let link = discord.link(small().0, Behaviour::Package);
    let response = instance.send(&submission(&link.url));
    assert_error(&response, 503, "SERVER_ERROR");
    assert_eq!(response.json()["isAccepted"], false);
    assert!(response.header("retry-after").is_some());
    database.run("ROLLBACK");
    database.assert_empty();
    instance.process(&link);
}
