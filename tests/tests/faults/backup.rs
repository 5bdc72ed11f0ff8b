//! Backups that are restored as `docs/self-hosting.md` says, and data of earlier releases.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::instance::Instance;
use crate::world::small;

/// The first command of the page that begins like this, without its comment.
fn documented(start: &str) -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/self-hosting.md");
    let page = fs::read_to_string(page).unwrap();
    let line = page.lines().find_map(|line| {
        let at = line.find(start)?;
        line[at..].split(['#', '`']).next().map(str::to_owned)
    });
    line.unwrap_or_else(|| panic!("docs/self-hosting.md does not say {start}"))
}

fn run(command: &str, folder: &Path, postgres: &str) {
    let done = Command::new("bash")
        .args(["-euc", command])
        .current_dir(folder)
        .env("POSTGRES_URL", postgres)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{command}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// What the owner of a processed package gets.
fn result(server: &Instance, link: &Link, id: &str) -> Vec<u8> {
    let data = server.get(&link.key, &format!("/process/{id}/data"));
    assert_eq!(data.status, 200);
    data.body
}

#[test]
fn a_restored_instance_with_its_key_has_its_results_and_processes_what_waited() {
    let discord = Discord::start();
    let key = ("DUMPUS_INSTANCE_KEY", "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=");
    let Some(mut cluster) = Cluster::start(&discord, 1, 1, &[key]) else {
        return;
    };
    let done = discord.link(small(), Behaviour::Package);
    let done_id = cluster.servers[0].process(&done);
    let before = result(&cluster.servers[0], &done, &done_id);
    cluster.workers[0].kill();
    let waiting = discord.link(small(), Behaviour::Package);
    let waiting_id = cluster.servers[0].admit(&waiting.url);

    let folder = tempfile::tempdir().unwrap();
    let url = cluster.postgres.url();
    run(&documented("pg_dump --format"), folder.path(), &url);
    cluster.servers[0].process.kill();
    cluster.redis.kill();
    cluster.postgres.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    run(&documented("pg_restore --clean"), folder.path(), &url);
    cluster.redis.run();
    cluster.servers[0].restart();
    cluster.restart_worker(0);

    assert_eq!(result(&cluster.servers[0], &done, &done_id), before);
    let status = cluster.servers[0].settled(&waiting, &waiting_id);
    assert_eq!(status["isDataAvailable"], true, "{status}");
}

#[test]
fn a_restored_data_directory_is_a_whole_instance() {
    let discord = Discord::start();
    let mut instance = Instance::start(&discord, &[]);
    let link = discord.link(small(), Behaviour::Package);
    let id = instance.process(&link);
    let before = result(&instance, &link, &id);
    let parent = instance.data().parent().unwrap().to_owned();
    // While it runs.
    run(&documented("sqlite3 data/dumpus.db"), &parent, "");
    assert_eq!(instance.delete(&link.key, &id).status, 200);
    instance.process.terminate();
    assert!(instance.process.stopped().success());
    run(
        "rm -f data/dumpus.db-wal data/dumpus.db-shm; mv copy.db data/dumpus.db",
        &parent,
        "",
    );
    instance.restart();
    assert_eq!(result(&instance, &link, &id), before);
    instance.process(&discord.link(small(), Behaviour::Package));
}

/// A data directory of the release before the history of runs, with a processed, a failed and a waiting package.
const EARLIER: &str = include_str!("../data/before_history.sql");

#[test]
fn a_data_directory_of_an_earlier_release_is_brought_up_to_date() {
    let discord = Discord::start();
    let expected: Value = serde_json::from_str(include_str!("../data/before_history.json")).unwrap();
    let field = |package: &str, name: &str| expected[package][name].as_str().unwrap().to_owned();
    let link = |package: &str, behaviour| {
        let content = Arc::new(small());
        discord.link_with_key(&field(package, "key"), content, behaviour)
    };
    let mut instance = Instance::start(&discord, &[]);
    instance.process.kill();
    for entry in fs::read_dir(instance.data()).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let sql = instance.data().join("earlier.sql");
    fs::write(&sql, EARLIER).unwrap();
    run("sqlite3 dumpus.db <earlier.sql", &instance.data(), "");
    fs::remove_file(sql).unwrap();
    instance.restart();

    let processed = link("processed", Behaviour::Package);
    let data = result(&instance, &processed, &field("processed", "id"));
    assert_eq!(data.len() as u64, expected["processed"]["bytes"].as_u64().unwrap());
    let failed = link("failed", Behaviour::Package);
    let status = instance.status(&failed.key, &field("failed", "id"));
    assert_eq!(status["errorMessageCode"], "EXPIRED_LINK", "{status}");
    let waiting = link("waiting", Behaviour::Package);
    let status = instance.settled(&waiting, &field("waiting", "id"));
    assert_eq!(status["isDataAvailable"], true, "{status}");
    // And it goes on.
    assert_eq!(instance.delete(&processed.key, &field("processed", "id")).status, 200);
    instance.process(&failed);
}
