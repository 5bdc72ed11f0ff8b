//! The committed description of the API is the one that the server serves.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

#[expect(dead_code, reason = "a part of it is for other tests")]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dumpus_server::api::VERSION;
use serde_json::Value;

use support::{Instance, json};

fn committed(name: &str, current: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi").join(name);
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, current).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == current,
        "openapi/{name} is out of date: run `UPDATE_OPENAPI=1 cargo test -p dumpus-server --test openapi_drift`"
    );
}

async fn document(instance: &Instance) -> Value {
    json(instance.client.get("/openapi.json").send().await).await
}

fn names(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The fields of every 4xx body that the operations document; those of `Problem` where they document none.
fn error_shapes<'a>(document: &'a Value, operations: &Value) -> Vec<BTreeSet<&'a str>> {
    let responses = operations
        .as_object()
        .unwrap()
        .values()
        .flat_map(|operation| operation["responses"].as_object().unwrap());
    let errors = responses.filter(|(status, _)| status.starts_with('4'));
    let mut schemas: Vec<_> = errors
        .map(|(_, response)| {
            response
                .pointer("/content/application~1json; charset=utf-8/schema/$ref")
                .unwrap()
                .as_str()
                .unwrap()
        })
        .collect();
    if schemas.is_empty() {
        schemas.push("#/components/schemas/Problem");
    }
    let fields = |schema: &str| names(&document.pointer(&schema[1..]).unwrap()["properties"]);
    schemas.into_iter().map(fields).collect()
}

#[tokio::test]
async fn every_route_refuses_another_method_as_it_is_documented() {
    let instance = Instance::new();
    let document = document(&instance).await;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let response = instance.client.patch(path.replace(['{', '}'], "")).send().await;
        assert_eq!(response.0.status(), 405, "{path}");
        let allowed: BTreeSet<_> = response
            .0
            .header("allow")
            .unwrap()
            .split(", ")
            .map(str::to_lowercase)
            .collect();
        let mut documented = names(operations);
        documented.insert("options");
        if documented.contains("get") {
            documented.insert("head");
        }
        assert_eq!(
            allowed.iter().map(String::as_str).collect::<BTreeSet<_>>(),
            documented,
            "{path}"
        );
        let body = json(response).await;
        assert!(
            error_shapes(&document, operations).contains(&names(&body)),
            "{path}: {body}"
        );
    }
}

#[tokio::test]
async fn the_committed_description_is_current() {
    let instance = Instance::new();
    for name in ["openapi.json", "openapi.yaml"] {
        let response = instance.client.get(format!("/{name}")).send().await;
        committed(name, &response.0.into_body().into_string().await.unwrap());
    }
}

#[tokio::test]
async fn every_operation_has_an_id_a_group_and_its_errors() {
    let document = document(&Instance::new()).await;
    assert_eq!(document["info"]["version"], VERSION);
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 20, "{:?}", paths.keys());
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(operation["operationId"].is_string(), "{name}");
            assert!(operation["summary"].is_string(), "{name}");
            assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{name}");
            let responses = operation["responses"].as_object().unwrap();
            let is_about_package = path.starts_with("/process/{package_id}");
            assert!(!is_about_package || responses.contains_key("401"), "{name}");
            assert!(!is_about_package || operation["security"].is_array(), "{name}");
            let is_about_user = path.ends_with("{user_id}");
            assert_eq!(
                is_about_package && !is_about_user,
                is_about_package && responses.contains_key("503"),
                "{name}"
            );
        }
    }
}
