//! Routes for the operator, and pages.

use std::collections::BTreeMap;
use std::time::Duration;

use dumpus_ports::domain::process::{Heartbeat, KeyCheck, ProcessId, ProcessState, Role, SharedSettings};
use dumpus_ports::domain::queue::Lane;
use dumpus_server::api::ApiSettings;
use serde_json::json;

use crate::support::{ADMIN, Instance, assert_common_headers, json, key};

#[tokio::test]
async fn upgrades_require_the_admin_token() {
    let instance = Instance::new();
    let path = format!("/admin/packages/{}/upgrade", instance.id(&key(0)));
    for (token, status, code) in [
        (None, 401, "UNAUTHORIZED"),
        (Some("wrong"), 401, "UNAUTHORIZED"),
        (Some(ADMIN), 200, "UNKNOWN_PACKAGE_ID"),
    ] {
        let mut request = instance.client.post(&path);
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let response = request.send().await;
        assert_eq!(response.0.status().as_u16(), status);
        assert_eq!(
            json(response).await,
            json!({"isUpgraded": false, "errorMessageCode": code})
        );
    }
    let without = Instance::with(ApiSettings::default());
    for (token, path) in [("", &*path), (ADMIN, &path), (ADMIN, "/admin/packages/%ff/upgrade")] {
        let request = without
            .client
            .post(path)
            .header("Authorization", format!("Bearer {token}"));
        let response = request.send().await;
        assert_eq!(response.0.status(), 404);
        assert_eq!(json(response).await["errorMessageCode"], "NOT_FOUND");
    }
}

#[tokio::test(start_paused = true)]
async fn health_and_readiness_are_reported() {
    let instance = Instance::with(ApiSettings {
        hostname: "box".to_owned(),
        ..ApiSettings::default()
    });
    let health = json(instance.client.get("/health").send().await).await;
    assert_eq!(health, json!({"status": "alive", "hostname": "box"}));
    let worker = |lanes: &[Lane], state, fault: Option<&str>| Heartbeat {
        id: ProcessId([1; 6]),
        role: Role::Worker,
        host: "box".to_owned(),
        version: "1".to_owned(),
        lanes: lanes.to_vec(),
        state,
        fault: fault.map(str::to_owned),
        done: 0,
        failed: 0,
        memory: None,
        settings: SharedSettings {
            key: KeyCheck([1; 8]),
            other_key: None,
            max_download: 0,
            values: BTreeMap::new(),
        },
    };
    let (idle, faulty) = (ProcessState::Idle, ProcessState::Faulty);
    let processes = &instance.backends.registry.processes;
    for (beat, paused, reasons) in [
        (None, false, json!(["No worker is there."])),
        (Some(worker(&Lane::ALL, idle, None)), false, json!([])),
        (
            Some(worker(&Lane::ALL, idle, None)),
            true,
            json!(["The standard lane is paused."]),
        ),
        (
            Some(worker(&[Lane::Premium], idle, None)),
            false,
            json!(["No worker serves the standard lane."]),
        ),
        (
            Some(worker(&Lane::ALL, ProcessState::Draining, None)),
            false,
            json!(["Every worker is drained."]),
        ),
        (
            Some(worker(&Lane::ALL, faulty, Some("no network"))),
            false,
            json!(["Every worker is faulty: no network."]),
        ),
    ] {
        let workers = u64::from(beat.is_some());
        if let Some(beat) = beat {
            processes.beat(&beat).await.unwrap();
        }
        processes.pause(Lane::Standard, paused).await.unwrap();
        tokio::time::advance(Duration::from_secs(4)).await;
        let status = if reasons == json!([]) { "ready" } else { "degraded" };
        let ready = instance.client.get("/ready").send().await;
        ready.assert_status_is_ok();
        assert_eq!(
            json(ready).await,
            json!({
                "status": status, "registry": "up", "queue": "up", "blobs": "up", "workers": workers, "reasons": reasons,
            })
        );
    }
}

#[tokio::test]
async fn the_description_is_served_as_json_and_as_yaml() {
    let instance = Instance::new();
    for (path, kind, start) in [
        ("/openapi.json", "application/json", "{\n"),
        ("/openapi.yaml", "application/yaml", "components:\n"),
    ] {
        let response = instance.client.get(path).send().await;
        response.assert_status_is_ok();
        assert_common_headers(&response);
        assert_eq!(response.0.header("content-type"), Some(kind));
        let document = response.0.into_body().into_string().await.unwrap();
        assert!(document.starts_with(start), "{path}");
    }
}

#[tokio::test]
async fn pages_load_nothing_from_other_hosts() {
    let instance = Instance::new();
    for path in ["/", "/docs"] {
        let response = instance.client.get(path).send().await;
        response.assert_status_is_ok();
        assert!(response.0.header("content-type").unwrap().starts_with("text/html"));
        let policy = response.0.header("content-security-policy").unwrap().to_owned();
        assert!(
            policy.starts_with("default-src 'self'") && !policy.contains("http"),
            "{policy}"
        );
        let page = response.0.into_body().into_string().await.unwrap();
        // Links that a reader follows may lead elsewhere, what the page loads may not.
        for load in ["src=\"", "<link rel=\"icon\" href=\""] {
            for (at, _) in page.match_indices(load) {
                let address = page[at + load.len()..].split('"').next().unwrap();
                assert!(!address.contains("//"), "{path}: {address}");
            }
        }
    }
}

#[tokio::test]
async fn the_icon_of_the_pages_is_served() {
    let instance = Instance::new();
    for path in ["/favicon.svg", "/favicon.ico"] {
        let response = instance.client.get(path).send().await;
        response.assert_status_is_ok();
        assert_eq!(response.0.header("content-type"), Some("image/svg+xml"));
        assert_eq!(response.0.header("cache-control"), Some("public, max-age=86400"));
        let icon = response.0.into_body().into_string().await.unwrap();
        assert!(icon.starts_with("<svg "), "{icon}");
    }
}
