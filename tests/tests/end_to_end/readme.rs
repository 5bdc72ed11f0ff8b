//! The examples of the README work as printed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::directory::Directory;
use crate::support::discord::{Behaviour, Discord};
use crate::support::instance::Instance;
use crate::support::packages::small;
use crate::support::tables::assert_file_equals;

/// The shell examples with `curl` in a section.
fn examples(heading: &str) -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let (_, section) = readme.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let blocks = section
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    blocks.filter(|block| block.contains("curl ")).collect()
}

#[test]
fn the_curl_examples_of_the_readme_work_as_printed() {
    let (discord, directory) = (Discord::start(), Directory::start());
    let settings = [
        ("DISWHO_BASE_URL", directory.base()),
        ("DISWHO_JWT_SECRET", "a secret of this test".to_owned()),
    ];
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let instance = Instance::start(&discord, &settings);
    let (package, truth) = small();
    let link = discord.link(package, Behaviour::Package);

    let printed = examples("Use it from other programs");
    let (placeholder, address) = ("https://click.discord.com/ls/click?upn=...", "127.0.0.1:5000");
    assert!(printed.contains(placeholder) && printed.contains(address));
    let script = printed
        .replace(placeholder, &link.url)
        .replace(address, &instance.address.to_string());
    // An error response ends the script.
    let script = format!("set -euo pipefail; curl() {{ command curl --fail-with-body \"$@\"; }}\n{script}");
    let folder = tempfile::tempdir().unwrap();
    let run = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));

    assert_file_equals(&fs::read(folder.path().join("stats.sqlite")).unwrap(), &truth);
    let demo = fs::read(folder.path().join("demo.sqlite")).unwrap();
    assert!(demo.starts_with(b"SQLite format 3\0"));
    for part in ["\"username\"", "\"isDeleted\":true", "\"url\":\"http"] {
        assert!(said.contains(part), "{part} is missing in\n{said}");
    }
}
