//! Workers that cannot work, beside others that can. They are always free, because they fail at once.

use std::time::Duration;

use serde_json::Value;

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::process::{FAKE_TIME, is_worker_healthy, operate};
use crate::support::wait::{eventually, within};
use crate::world::{LEASE, small};

const PACKAGES: usize = 60;
/// Within which an operator sees that a worker cannot work.
const NOTICED: Duration = Duration::from_secs(10);

/// What makes a worker useless.
struct Fault {
    name: &'static str,
    settings: &'static [(&'static str, &'static str)],
    /// Of the shell.
    limits: &'static str,
    /// What the operator reads.
    reason: &'static str,
}

const FAULTS: [Fault; 5] = [
    Fault {
        name: "forgotten origins",
        settings: &[("DL_ZIP_WHITELISTED_DOMAINS", "http://192.0.2.1")],
        limits: "",
        reason: "a link is not allowed",
    },
    Fault {
        name: "no room",
        // Enough for what is written at the start.
        settings: &[("DUMPUS_SPOOL_MEMORY", "0"), ("DUMPUS_LOG", "info")],
        limits: "trap '' XFSZ; ulimit -f 16",
        reason: "there is no room",
    },
    Fault {
        name: "no network",
        settings: &[("DUMPUS_RESOLVE", "nowhere.test:443:127.0.0.1:9")],
        limits: "",
        reason: "no host of packages can be reached",
    },
    Fault {
        name: "a smaller limit",
        settings: &[("DUMPUS_MAX_DOWNLOAD", "1000")],
        limits: "",
        reason: "another worker accepts larger packages",
    },
    Fault {
        name: "a clock that is a month ahead",
        settings: &[
            ("LD_PRELOAD", FAKE_TIME),
            ("FAKETIME", "+31d"),
            ("DONT_FAKE_MONOTONIC", "1"),
        ],
        limits: "",
        reason: "queued links cannot be opened",
    },
];

#[test]
fn a_worker_that_cannot_work_costs_no_package_and_is_named() {
    let discord = Discord::start();
    let Some(mut cluster) = Cluster::start(&discord, 1, 3, &[LEASE]) else {
        return;
    };
    let package = small();
    for fault in FAULTS {
        let name = fault.name;
        let links: Vec<Link> = (0..PACKAGES)
            // Slow, so that work is left for the faulty worker until it is noticed.
            .map(|_| discord.link(package.clone(), Behaviour::Slow))
            .collect();
        let faulty = cluster.add_worker(&discord, fault.settings, fault.limits);
        let server = &cluster.servers[0];
        let address = |(number, link): (usize, &'_ Link)| match number % 2 {
            0 => link.url.clone(),
            _ => link.plain_url.clone(),
        };
        let addresses = links.iter().enumerate().map(address);
        let ids: Vec<_> = addresses.map(|address| server.admit(&address)).collect();
        within(NOTICED, name, || {
            (!is_worker_healthy(&cluster.workers[faulty])).then_some(())
        });
        within(NOTICED, name, || {
            let status = status(&cluster);
            let mut reasons = status["processes"].as_array().unwrap().iter();
            let is_named = |process: &Value| {
                process["fault"]
                    .as_str()
                    .is_some_and(|text| text.starts_with(fault.reason))
            };
            reasons.any(is_named).then_some(())
        });
        assert!(cluster.workers[faulty].log_text().contains(fault.reason), "{name}");
        for link in &links {
            link.switch_to(Behaviour::Package);
        }
        for (link, id) in links.iter().zip(&ids) {
            let status = server.settled(link, id);
            assert_eq!(status["isDataAvailable"], true, "{name}: {status}");
        }
        for (link, id) in links.iter().zip(&ids) {
            assert_eq!(server.delete(&link.key, id).status, 200);
        }
        cluster.workers[faulty].kill();
    }
}

#[test]
fn a_worker_with_another_key_is_refused_unless_the_key_was_announced() {
    const OLD: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
    const NEW: &str = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
    let discord = Discord::start();
    let settings = [LEASE, ("DUMPUS_INSTANCE_KEY", OLD)];
    let Some(mut cluster) = Cluster::start(&discord, 1, 0, &settings) else {
        return;
    };
    let id = {
        let link = discord.link(small(), Behaviour::Package);
        let id = cluster.servers[0].admit(&link.url);
        let mut refused = cluster.spawn_worker(&discord, &[("DUMPUS_INSTANCE_KEY", NEW)]);
        assert!(!refused.stopped().success());
        assert!(
            refused.log_text().contains("has another instance key"),
            "{}",
            refused.log_text()
        );
        (link, id)
    };
    // Sealed under the old key, and opened by a worker whose key is the new one.
    let announced = [("DUMPUS_INSTANCE_KEY", NEW), ("DUMPUS_INSTANCE_KEY_PREVIOUS", OLD)];
    cluster.add_worker(&discord, &announced, "");
    let (link, id) = id;
    assert_eq!(cluster.servers[0].settled(&link, &id)["isDataAvailable"], true);
    // Once no process has the old key any more, nobody needs it.
    cluster.servers[0].process.terminate();
    assert!(cluster.servers[0].process.stopped().success());
    cluster.workers[0].terminate();
    assert!(cluster.workers[0].stopped().success());
    cluster.add_worker(&discord, &[("DUMPUS_INSTANCE_KEY", NEW)], "");
}

/// What the command `status` prints.
fn status(cluster: &Cluster) -> Value {
    let (postgres, redis) = (cluster.postgres.url(), cluster.redis.url());
    let settings = [
        ("POSTGRES_URL", &*postgres),
        ("REDIS_URL", &*redis),
        ("DUMPUS_LOG", "off"),
    ];
    eventually("the status is printed", || {
        let (is_done, text) = operate(&["status", "--json"], &settings);
        is_done.then(|| serde_json::from_str(&text).unwrap())
    })
}
