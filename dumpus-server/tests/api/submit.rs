//! `POST /process` and `DELETE /process/{package_id}`.

use dumpus_ports::domain::lifecycle::Stage;
use dumpus_server::api::ApiSettings;
use serde_json::json;

use crate::support::{Instance, assert_common_headers, json, key};

#[tokio::test]
async fn a_link_is_accepted_and_its_package_is_known_at_once() {
    let instance = Instance::new();
    let response = instance.submit(&key(1)).await;
    response.assert_status_is_ok();
    assert_common_headers(&response);
    let id = instance.id(&key(1)).to_string();
    assert_eq!(
        json(response).await,
        json!({"isAccepted": true, "packageId": id, "errorMessageCode": null})
    );
    let status = json(instance.of_package(&key(1), "status").await).await;
    assert_eq!(status["processingStep"], "LOCKED");
}

#[tokio::test]
async fn two_submissions_at_once_queue_one_job() {
    let instance = Instance::new();
    let (first, second) = (key(1), key(1));
    let (first, second) = tokio::join!(instance.submit(&first), instance.submit(&second));
    first.assert_status_is_ok();
    second.assert_status_is_ok();
    instance.lease().await;
    let status = json(instance.of_package(&key(1), "status").await).await;
    assert_eq!(status["processingQueuePosition"]["standardQueueTotal"], 1);
}

#[tokio::test]
async fn a_text_that_is_not_a_link_is_refused_with_a_code() {
    let instance = Instance::new();
    for link in [
        "",
        "https://example.org/?upn=x",
        "https://click.discord.com/ls/click?upn=short",
        "not a link",
    ] {
        let response = instance.post(&json!({ "package_link": link }).to_string()).await;
        response.assert_status_is_ok();
        assert_eq!(
            json(response).await,
            json!({"isAccepted": false, "packageId": null, "errorMessageCode": "INVALID_LINK"})
        );
    }
}

#[tokio::test]
async fn an_undocumented_body_is_refused_in_the_shape_of_the_route() {
    let instance = Instance::new();
    let refused = json!({"isAccepted": false, "packageId": null, "errorMessageCode": "INVALID_REQUEST"});
    for body in [
        "",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"package_link": 5}"#,
        r#"{"package_link": true}"#,
        r#"{"package_link": null}"#,
        r#"{"package_link": ["https://click.discord.com"]}"#,
        "\u{0}",
    ] {
        let response = instance.post(body).await;
        assert_eq!(response.0.status(), 400, "{body}");
        assert_common_headers(&response);
        assert_eq!(json(response).await, refused, "{body}");
    }
    let no_type = instance.client.post("/process").body("{}").send().await;
    assert_eq!(no_type.0.status(), 400);
    assert_eq!(json(no_type).await, refused);
}

#[tokio::test]
async fn a_body_over_16_kib_is_refused_in_the_shape_of_the_route() {
    let instance = Instance::new();
    let fits = json!({ "package_link": "x".repeat(16 * 1024 - 19) }).to_string();
    assert_eq!(fits.len(), 16 * 1024);
    instance.post(&fits).await.assert_status_is_ok();
    let response = instance.post(&format!("{fits} ")).await;
    assert_eq!(response.0.status(), 413);
    assert_common_headers(&response);
    assert_eq!(json(response).await["errorMessageCode"], "INVALID_REQUEST");
}

#[tokio::test]
async fn too_many_submissions_are_refused_with_the_time_to_wait() {
    let instance = Instance::with(ApiSettings {
        submit_rate: Some("2/minute".parse().unwrap()),
        ..ApiSettings::default()
    });
    for number in 0..2 {
        instance.submit(&key(number)).await.assert_status_is_ok();
    }
    let response = instance.submit(&key(2)).await;
    assert_eq!(response.0.status(), 429);
    assert_common_headers(&response);
    let wait: u64 = response.0.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=31).contains(&wait));
    assert_eq!(
        json(response).await,
        json!({"isAccepted": false, "packageId": null, "errorMessageCode": "RATE_LIMITED"})
    );
    let status = json(instance.of_package(&key(2), "status").await).await;
    assert_eq!(status["errorMessageCode"], "UNKNOWN_PACKAGE_ID");
}

#[tokio::test]
async fn a_deleted_package_is_unknown_and_its_worker_stores_nothing() {
    let instance = Instance::new();
    let delete = async || {
        let path = format!("/process/{}", instance.id(&key(1)));
        let request = instance
            .client
            .delete(path)
            .header("Authorization", format!("Bearer {}", key(1)));
        json(request.send().await).await
    };
    let unknown = json!({"isDeleted": false, "errorMessageCode": "UNKNOWN_PACKAGE_ID"});
    assert_eq!(delete().await, unknown);
    instance.submit(&key(1)).await.assert_status_is_ok();
    let lease = instance.lease().await;
    assert_eq!(delete().await, json!({"isDeleted": true, "errorMessageCode": null}));
    assert!(
        !instance
            .backends
            .registry
            .leases
            .step(&lease, Stage::Downloading)
            .await
            .unwrap()
    );
    let status = json(instance.of_package(&key(1), "status").await).await;
    assert_eq!(status["errorMessageCode"], "UNKNOWN_PACKAGE_ID");
    // Whoever lost the response asks again.
    assert_eq!(delete().await, json!({"isDeleted": true, "errorMessageCode": null}));
}
