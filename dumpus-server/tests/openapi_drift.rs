//! The committed description of the API is the one that the server serves.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

#[expect(dead_code, reason = "a part of it is for other tests")]
mod support;

use std::fs;
use std::path::Path;

use dumpus_server::api::{ApiSettings, VERSION};

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

#[tokio::test]
async fn the_committed_description_is_current() {
    let (_, documents) = support::api(&support::backends(), ApiSettings::default());
    committed("openapi.json", &documents.json);
    committed("openapi.yaml", &documents.yaml);
}

#[tokio::test]
async fn every_operation_has_an_id_a_group_and_its_errors() {
    let (_, documents) = support::api(&support::backends(), ApiSettings::default());
    let document: serde_json::Value = serde_json::from_str(&documents.json).unwrap();
    assert_eq!(document["info"]["version"], VERSION);
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 17, "{:?}", paths.keys());
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
