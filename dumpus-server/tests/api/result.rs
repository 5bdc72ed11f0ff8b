//! `/data`, `/blob` and the signed addresses.

use dumpus_server::api::{ApiSettings, ProxySettings};
use serde_json::{Value, json};

use crate::support::{Instance, json, key};

const RESULT: &[u8] = b"\x1f\x8b statistics of a person";

/// The part of an address behind its host.
fn path_of(url: &Value) -> String {
    let url = url.as_str().unwrap();
    let rest = url.split_once("://").unwrap().1;
    rest[rest.find('/').unwrap()..].to_owned()
}

#[tokio::test]
async fn an_owner_gets_the_decrypted_result() {
    let instance = Instance::new();
    instance.process(&key(0), RESULT).await;
    let response = instance.of_package(&key(0), "data").await;
    response.assert_status_is_ok();
    assert_eq!(response.0.header("content-type"), Some("application/octet-stream"));
    assert_eq!(response.0.header("cache-control"), Some("no-store"));
    assert_eq!(response.0.into_body().into_vec().await.unwrap(), RESULT);
}

#[tokio::test]
async fn an_unfinished_package_has_no_result_yet() {
    let instance = Instance::new();
    instance.submit(&key(0)).await.assert_status_is_ok();
    for (owner, rest) in [(0, "data"), (0, "blob"), (1, "data"), (1, "blob")] {
        let response = instance.of_package(&key(owner), rest).await;
        assert_eq!(response.0.status(), 404);
        assert_eq!(json(response).await["errorMessageCode"], "NOT_FOUND");
    }
}

#[tokio::test]
async fn the_address_of_a_blob_works_without_headers_and_only_as_signed() {
    let instance = Instance::with(ApiSettings {
        proxy: ProxySettings {
            public_url: Some("https://dumpus.example".to_owned()),
            ..ProxySettings::default()
        },
        ..ApiSettings::default()
    });
    let blob = instance.process(&key(0), RESULT).await;
    let body = json(instance.of_package(&key(0), "blob").await).await;
    assert_eq!(body["ttl"], 300);
    assert_eq!(body["iv"].as_str().map(str::len), Some(32));
    let url = body["url"].as_str().unwrap();
    assert!(url.starts_with(&format!(
        "https://dumpus.example/blobs/{blob}?expires=1800000300&signature="
    )));
    assert!(!url.contains("u001"));

    let path = path_of(&body["url"]);
    let response = instance.client.get(&path).send().await;
    response.assert_status_is_ok();
    assert_eq!(response.0.header("access-control-allow-origin"), Some("*"));
    let sealed = response.0.into_body().into_vec().await.unwrap();
    assert_eq!(sealed.len() % 16, 0);
    assert!(!sealed.windows(4).any(|window| window == &RESULT[4..8]));

    let doubled = instance.client.get(format!("/{path}")).send().await;
    doubled.assert_status_is_ok();

    let forged = [
        path.replace("expires=1800000300", "expires=1800000301"),
        path.replace("signature=", "signature=00"),
        format!("/blobs/{blob}"),
        format!("/blobs/{blob}?expires=x&signature=zz"),
        path.replace("/blobs/", "/blobs/0"),
    ];
    for path in forged {
        let response = instance.client.get(&path).send().await;
        assert_eq!(response.0.status(), 404, "{path}");
        assert_eq!(json(response).await["errorMessageCode"], "NOT_FOUND");
    }
}

#[tokio::test]
async fn a_foreign_key_is_refused() {
    let instance = Instance::new();
    instance.process(&key(0), RESULT).await;
    for rest in ["data", "blob"] {
        let path = format!("/process/{}/{rest}", instance.id(&key(0)));
        let response = instance.get(&path, &key(1)).await;
        assert_eq!(response.0.status(), 401);
        assert_eq!(json(response).await["errorMessageCode"], "UNAUTHORIZED");
        let response = instance.client.get(&path).send().await;
        assert_eq!(response.0.status(), 401);
        assert_eq!(json(response).await["errorMessageCode"], "UNAUTHORIZED");
    }
}

#[tokio::test]
async fn a_tampered_result_is_not_sent() {
    let instance = Instance::new();
    let blob = instance.process(&key(0), RESULT).await;
    let blobs = &instance.backends.blobs;
    let mut sealed = blobs.get(blob).await.unwrap().unwrap().to_vec();
    sealed[3] ^= 1;
    blobs.delete(blob).await.unwrap();
    blobs.put(blob, sealed.into()).await.unwrap();
    for rest in ["data", "blob"] {
        let response = instance.of_package(&key(0), rest).await;
        assert_eq!(response.0.status(), 500);
        let body = json(response).await;
        assert_eq!(
            body,
            json!({"errorMessageCode": "SERVER_ERROR", "errorDetail": "Something went wrong on the server."})
        );
    }
}
