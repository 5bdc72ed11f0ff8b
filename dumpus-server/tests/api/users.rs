//! `GET /process/{package_id}/user/{user_id}`.

use serde_json::{Value, json};

use crate::support::{Instance, assert_common_headers, json, key};

#[tokio::test]
async fn users_are_served_to_owners_of_packages_with_the_documented_codes() {
    let instance = Instance::new();
    let unknown = instance.of_package(&key(0), "user/1").await;
    assert_eq!(unknown.0.status(), 401, "the package does not exist yet");
    instance.submit(&key(0)).await.assert_status_is_ok();
    let waiting = instance.of_package(&key(0), "user/1").await;
    assert_eq!(waiting.0.status(), 404, "a made-up link can be submitted, too");
    instance.process(&key(0), b"result").await;
    for (user, status, code) in [
        ("1", 200, Value::Null),
        ("2", 404, json!("NOT_FOUND")),
        ("deleted:123", 404, json!("NOT_FOUND")),
        ("%00", 404, json!("NOT_FOUND")),
        ("429", 429, json!("RATE_LIMITED")),
        ("500", 500, json!("SERVER_ERROR")),
        ("666", 500, json!("SERVER_ERROR")),
        ("", 404, json!("NOT_FOUND")),
    ] {
        let response = instance.of_package(&key(0), &format!("user/{user}")).await;
        assert_eq!(response.0.status().as_u16(), status, "{user}");
        assert_common_headers(&response);
        assert_eq!(response.0.header("cache-control"), Some("no-store"));
        assert_eq!(response.0.header("retry-after"), (status == 429).then_some("7"));
        let body = json(response).await;
        assert_eq!(body["errorMessageCode"], code, "{user}");
    }
    let ada = json(instance.of_package(&key(0), "user/1").await).await;
    assert_eq!(
        ada,
        json!({"user_id": "1", "username": "ada", "display_name": null,
               "avatar_url": "https://cdn.discordapp.com/embed/avatars/0.png"})
    );
    let foreign = instance
        .get(&format!("/process/{}/user/1", instance.id(&key(0))), &key(1))
        .await;
    assert_eq!(foreign.0.status(), 401);
}
