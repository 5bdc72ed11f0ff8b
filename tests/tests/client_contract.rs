//! Replays the calls of the official client with their timing, and checks what it needs from each response.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::io::Read;
use std::thread;
use std::time::Duration;

use dumpus_tests::{PackageSpec, generate_in_memory};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use support::database::Database;
use support::directory::{ABSENT, BROKEN, Directory, LIMITED};
use support::discord::{Behaviour, Discord, fresh_key};
use support::http::{Request, Response};
use support::instance::{Instance, submission};

/// The origins of the client as an app and as a web page.
const ORIGINS: [&str; 2] = ["capacitor://localhost", "https://dumpus.app"];
/// Time between a submission and the first poll.
const FIRST_POLL: Duration = Duration::from_millis(50);
/// Time between polls.
const POLL: Duration = Duration::from_secs(1);
/// Number of users that the client looks up at the same time.
const LOOK_UPS: usize = 21;

/// The client, from the point of view of a server.
struct Client<'a> {
    instance: &'a Instance,
    origin: &'static str,
    /// The end of the address that the user entered.
    slash: &'static str,
}

impl Client<'_> {
    /// Sends the preflight of a browser and then the request, and asserts that the page may read the response.
    fn send(&self, method: &str, path: &str, headers: &str, request: impl Fn(&str) -> Request) -> Response {
        let path = format!("{}{path}", self.slash);
        let preflight = Request::new("OPTIONS", &path)
            .header("Origin", self.origin)
            .header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", headers);
        let allowed = self.instance.send(&preflight);
        assert!(
            matches!(allowed.status, 200 | 204),
            "preflight of {path}: {}",
            allowed.status
        );
        self.assert_readable(&allowed);
        let listed = |name: &str| allowed.header(name).unwrap().to_ascii_lowercase();
        let methods = listed("access-control-allow-methods");
        assert!(
            methods.split(", ").any(|listed| listed == method.to_ascii_lowercase()),
            "{methods}"
        );
        let names = listed("access-control-allow-headers");
        for name in headers.split(',').filter(|name| !name.is_empty()) {
            assert!(
                names.split(", ").any(|listed| listed == name),
                "{name} is not in {names}"
            );
        }
        assert_eq!(allowed.header("access-control-max-age"), Some("86400"));
        let response = self.instance.send(&request(&path).header("Origin", self.origin));
        self.assert_readable(&response);
        response
    }

    fn assert_readable(&self, response: &Response) {
        let origin = response.header("access-control-allow-origin");
        assert!(
            origin == Some("*") || origin == Some(self.origin),
            "{}: {origin:?}",
            response.status
        );
        assert_eq!(response.header("access-control-allow-credentials"), None);
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("content-encoding"), None);
    }

    fn get(&self, key: &str, path: &str) -> Response {
        self.send("GET", path, "authorization", |path| Request::get(path).bearer(key))
    }

    fn submit(&self, link: &str) -> Response {
        let request = |path: &str| {
            let body = json!({ "package_link": link }).to_string();
            Request::new("POST", path)
                .header("Accept", "application/json")
                .body("application/json", body)
        };
        self.send("POST", "/process", "content-type", request)
    }

    fn delete(&self, key: &str, id: &str) -> Response {
        let path = format!("/process/{id}");
        self.send("DELETE", &path, "authorization", |path| {
            Request::new("DELETE", path).bearer(key)
        })
    }

    fn status(&self, key: &str, id: &str) -> Value {
        let response = self.get(key, &format!("/process/{id}/status"));
        assert_eq!(response.status, 200);
        let status = response.json();
        assert_status_shape(&status);
        status
    }
}

/// Asserts that the status is complete; otherwise the client crashes.
fn assert_status_shape(status: &Value) {
    let is_text = |value: &Value| value.is_null() || value.is_string();
    for name in ["isDataAvailable", "isUpgraded", "isErrored", "isProcessing"] {
        assert!(status[name].is_boolean(), "{name}: {status}");
    }
    for name in ["errorMessageCode", "errorDetail", "processingStep"] {
        assert!(status.get(name).is_some_and(is_text), "{name}: {status}");
    }
    let progress = status.get("processingProgress").unwrap();
    assert!(progress.is_null() || progress.as_u64() <= Some(100), "{status}");
    let position = status["processingQueuePosition"].as_object().unwrap();
    for name in [
        "premiumQueueTotal",
        "standardQueueTotal",
        "standardWhenJoined",
        "premiumWhenJoined",
    ] {
        assert!(position[name].is_u64(), "{name}: {status}");
    }
    for name in ["premiumQueueUser", "standardQueueUser"] {
        assert!(
            position
                .get(name)
                .is_some_and(|value| value.is_null() || value.is_u64()),
            "{name}: {status}"
        );
    }
    assert_eq!((status.as_object().unwrap().len(), position.len()), (9, 6), "{status}");
}

