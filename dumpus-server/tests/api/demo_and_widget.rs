//! The demo, and widgets.

use serde_json::json;

use crate::support::{Instance, assert_common_headers, json};

#[tokio::test]
async fn the_demo_needs_no_key_and_is_the_same_on_every_instance() {
    let instance = Instance::new();
    let mut files = Vec::new();
    for _ in 0..2 {
        let response = instance.client.get("/process/demo/data").send().await;
        response.assert_status_is_ok();
        assert_common_headers(&response);
        files.push(response.0.into_body().into_vec().await.unwrap());
    }
    assert_eq!(files[0], files[1]);
    assert!(files[0].starts_with(b"\x1f\x8b"));
    let other = Instance::new().client.get("/process/demo/data").send().await;
    assert_eq!(other.0.into_body().into_vec().await.unwrap(), files[0]);

    let blob = instance
        .client
        .get("/process/demo/blob")
        .header("Host", "box:5000")
        .send()
        .await;
    assert_eq!(
        json(blob).await,
        json!({"url": "http://box:5000/process/demo/data", "iv": null, "ttl": 300})
    );
}

#[tokio::test]
async fn a_widget_never_has_a_null_icon() {
    let instance = Instance::new();
    for (guild, status, error) in [
        ("1", 200, None),
        ("2", 404, Some("This guild has no icon.")),
        ("3", 404, Some("There is no such guild.")),
        ("x", 400, Some("The id of a guild has digits only.")),
    ] {
        let response = instance.client.get(format!("/widget/{guild}")).send().await;
        assert_eq!(response.0.status().as_u16(), status);
        let body = json(response).await;
        assert_eq!(body["error"].as_str(), error);
        if status == 200 {
            assert_eq!(
                body,
                json!({"name": "Garden", "icon_url": "https://cdn.example/icon.png", "member_count": 14})
            );
        }
    }
}

#[tokio::test]
async fn one_client_cannot_spend_the_requests_of_the_bot() {
    let instance = Instance::new();
    for number in 0..30 {
        let response = instance.client.get(format!("/widget/{}", 100 + number)).send().await;
        assert_eq!(response.0.status(), 404);
    }
    let response = instance.client.get("/widget/1").send().await;
    assert_eq!(response.0.status(), 429);
    assert!(response.0.header("retry-after").is_some());
}
