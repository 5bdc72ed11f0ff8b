//! A clock that jumps by a month, either way.

use std::fs;

use crate::support::discord::{Behaviour, Discord};
use crate::support::instance::Instance;
use crate::support::process::{FAKE_TIME, operate};
use crate::support::wait::eventually;
use crate::world::small;

#[test]
fn a_clock_that_jumps_by_a_month_erases_nothing_until_it_is_confirmed() {
    let discord = Discord::start();
    let folder = tempfile::tempdir().unwrap();
    let clock = folder.path().join("clock");
    // Replaced at once: a clock that is read while it is written would be wrong.
    let set = |offset: &str| {
        let next = folder.path().join("next");
        fs::write(&next, offset).unwrap();
        fs::rename(&next, &clock).unwrap();
    };
    set("+0d");
    let settings = [
        ("LD_PRELOAD", FAKE_TIME),
        ("FAKETIME_TIMESTAMP_FILE", clock.to_str().unwrap()),
        ("FAKETIME_NO_CACHE", "1"),
        ("DONT_FAKE_MONOTONIC", "1"),
        // Half a day, so that sweeps are ten minutes apart unless the program starts again.
        ("DUMPUS_RETENTION_DAYS", "0.5"),
    ];
    let mut instance = Instance::start(&discord, &settings);
    let link = discord.link(small(), Behaviour::Package);
    let id = instance.process(&link);
    let held = discord.link(small(), Behaviour::Paused);
    let held_id = instance.admit(&held.url);
    instance.half_downloaded(&held, &held_id);

    // A package in work goes on.
    set("+31d");
    held.switch_to(Behaviour::Package);
    assert_eq!(instance.settled(&held, &held_id)["isDataAvailable"], true);
    instance.process.kill();
    instance.restart();
    eventually("the sweep stops", || {
        instance
            .process
            .log_text()
            .contains("The clock has jumped")
            .then_some(())
    });
    assert_eq!(instance.status(&link.key, &id)["isDataAvailable"], true);
    // Back again: what was due before is due now, and nothing else.
    set("+0d");
    instance.process.kill();
    instance.restart();
    let later = discord.link(small(), Behaviour::Package);
    let later_id = instance.process(&later);
    for (link, id) in [(&link, &id), (&held, &held_id), (&later, &later_id)] {
        assert_eq!(instance.status(&link.key, id)["isDataAvailable"], true);
    }

    set("+31d");
    let data = instance.data().display().to_string();
    let beside = |arguments: &[&str]| {
        let command = [&settings[..], &[("DUMPUS_DATA_DIR", &*data), ("DUMPUS_LOG", "off")]].concat();
        assert!(operate(arguments, &command).0);
    };
    beside(&["trust-clock"]);
    instance.process.kill();
    instance.restart();
    eventually("what has expired is erased", || {
        (instance.status(&link.key, &id)["errorMessageCode"] == "UNKNOWN_PACKAGE_ID").then_some(())
    });
}
