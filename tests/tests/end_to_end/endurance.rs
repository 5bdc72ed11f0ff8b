//! Crashes, shutdowns and expiry.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::support::database::Database;
use crate::support::discord::{Behaviour, Discord};
use crate::support::http::Request;
use crate::support::instance::Instance;
use crate::support::packages::small;
use crate::support::process::Process;
use crate::support::wait::{eventually, within};

/// How long the lease of a killed process remains valid.
const SHORT_LEASE: (&str, &str) = ("DUMPUS_LEASE", "5s");

#[test]
fn after_a_kill_the_next_poll_of_the_owner_queues_the_package_again() {
    let discord = Discord::start();
    let mut instance = Instance::start(&discord, &[SHORT_LEASE]);
    let running = discord.link(small().0, Behaviour::Paused);
    let running_id = instance.admit(&running.url);
    instance.half_downloaded(&running, &running_id);
    let waiting = discord.link(small().0, Behaviour::Package);
    let waiting_id = instance.admit(&waiting.url);
    instance.process.kill();
    running.switch_to(Behaviour::Package);
    instance.restart();
    for (link, id) in [(&running, &running_id), (&waiting, &waiting_id)] {
        let status = instance.settled(link, id);
        assert_eq!(status["isDataAvailable"], true, "{status}");
    }
    assert_eq!(
        Database::open(&instance.database()).number("SELECT count(*) FROM blobs"),
        2
    );
}

#[test]
fn after_a_kill_work_resumes_within_three_seconds_whatever_the_lease() {
    let discord = Discord::start();
    let mut instance = Instance::start(&discord, &[("DUMPUS_LEASE", "1h")]);
    let link = discord.link(small().0, Behaviour::Paused);
    let id = instance.admit(&link.url);
    instance.half_downloaded(&link, &id);
    instance.process.kill();
    link.switch_to(Behaviour::Package);
    instance.restart();
    let status = within(Duration::from_secs(3), "the package is processed", || {
        Some(instance.status(&link.key, &id)).filter(|status| status["isProcessing"] == false)
    });
    assert_eq!(status["isDataAvailable"], true, "{status}");
}

#[test]
fn a_second_process_does_not_use_the_data_directory() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let data = instance.data().display().to_string();
    let settings = [("DUMPUS_DATA_DIR", &*data), ("DUMPUS_LISTEN", "127.0.0.1:0")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let log = instance.folder().join("second.log");
    let mut second = Process::start("dumpus-server", &[], settings.to_vec(), &log);
    assert!(!second.stopped().success());
    assert!(second.log_text().contains(&data), "{}", second.log_text());
    instance.process(&discord.link(small().0, Behaviour::Package));
}

#[test]
fn after_a_kill_a_submission_queues_the_package_again() {
    let discord = Discord::start();
    let mut instance = Instance::start(&discord, &[SHORT_LEASE]);
    let link = discord.link(small().0, Behaviour::Paused);
    let id = instance.admit(&link.url);
    instance.status_at_step(&link, &id, "DOWNLOADING");
    instance.process.kill();
    link.switch_to(Behaviour::Package);
    instance.restart();
    assert_eq!(instance.admit(&link.url), id);
    assert_eq!(instance.settled(&link, &id)["isDataAvailable"], true);
}

#[test]
fn shutdown_releases_a_package_that_does_not_finish_in_time() {
    let discord = Discord::start();
    let mut instance = Instance::start(&discord, &[("DUMPUS_STOP_TIMEOUT", "1s")]);
    let link = discord.link(small().0, Behaviour::Paused);
    let id = instance.admit(&link.url);
    instance.status_at_step(&link, &id, "DOWNLOADING");
    instance.process.terminate();
    assert!(instance.process.stopped().success());
    let mut database = Database::open(&instance.database());
    let released = "SELECT count(*) FROM packages WHERE lease_until IS NULL AND ended_at IS NULL AND attempts = 0";
    assert_eq!(database.number(released), 1, "the lease or the attempt was kept");
    link.switch_to(Behaviour::Package);
    instance.restart();
    assert_eq!(instance.settled(&link, &id)["isDataAvailable"], true);
}

/// Waits until the signal has arrived.
fn stopping(instance: &Instance) {
    eventually("the server stops", || {
        instance.process.log_text().contains("Stopping").then_some(())
    });
}

#[test]
fn shutdown_lets_the_running_package_finish_and_answers_its_owner_meanwhile() {
    let discord = Discord::start();
    let mut instance = Instance::start(&discord, &[]);
    let link = discord.link(small().0, Behaviour::Paused);
    let id = instance.admit(&link.url);
    instance.status_at_step(&link, &id, "DOWNLOADING");
    instance.process.terminate();
    stopping(&instance);
    assert_eq!(instance.status(&link.key, &id)["processingStep"], "DOWNLOADING");
    assert_eq!(instance.send(&Request::get("/health")).status, 200);
    link.switch_to(Behaviour::Package);
    assert!(instance.process.stopped().success());
    instance.restart();
    assert_eq!(instance.status(&link.key, &id)["isDataAvailable"], true);
    assert_eq!(link.downloads(), 1);
}

#[test]
fn a_second_signal_exits_immediately() {
    let discord = Discord::start();
    let mut instance = Instance::start(&discord, &[("DUMPUS_STOP_TIMEOUT", "1h")]);
    let link = discord.link(small().0, Behaviour::Paused);
    let id = instance.admit(&link.url);
    instance.status_at_step(&link, &id, "DOWNLOADING");
    instance.process.terminate();
    stopping(&instance);
    assert!(instance.process.ended().is_none());
    instance.process.terminate();
    assert!(!instance.process.stopped().success());
}

#[test]
fn expired_results_are_deleted_and_a_new_submission_is_processed_again() {
    let discord = Discord::start();
    // About four seconds.
    let instance = Instance::start(&discord, &[("DUMPUS_RETENTION_DAYS", "0.00005")]);
    let link = discord.link(small().0, Behaviour::Package);
    let id = instance.process(&link);
    instance.status_until(&link, &id, "expired", |status| {
        status["errorMessageCode"] == "UNKNOWN_PACKAGE_ID"
    });
    assert_eq!(instance.get(&link.key, &format!("/process/{id}/data")).status, 404);
    let mut database = Database::open(&instance.database());
    eventually("the sweep deletes everything", || {
        let left = "SELECT (SELECT count(*) FROM packages) + (SELECT count(*) FROM blobs)";
        (database.number(left) == 0).then_some(())
    });
    assert_eq!(instance.process(&link), id);
    assert_eq!(link.downloads(), 2);
}

#[test]
fn the_data_directory_is_accessible_to_its_user_only() {
    let discord = Discord::start();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("made").join("by-the-server");
    let instance = Instance::start(&discord, &[("DUMPUS_DATA_DIR", data.to_str().unwrap())]);
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    drop(instance);
}
