//! A disk that becomes full under an embedded server, and has room again.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::http::Request;
use crate::support::instance::Instance;
use crate::support::wait::{eventually, within};
use crate::world::small;

/// Within which a fault and its end are reported.
const REPORTED: Duration = Duration::from_secs(10);

fn registry(instance: &Instance) -> String {
    let ready = instance.send(&Request::get("/ready")).json();
    ready["registry"].as_str().unwrap().to_owned()
}

#[test]
fn a_full_disk_loses_nothing_and_is_reported_until_it_has_room_again() {
    let discord = Discord::start();
    // The largest size of a file, in kilobytes, which the system lets a process exceed later.
    let full = "trap '' XFSZ; ulimit -S -f 500";
    let instance = Instance::start_under(full, &discord, &[("DUMPUS_LOG", "warn")]);
    let package = small();
    let mut accepted: Vec<(Link, String)> = Vec::new();
    let mut refused_since = None;
    eventually("the disk is full, and that is reported", || {
        // One after the other: a slow machine would have to work off a long queue afterwards.
        let is_busy = |(link, id): &(Link, String)| instance.status(&link.key, id)["isProcessing"] == true;
        if accepted.last().is_some_and(is_busy) && registry(&instance) == "up" {
            return None;
        }
        let link = discord.link(package.clone(), Behaviour::Package);
        let response = instance.submit(&link.url);
        if response.status == 200 {
            let id = response.json()["packageId"].as_str().unwrap().to_owned();
            accepted.push((link, id));
            // Once the write-ahead log has been emptied, there is some room again.
            refused_since = None;
            return None;
        }
        assert_eq!(response.status, 503);
        let since = *refused_since.get_or_insert_with(Instant::now);
        let is_reported = registry(&instance) == "no_writes";
        assert!(
            is_reported || since.elapsed() < REPORTED,
            "nothing is accepted, but the registry is up"
        );
        is_reported.then_some(())
    });
    // What is there can be read.
    let (link, id) = &accepted[0];
    assert_eq!(instance.status(&link.key, id)["isDataAvailable"], true);
    let lines = instance.process.log_text().lines().count();
    assert!(lines < 60, "{}", instance.process.log_text());

    let process = instance.process.id().to_string();
    let raised = Command::new("prlimit")
        .args(["--pid", &process, "--fsize=unlimited"])
        .status();
    assert!(raised.unwrap().success());
    within(REPORTED, "the end is reported", || {
        (registry(&instance) == "up").then_some(())
    });
    for (link, id) in &accepted {
        let status = instance.settled(link, id);
        assert_eq!(status["isDataAvailable"], true, "{status}");
    }
    instance.process(&discord.link(package, Behaviour::Package));
}

#[test]
fn a_spool_that_cannot_be_written_is_logged_once_and_its_end_too() {
    let discord = Discord::start();
    let spool = tempfile::tempdir().unwrap();
    let folder = spool.path().join("spool");
    fs::create_dir(&folder).unwrap();
    let path = folder.display().to_string();
    let settings = [
        ("DUMPUS_SPOOL_DIR", &*path),
        ("DUMPUS_SPOOL_MEMORY", "0"),
        ("DUMPUS_LOG", "info"),
    ];
    let instance = Instance::start(&discord, &settings);
    fs::remove_dir(&folder).unwrap();
    let packages: Vec<_> = (0..3)
        .map(|_| {
            let link = discord.link(small(), Behaviour::Package);
            let id = instance.admit(&link.url);
            (link, id)
        })
        .collect();
    eventually("every package has met the fault", || {
        packages.iter().all(|(link, _)| link.clicks() > 0).then_some(())
    });
    fs::create_dir(&folder).unwrap();
    for (link, id) in &packages {
        assert_eq!(instance.settled(link, id)["isDataAvailable"], true);
    }
    let text = instance.process.log_text();
    let lines = |words: &str| text.lines().filter(|line| line.contains(words)).count();
    assert_eq!(lines(" ERROR "), 1, "{text}");
    assert_eq!(lines("This worker cannot process packages"), 1, "{text}");
    assert_eq!(lines("This worker processes packages again"), 1, "{text}");
}
