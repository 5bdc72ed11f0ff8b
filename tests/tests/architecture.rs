//! Dependencies between the crates point inwards, and what the threat model states is tested.
#![expect(clippy::unwrap_used, reason = "a failing setup fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Each crate, and the workspace crates that it may depend on.
const ALLOWED: [(&str, &[&str]); 7] = [
    ("dumpus-domain", &[]),
    ("dumpus-ports", &["dumpus-domain"]),
    ("dumpus-migrations", &[]),
    ("dumpus-adapters", &["dumpus-ports", "dumpus-migrations"]),
    ("dumpus-worker", &["dumpus-ports", "dumpus-adapters"]),
    ("dumpus-server", &["dumpus-ports", "dumpus-adapters", "dumpus-worker"]),
    ("dumpus-tests", &[]),
];

/// External crates that the domain may use: no I/O, no runtime, no wire format.
const DOMAIN_MAY_USE: &[&str] = &["base64", "foldhash", "indexmap", "thiserror", "url", "zeroize"];

/// External crates that the ports may use in addition.
const PORTS_MAY_USE: &[&str] = &[
    "async-trait",
    "backon",
    "bytes",
    "dumpus-domain",
    "thiserror",
    "tokio",
    "tokio-util",
    "tracing",
];

/// Technologies, and the only crate that may use each.
const BEHIND: [(&str, &[&str]); 10] = [
    ("sea-orm", &["dumpus-adapters"]),
    ("sea-orm-migration", &["dumpus-migrations"]),
    ("fred", &["dumpus-adapters"]),
    ("hyper", &["dumpus-adapters", "dumpus-server"]),
    ("zip", &["dumpus-adapters", "dumpus-tests"]),
    ("sqlx", &["dumpus-adapters"]),
    ("ring", &["dumpus-adapters"]),
    ("object_store", &["dumpus-adapters"]),
    ("poem", &["dumpus-server"]),
    ("poem-openapi", &["dumpus-server"]),
];

/// Normal dependencies of each workspace crate.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let all = package["dependencies"].as_array().unwrap().iter();
            let normal = all.filter(|dependency| dependency["kind"].is_null());
            (
                text(&package["name"]),
                normal.map(|dependency| text(&dependency["name"])).collect(),
            )
        })
        .collect()
}

#[test]
fn crates_depend_inwards_only() {
    let dependencies = dependencies();
    let known: BTreeSet<_> = ALLOWED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(dependencies.keys().cloned().collect::<BTreeSet<_>>(), known);
    for (name, allowed) in ALLOWED {
        for dependency in dependencies[name]
            .iter()
            .filter(|dependency| known.contains(*dependency))
        {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn the_core_uses_only_what_the_rules_need() {
    let dependencies = dependencies();
    for (name, may_use) in [("dumpus-domain", DOMAIN_MAY_USE), ("dumpus-ports", PORTS_MAY_USE)] {
        let allowed: BTreeSet<_> = may_use.iter().copied().map(str::to_owned).collect();
        let more: Vec<_> = dependencies[name].difference(&allowed).collect();
        assert!(more.is_empty(), "{name} uses {more:?}");
    }
}

#[test]
fn each_technology_is_used_by_its_own_crate_only() {
    for (name, used) in dependencies() {
        for (technology, crates) in BEHIND {
            assert!(
                !used.contains(technology) || crates.contains(&name.as_str()),
                "{name} uses {technology}"
            );
        }
    }
}

/// The backticked parts of a text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_statement_of_the_threat_model_names_a_test_that_exists() {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let page = std::fs::read_to_string(root.join("docs/threat-model.md")).unwrap();
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| Statement") && !line.starts_with("| ---"));
    let mut statements = 0;
    for row in rows {
        let proof = row.split('|').nth(2).unwrap();
        let mut names = quoted(proof);
        let file = names.next().unwrap_or_else(|| panic!("no test: {row}"));
        let source = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let tests: Vec<_> = names.collect();
        assert!(!tests.is_empty(), "no test: {row}");
        for test in tests {
            assert!(source.contains(&format!("fn {test}(")), "{file} has no test {test}");
        }
        statements += 1;
    }
    assert!(statements > 20, "{statements}");
}
