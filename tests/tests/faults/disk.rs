//! A disk that becomes full under an embedded server, and has room again.

use std::process::Command;
use std::time::Duration;

use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::http::Request;
use crate::support::instance::Instance;
use crate::support::wait::{eventually, within};
use crate::world::small;

/// Within which the end of a fault is reported.
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
    eventually("the disk is full, and that is reported", || {
        let link = discord.link(package.clone(), Behaviour::Package);
        let response = instance.submit(&link.url);
        if response.status == 200 {
            let id = response.json()["packageId"].as_str().unwrap().to_owned();
            accepted.push((link, id));
        }
        // One that fails may be followed by others that succeed, once the write-ahead log has been emptied.
        (response.status == 503 && registry(&instance) == "no_writes").then_some(())
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
