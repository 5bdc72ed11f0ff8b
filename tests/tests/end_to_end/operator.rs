//! The commands of an operator, beside a running instance.

use serde_json::{Value, json};

use crate::support::discord::{Behaviour, Discord};
use crate::support::instance::Instance;
use crate::support::packages::small;
use crate::support::process::Process;

/// What a command prints beside the instance, and whether it succeeds.
fn output(instance: &Instance, arguments: &[&str]) -> (bool, String) {
    let (data, listen) = (instance.data().display().to_string(), instance.address.to_string());
    let settings = [
        ("DUMPUS_DATA_DIR", &*data),
        ("DUMPUS_LISTEN", &*listen),
        ("DUMPUS_LOG", "off"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let mut command = Process::start(
        "dumpus-server",
        arguments,
        settings.to_vec(),
        &folder.path().join("out"),
    );
    let is_done = command.stopped().success();
    (is_done, command.log_text())
}

#[test]
fn an_operator_sees_what_the_instance_does_and_where_a_package_is() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let done = instance.process(&discord.link(small().0, Behaviour::Package));
    let expired = discord.link(small().0, Behaviour::Expired);
    let failed = instance.admit(&expired.url);
    instance.settled(&expired, &failed);
    let held = discord.link(small().0, Behaviour::Paused);
    let running = instance.admit(&held.url);
    instance.half_downloaded(&held, &running);
    let waiting = instance.admit(&discord.link(small().0, Behaviour::Package).url);

    let (is_done, text) = output(&instance, &["status", "--json"]);
    assert!(is_done, "{text}");
    let status: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status["server"]["status"], "ready", "{text}");
    assert_eq!(status["server"]["workers"], 1, "{text}");
    assert_eq!(status["waiting"], json!({"premium": 0, "standard": 1}));
    assert_eq!(status["inWork"], json!({"premium": 0, "standard": 1}));
    assert!(status["oldestWaitSeconds"].is_u64(), "{text}");
    assert_eq!(
        status["lastHour"],
        json!({"processed": 1, "failed": {"EXPIRED_LINK": 1}})
    );
    let (is_done, text) = output(&instance, &["status"]);
    assert!(
        is_done && text.contains("1 processed, failed: EXPIRED_LINK 1"),
        "{text}"
    );

    for (id, state) in [
        (&done, "processed, "),
        (&failed, "failed with EXPIRED_LINK"),
        (&running, "in work, DOWNLOADING"),
        (&waiting, "waiting"),
    ] {
        let (is_done, text) = output(&instance, &["package", id]);
        assert!(is_done && text.contains(id.as_str()) && text.contains(state), "{text}");
    }
    let (is_done, text) = output(&instance, &["package", &"0".repeat(32)]);
    assert!(!is_done && text.contains("there is no such package"), "{text}");
    assert!(output(&instance, &["trust-clock"]).0);
}
