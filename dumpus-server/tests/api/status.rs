//! `GET /process/{package_id}/status`.

use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::domain::lifecycle::{Failure, Stage};
use serde_json::{Value, json};

use crate::support::{ADMIN, Instance, json, key};

async fn status(instance: &Instance, key: &str) -> Value {
    let response = instance.of_package(key, "status").await;
    response.assert_status_is_ok();
    assert_eq!(response.0.header("cache-control"), Some("no-store"));
    json(response).await
}

#[tokio::test]
async fn a_package_is_followed_from_submission_to_result() {
    let instance = Instance::new();
    instance.submit(&key(0)).await.assert_status_is_ok();
    instance.submit(&key(1)).await.assert_status_is_ok();
    let waiting = status(&instance, &key(1)).await;
    assert_eq!(
        waiting["processingQueuePosition"],
        json!({"premiumQueueTotal": 0, "standardQueueTotal": 2, "premiumQueueUser": null, "standardQueueUser": 1,
               "standardWhenJoined": 1, "premiumWhenJoined": 0})
    );
    let lease = instance.lease().await;
    let leases = &instance.backends.registry.leases;
    leases.step(&lease, Stage::Downloading).await.unwrap();
    leases.progress(&lease, 42).await.unwrap();
    let running = status(&instance, &key(0)).await;
    assert_eq!(
        (&running["processingStep"], &running["processingProgress"]),
        (&json!("DOWNLOADING"), &json!(42))
    );
    leases
        .fail(
            &lease,
            &Failure::new(ErrorCode::ExpiredLink, FailureDetail::LinkExpired),
        )
        .await
        .unwrap();
    let failed = status(&instance, &key(0)).await;
    assert_eq!(
        (
            &failed["isErrored"],
            &failed["errorMessageCode"],
            &failed["errorDetail"]
        ),
        (
            &json!(true),
            &json!("EXPIRED_LINK"),
            &json!("The link has expired. Discord's links work for some days only; request a new package.")
        )
    );
    instance.process(&key(1), b"x").await;
    let processed = status(&instance, &key(1)).await;
    assert_eq!(
        (&processed["isDataAvailable"], &processed["processingStep"]),
        (&json!(true), &json!("PROCESSED"))
    );
}

#[tokio::test]
async fn a_failed_package_carries_no_error_after_it_is_submitted_again() {
    let instance = Instance::new();
    instance.submit(&key(0)).await.assert_status_is_ok();
    let lease = instance.lease().await;
    instance
        .backends
        .registry
        .leases
        .fail(&lease, &Failure::not_queued())
        .await
        .unwrap();
    instance.submit(&key(0)).await.assert_status_is_ok();
    let again = status(&instance, &key(0)).await;
    assert_eq!(
        (&again["isProcessing"], &again["errorMessageCode"]),
        (&json!(true), &Value::Null)
    );
}

#[tokio::test]
async fn an_upgraded_package_is_in_the_premium_lane() {
    let instance = Instance::new();
    instance.submit(&key(0)).await.assert_status_is_ok();
    let path = format!("/admin/packages/{}/upgrade", instance.id(&key(0)));
    let upgrade = instance
        .client
        .post(path)
        .header("Authorization", format!("Bearer {ADMIN}"));
    assert_eq!(
        json(upgrade.send().await).await,
        json!({"isUpgraded": true, "errorMessageCode": null})
    );
    let upgraded = status(&instance, &key(0)).await;
    assert_eq!(upgraded["isUpgraded"], true);
    assert_eq!(upgraded["processingQueuePosition"]["standardQueueUser"], Value::Null);
}

#[tokio::test]
async fn a_missing_foreign_or_malformed_key_is_401_in_the_shape_of_the_route() {
    let instance = Instance::new();
    instance.submit(&key(0)).await.assert_status_is_ok();
    let path = format!("/process/{}/status", instance.id(&key(0)));
    for header in [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        &format!("Bearer {}", key(1)),
        &key(0),
        "Bearer \u{e9}",
    ] {
        let mut request = instance.client.get(&path);
        if !header.is_empty() {
            let value = poem::http::HeaderValue::from_bytes(header.as_bytes()).unwrap();
            request = request.header("Authorization", value);
        }
        let response = request.send().await;
        assert_eq!(response.0.status(), 401, "{header:?}");
        let body = json(response).await;
        assert_eq!(body["errorMessageCode"], "UNAUTHORIZED");
        assert_eq!(
            (&body["isErrored"], &body["isProcessing"]),
            (&json!(false), &json!(false))
        );
        assert_eq!(body["processingQueuePosition"].as_object().unwrap().len(), 6);
    }
    for id in ["x", "%00", "%ff", "demo", "../status", &"0".repeat(32)] {
        let response = instance.get(&format!("/process/{id}/status"), &key(0)).await;
        assert!([401, 404].contains(&response.0.status().as_u16()), "{id}");
    }
}

#[tokio::test]
async fn repeated_slashes_lead_to_the_same_place() {
    let instance = Instance::new();
    let path = format!("//process///{}//status", instance.id(&key(0)));
    let response = instance.get(&path, &key(0)).await;
    response.assert_status_is_ok();
    assert_eq!(json(response).await["errorMessageCode"], "UNKNOWN_PACKAGE_ID");
}