fn replay(client: &Client<'_>, discord: &Discord, directory: &Directory, seed: u64) {
    let spec = PackageSpec {
        seed,
        size: 300_000,
        ..PackageSpec::default()
    };
    let link = discord.link(generate_in_memory(&spec).0, Behaviour::Paused);
    let submitted = client.submit(&link.url);
    assert_eq!(submitted.status, 200);
    let body = submitted.json();
    assert_eq!(
        (&body["isAccepted"], &body["errorMessageCode"]),
        (&json!(true), &Value::Null)
    );
    let id = body["packageId"].as_str().unwrap();
    assert!(
        id.len() == 32 && id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')),
        "{id}"
    );

    thread::sleep(FIRST_POLL);
    let mut status = client.status(&link.key, id);
    assert_ne!(
        status["errorMessageCode"], "UNKNOWN_PACKAGE_ID",
        "the package is known after a submission"
    );
    let mut polls = 0;
    while status["isProcessing"] == true {
        assert_eq!(
            (&status["isDataAvailable"], &status["isErrored"]),
            (&json!(false), &json!(false)),
            "{status}"
        );
        assert_eq!(status["errorMessageCode"], Value::Null);
        let step = status["processingStep"].as_str().unwrap();
        assert!(["LOCKED", "DOWNLOADING", "ANALYZING"].contains(&step), "{step}");
        assert!(polls < 120, "still {status}");
        // A poll has seen the package in progress, so it may finish now.
        link.switch_to(Behaviour::Package);
        thread::sleep(POLL);
        polls += 1;
        status = client.status(&link.key, id);
    }
    assert!(polls > 0, "{status}");
    assert_eq!(
        (&status["isDataAvailable"], &status["processingStep"]),
        (&json!(true), &json!("PROCESSED")),
        "{status}"
    );

    let located = client.get(&link.key, &format!("/process/{id}/blob")).json();
    let url = located["url"].as_str().unwrap();
    assert_eq!(located["iv"].as_str().map(str::len), Some(32));
    assert_eq!(located["ttl"], 300);
    assert!(
        !url.contains(&link.key[..32]) && !url.contains(id),
        "the address contains a secret: {url}"
    );
    let path = url
        .strip_prefix(&format!("http://{}", client.instance.address))
        .unwrap();
    // No custom header, so there is no preflight.
    let blob = client
        .instance
        .send(&Request::get(path).header("Origin", client.origin));
    client.assert_readable(&blob);
    assert_eq!((blob.status, blob.body.len() % 16), (200, 0));
    let data = client.get(&link.key, &format!("/process/{id}/data"));
    let mut file = Vec::new();
    GzDecoder::new(data.body.as_slice()).read_to_end(&mut file).unwrap();
    assert!(file.starts_with(b"SQLite format 3\0"));

    look_up(client, directory, &link.key, id, seed);

    assert_eq!(
        client.submit(&link.url).json()["packageId"],
        id,
        "a second import of the same link"
    );
    let deleted = client.delete(&link.key, id);
    assert_eq!(
        (deleted.status, deleted.json()),
        (200, json!({ "isDeleted": true, "errorMessageCode": null }))
    );
    assert_eq!(client.status(&link.key, id)["errorMessageCode"], "UNKNOWN_PACKAGE_ID");
    // A client that lost the response asks again.
    let again = client.delete(&link.key, id);
    assert_eq!((again.status, again.json()), (deleted.status, deleted.json()));
}

fn look_up(client: &Client<'_>, directory: &Directory, key: &str, id: &str, seed: u64) {
    let user = |number: usize| (170_000_000_000_000_000 + seed * 1000 + number as u64 / 2).to_string();
    thread::scope(|scope| {
        for number in 0..LOOK_UPS {
            scope.spawn(move || {
                // Each user twice, because two lists show the same friend.
                let user = user(number);
                let response = client.get(key, &format!("/process/{id}/user/{user}"));
                assert_eq!(response.status, 200);
                let found = response.json();
                assert_eq!(found["user_id"], user.as_str());
                assert_eq!(found["username"], format!("user{user}"));
                assert_eq!(found["display_name"], "Somebody");
                assert!(
                    found["avatar_url"]
                        .as_str()
                        .unwrap()
                        .starts_with("https://cdn.discordapp.com/"),
                    "{found}"
                );
            });
        }
    });
    for number in 0..LOOK_UPS {
        assert_eq!(directory.asked()[&user(number)], 1, "one request per user");
    }
    for (user, status) in [("deleted:1", 404), ("", 404), (ABSENT, 404), (BROKEN, 500)] {
        let response = client.get(key, &format!("/process/{id}/user/{user}"));
        assert_eq!(response.status, status, "{user}");
        assert!(response.json().is_object());
    }
    let foreign = client.get(&fresh_key(), &format!("/process/{id}/user/{}", user(0)));
    assert_eq!(foreign.status, 401);
}

#[test]
fn the_client_imports_a_package_and_deletes_it() {
    let (discord, directory) = (Discord::start(), Directory::start());
    let settings = [
        ("DISWHO_BASE_URL", &*directory.base()),
        ("DISWHO_JWT_SECRET", "a secret of the tests"),
    ];
    let instance = Instance::start(&discord, &settings);
    for (origin, slash, seed) in [(ORIGINS[0], "", 1), (ORIGINS[1], "/", 2)] {
        replay(
            &Client {
                instance: &instance,
                origin,
                slash,
            },
            &discord,
            &directory,
            seed,
        );
    }
}

