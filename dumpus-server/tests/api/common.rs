//! Behaviour of every route.

use dumpus_server::api::{ApiSettings, Cors};
use serde_json::json;

use crate::support::{Instance, assert_common_headers, json, key};

#[tokio::test]
async fn unknown_routes_and_methods_are_refused_in_documented_shapes() {
    let instance = Instance::new();
    let response = instance.client.get("/nowhere").send().await;
    assert_eq!(response.0.status(), 404);
    assert_common_headers(&response);
    assert_eq!(
        json(response).await,
        json!({"errorMessageCode": "NOT_FOUND", "errorDetail": "There is no such route."})
    );
    let response = instance.client.get("/process").send().await;
    assert_eq!(response.0.status(), 405);
    assert_common_headers(&response);
    assert_eq!(response.0.header("allow"), Some("POST, OPTIONS"));
    assert_eq!(
        json(response).await,
        json!({"isAccepted": false, "packageId": null, "errorMessageCode": "METHOD_NOT_ALLOWED"})
    );
    let response = instance.client.put("/process/x/status").send().await;
    assert_eq!(response.0.status(), 405);
    let body = json(response).await;
    assert_eq!(body["errorMessageCode"], "METHOD_NOT_ALLOWED");
    assert!(body["processingQueuePosition"].is_object());
}

#[tokio::test]
async fn preflights_succeed_for_every_route() {
    let instance = Instance::new();
    for path in [
        "/process",
        "/process/x",
        "/process/x/status",
        "/blobs/x",
        "/nowhere",
        "//process",
    ] {
        let request = instance.client.options(path).header("Origin", "capacitor://localhost");
        let request = request.header("Access-Control-Request-Method", "POST");
        let response = request
            .header("Access-Control-Request-Headers", "authorization,content-type")
            .send()
            .await;
        assert_eq!(response.0.status(), 204, "{path}");
        assert_common_headers(&response);
    }
}

#[tokio::test]
async fn with_a_list_only_listed_origins_are_allowed() {
    let instance = Instance::with(ApiSettings {
        cors: "https://dumpus.app, capacitor://localhost".parse::<Cors>().unwrap(),
        ..ApiSettings::default()
    });
    for (origin, granted) in [
        ("https://dumpus.app", Some("https://dumpus.app")),
        ("capacitor://localhost", Some("capacitor://localhost")),
        ("https://evil.example", None),
        ("https://dumpus.app.evil.example", None),
    ] {
        let response = instance.client.get("/health").header("Origin", origin).send().await;
        assert_eq!(response.0.header("access-control-allow-origin"), granted);
        assert_eq!(response.0.header("vary"), Some("Origin"));
        assert_eq!(response.0.header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn head_has_the_status_of_get() {
    let instance = Instance::new();
    let response = instance.client.head("/health").send().await;
    response.assert_status_is_ok();
    let response = instance
        .client
        .head(format!("/process/{}/status", instance.id(&key(0))))
        .send()
        .await;
    assert_eq!(response.0.status(), 401);
}
