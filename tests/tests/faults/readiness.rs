//! What `/ready` says while something does not work.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord};
use crate::support::http::{Request, Response};
use crate::support::process::operate;
use crate::support::wait::within;
use crate::world::small;

/// Within which a fault and its end are reported.
const REPORTED: Duration = Duration::from_secs(10);

/// Says which instance the queue belongs to.
const OWNER: &str = "{dumpus}:v1:instance";

fn ready(cluster: &Cluster) -> Response {
    cluster.servers[0].send(&Request::get("/ready"))
}

/// Waits until the field has this value in an answer of a server that is of use.
fn becomes(cluster: &Cluster, field: &str, expected: &Value) {
    within(REPORTED, "the readiness changes", || {
        let response = ready(cluster);
        let body = response.json();
        if response.status == 503 {
            // Connections that were ended are made again.
            assert_eq!(body["status"], "unavailable", "{body}");
            return None;
        }
        let status = if body["reasons"] == json!([]) {
            "ready"
        } else {
            "degraded"
        };
        assert_eq!(body["status"], status, "{body}");
        (body[field] == *expected).then_some(())
    });
}

#[test]
fn faults_are_reported_while_owners_get_answers_and_so_is_their_end() {
    let discord = Discord::start();
    let Some(mut cluster) = Cluster::start(&discord, 1, 1, &[]) else {
        return;
    };
    let link = discord.link(small(), Behaviour::Package);
    let id = cluster.servers[0].process(&link);
    becomes(&cluster, "status", &json!("ready"));

    cluster.postgres.set_read_only(true);
    becomes(&cluster, "registry", &json!("no_writes"));
    assert_eq!(cluster.servers[0].status(&link.key, &id)["isDataAvailable"], true);
    assert_eq!(
        cluster.servers[0]
            .submit(&discord.link(small(), Behaviour::Package).url)
            .status,
        503
    );
    // An operator sees what is going on.
    let postgres = cluster.postgres.url();
    let redis = cluster.redis.url();
    let listen = cluster.servers[0].address.to_string();
    let settings = [
        ("POSTGRES_URL", &*postgres),
        ("REDIS_URL", &*redis),
        ("DUMPUS_LISTEN", &*listen),
    ];
    let (is_done, text) = operate(&["status"], &settings);
    assert!(is_done && text.contains("takes no writes"), "{text}");
    cluster.postgres.set_read_only(false);
    becomes(&cluster, "status", &json!("ready"));

    // What is queued already is processed while Redis is full.
    let running = discord.link(small(), Behaviour::Paused);
    let running_id = cluster.servers[0].admit(&running.url);
    cluster.servers[0].half_downloaded(&running, &running_id);
    let queued = discord.link(small(), Behaviour::Package);
    let queued_id = cluster.servers[0].admit(&queued.url);
    cluster.redis.ask(&["CONFIG", "SET", "maxmemory", "1"]);
    becomes(&cluster, "queue", &json!("no_writes"));
    running.switch_to(Behaviour::Package);
    for (link, id) in [(&running, &running_id), (&queued, &queued_id)] {
        assert_eq!(cluster.servers[0].settled(link, id)["isDataAvailable"], true);
    }
    assert_eq!(
        cluster.servers[0]
            .submit(&discord.link(small(), Behaviour::Package).url)
            .status,
        503
    );
    cluster.redis.ask(&["CONFIG", "SET", "maxmemory", "0"]);
    becomes(&cluster, "status", &json!("ready"));

    let (is_done, text) = operate(&["pause", "standard"], &settings);
    assert!(is_done, "{text}");
    becomes(&cluster, "reasons", &json!(["The standard lane is paused."]));
    let (is_done, text) = operate(&["status"], &settings);
    assert!(is_done && text.contains("degraded, workers: 1"), "{text}");
    let (is_done, text) = operate(&["resume", "standard"], &settings);
    assert!(is_done, "{text}");
    becomes(&cluster, "status", &json!("ready"));

    // Another instance takes the queue over.
    let owner = cluster.redis.ask(&["GET", OWNER]).concat();
    cluster.redis.ask(&["SET", OWNER, "00"]);
    becomes(
        &cluster,
        "reasons",
        &json!(["The queue of jobs belongs to another instance."]),
    );
    assert_eq!(ready(&cluster).json()["queue"], "down");
    cluster.redis.ask(&["SET", OWNER, &owner]);
    becomes(&cluster, "status", &json!("ready"));

    // Load balancers keep a server that serves results.
    cluster.redis.kill();
    becomes(&cluster, "queue", &json!("down"));
    assert_eq!(ready(&cluster).status, 200);
    assert_eq!(cluster.servers[0].status(&link.key, &id)["isDataAvailable"], true);
    cluster.redis.run();
    becomes(&cluster, "status", &json!("ready"));
    cluster.servers[0].process(&discord.link(small(), Behaviour::Package));
}