#[test]
fn a_rate_limit_of_the_directory_is_passed_on() {
    let (discord, directory) = (Discord::start(), Directory::start());
    let settings = [
        ("DISWHO_BASE_URL", &*directory.base()),
        ("DISWHO_JWT_SECRET", "a secret of the tests"),
    ];
    let instance = Instance::start(&discord, &settings);
    let client = Client {
        instance: &instance,
        origin: ORIGINS[0],
        slash: "",
    };
    let link = discord.link(generate_in_memory(&PackageSpec::default()).0, Behaviour::Package);
    let id = instance.process(&link);
    let response = client.get(&link.key, &format!("/process/{id}/user/{LIMITED}"));
    assert_eq!(
        (response.status, &response.json()["errorMessageCode"]),
        (429, &json!("RATE_LIMITED"))
    );
    let wait: u64 = response.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
}

#[test]
fn the_page_can_read_every_response() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_SUBMIT_RATE", "4/hour")]);
    let link = discord.link(generate_in_memory(&PackageSpec::default()).0, Behaviour::Package);
    let id = instance.process(&link);
    let key = fresh_key();
    for origin in ORIGINS {
        let client = Client {
            instance: &instance,
            origin,
            slash: "",
        };
        let assert = |request: Request, status: u16, code: &str| {
            let response = instance.send(&request.header("Origin", origin));
            assert_eq!(
                (response.status, &response.json()["errorMessageCode"]),
                (status, &json!(code))
            );
            client.assert_readable(&response);
        };
        for path in ["status", "data", "blob", "user/1"] {
            assert(
                Request::get(&format!("/process/{id}/{path}")).bearer(&key),
                401,
                "UNAUTHORIZED",
            );
        }
        assert(Request::new("DELETE", &format!("/process/{id}")), 401, "UNAUTHORIZED");
        assert(Request::get("/nowhere"), 404, "NOT_FOUND");
        assert(Request::new("PUT", "/process"), 405, "METHOD_NOT_ALLOWED");
        let large = json!({ "package_link": "x".repeat(20_000) }).to_string();
        assert(
            Request::new("POST", "/process").body("application/json", large),
            413,
            "INVALID_REQUEST",
        );
        assert(
            Request::get(&format!("/blobs/{}?expires=1&signature=00", "0".repeat(32))),
            404,
            "NOT_FOUND",
        );
    }
    let client = Client {
        instance: &instance,
        origin: ORIGINS[0],
        slash: "",
    };
    let limited = (0..5)
        .map(|_| client.submit(&discord.link(Vec::new(), Behaviour::Paused).url))
        .find(|response| response.status == 429);
    assert_eq!(limited.unwrap().json()["errorMessageCode"], "RATE_LIMITED");

    // Make the database unusable.
    let mut database = Database::open(&instance.database());
    database.run("ALTER TABLE packages RENAME TO elsewhere");
    for path in ["status", "data", "blob", "user/1"] {
        let response = client.get(&link.key, &format!("/process/{id}/{path}"));
        assert!(matches!(response.status, 500 | 503), "{path}: {}", response.status);
        if path == "status" {
            assert_status_shape(&response.json());
        } else {
            assert_eq!(response.json()["errorMessageCode"], "SERVER_ERROR", "{path}");
        }
        if path.starts_with("user") {
            assert_eq!(response.status, 500, "the client takes other codes for users");
        }
    }
    let deleted = client.delete(&link.key, &id);
    assert_eq!(
        deleted.json(),
        json!({ "isDeleted": false, "errorMessageCode": "SERVER_ERROR" })
    );
}

#[test]
fn a_locked_database_lets_the_client_retry() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let client = Client {
        instance: &instance,
        origin: ORIGINS[0],
        slash: "",
    };
    let mut database = Database::open(&instance.database());
    database.run("BEGIN IMMEDIATE");
    let link = discord.link(generate_in_memory(&PackageSpec::default()).0, Behaviour::Package);
    let response = client.submit(&link.url);
    assert_eq!(
        (response.status, &response.json()["errorMessageCode"]),
        (503, &json!("SERVER_ERROR"))
    );
    database.run("ROLLBACK");
    assert_eq!(instance.send(&submission(&link.url)).status, 200);
}

#[test]
fn origins_can_be_restricted() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_CORS_ORIGINS", ORIGINS[1])]);
    for (origin, allowed) in [
        (ORIGINS[1], Some(ORIGINS[1])),
        (ORIGINS[0], None),
        ("https://dumpus.app.example", None),
    ] {
        let response = instance.send(&Request::get("/nowhere").header("Origin", origin));
        assert_eq!(response.header("access-control-allow-origin"), allowed);
        assert!(response.header("vary").unwrap().to_ascii_lowercase().contains("origin"));
    }
}
