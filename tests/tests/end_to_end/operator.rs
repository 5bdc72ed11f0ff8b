//! The commands of an operator, beside a running instance.

use std::fs::File;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::discord::{Behaviour, Discord};
use crate::support::instance::Instance;
use crate::support::packages::small;
use crate::support::process::{operate, operate_into};
use crate::support::wait::eventually;

/// What a command prints beside the instance, and whether it succeeds.
fn output(instance: &Instance, arguments: &[&str]) -> (bool, String) {
    let (data, listen) = (instance.data().display().to_string(), instance.address.to_string());
    operate(arguments, &settings(&data, &listen))
}

fn settings<'a>(data: &'a str, listen: &'a str) -> [(&'static str, &'a str); 3] {
    [
        ("DUMPUS_DATA_DIR", data),
        ("DUMPUS_LISTEN", listen),
        ("DUMPUS_LOG", "off"),
    ]
}

fn done(instance: &Instance, arguments: &[&str]) -> String {
    let (is_done, text) = output(instance, arguments);
    assert!(is_done, "{arguments:?}: {text}");
    text
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

/// The first id of a process in the output of `status`.
fn process_id(instance: &Instance) -> String {
    let status: Value = serde_json::from_str(&done(instance, &["status", "--json"])).unwrap();
    status["processes"][0]["id"].as_str().unwrap().to_owned()
}

/// Waits until the running server has heard what an operator wants.
fn heard(instance: &Instance, line: &str) {
    eventually("the server does what the operator wants", || {
        instance.process.log_text().contains(line).then_some(())
    });
}

#[test]
fn an_operator_pauses_lanes_and_drains_processes() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    done(&instance, &["pause", "standard"]);
    heard(&instance, "paused=\"standard\"");
    let link = discord.link(small().0, Behaviour::Package);
    let id = instance.admit(&link.url);
    let status: Value = serde_json::from_str(&done(&instance, &["status", "--json"])).unwrap();
    assert_eq!(status["pausedLanes"], json!(["standard"]));
    assert_eq!(instance.status(&link.key, &id)["isProcessing"], true);
    // The other lane moves.
    done(&instance, &["upgrade", &id]);
    assert_eq!(instance.settled(&link, &id)["isDataAvailable"], true);
    assert_eq!(link.clicks(), 1);

    let process = process_id(&instance);
    done(&instance, &["resume"]);
    done(&instance, &["drain", &process]);
    heard(&instance, "takes_packages=false");
    let waiting = discord.link(small().0, Behaviour::Package);
    let waiting_id = instance.admit(&waiting.url);
    let text = done(&instance, &["status"]);
    assert!(text.contains("premium 0, standard 1"), "{text}");
    done(&instance, &["drain", &process, "--undo"]);
    assert_eq!(instance.settled(&waiting, &waiting_id)["isDataAvailable"], true);
    assert!(!output(&instance, &["drain", "000000000000"]).0);
    assert!(!output(&instance, &["pause", "fast"]).0);

    let actions = done(&instance, &["audit"]);
    for action in [
        &*format!("undrain process {process}"),
        &*format!("upgrade package {id}"),
        "pause the standard lane",
        "resume the standard lane",
    ] {
        assert!(actions.contains(action), "{action}: {actions}");
    }
    assert!(!actions.contains("resume the premium lane"), "{actions}");
}

#[test]
fn an_operator_cancels_and_erases_packages_and_nothing_names_what_was_erased() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let held = discord.link(small().0, Behaviour::Paused);
    let running = instance.admit(&held.url);
    instance.half_downloaded(&held, &running);
    let processed = discord.link(small().0, Behaviour::Package);
    let waiting = instance.admit(&processed.url);

    let (is_done, text) = output(&instance, &["cancel", &waiting]);
    assert!(!is_done && text.contains("--yes"), "{text}");
    for (name, nothing) in [("cancel", "no unfinished package"), ("erase", "no such package")] {
        let (is_done, text) = output(&instance, &[name, &"0".repeat(32)]);
        assert!(!is_done && text.contains(nothing) && !text.contains("--yes"), "{text}");
    }
    // The waiting one first: it would be taken as soon as the other's place is free.
    for id in [&waiting, &running] {
        done(&instance, &["cancel", id, "--yes"]);
        let text = done(&instance, &["package", id]);
        assert!(
            text.contains("failed with SERVER_ERROR") && text.contains("cancelled"),
            "{text}"
        );
        assert!(!output(&instance, &["cancel", id, "--yes"]).0);
        let (is_done, text) = output(&instance, &["retry", id]);
        assert!(!is_done && text.contains("submit it again"), "{text}");
    }
    let status = instance.settled(&held, &running);
    assert_eq!(status["errorMessageCode"], "SERVER_ERROR");
    eventually("the download ends", || (held.open_downloads() == 0).then_some(()));

    // Its owner may submit it again.
    assert_eq!(instance.process(&processed), waiting);
    let text = done(&instance, &["package", &waiting]);
    assert!(text.contains("earlier ") && text.contains(" messages"), "{text}");
    done(&instance, &["erase", &waiting, "--yes"]);
    assert_eq!(
        instance.status(&processed.key, &waiting)["errorMessageCode"],
        "UNKNOWN_PACKAGE_ID"
    );
    for arguments in [["package", &waiting], ["retry", &waiting]] {
        assert!(!output(&instance, &arguments).0);
    }
    let actions = done(&instance, &["audit"]);
    assert!(actions.contains("erase a package that is deleted"), "{actions}");
    assert!(actions.contains(&running) && !actions.contains(&waiting), "{actions}");
    assert!(done(&instance, &["status"]).contains("1 processed, failed: SERVER_ERROR 2"));
}

#[test]
fn an_operator_runs_a_delayed_attempt_now() {
    let discord = Discord::start();
    // Nobody listens there.
    let nowhere = "click.discord.com:443:127.0.0.1:9";
    let settings = [("DUMPUS_RESOLVE", nowhere), ("DUMPUS_MAX_ATTEMPTS", "4")];
    let instance = Instance::start(&discord, &settings);
    let link = discord.link(small().0, Behaviour::Package);
    let id = instance.admit(&link.url);
    eventually("the third attempt has failed", || {
        let text = done(&instance, &["package", &id]);
        (text.contains("attempts   3") && text.contains("waiting")).then_some(())
    });
    // The fourth one is due in a minute.
    let began = Instant::now();
    done(&instance, &["retry", &id]);
    assert_eq!(instance.settled(&link, &id)["errorMessageCode"], "SERVER_ERROR");
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
}

#[test]
fn the_processes_of_an_instance_are_listed_with_their_settings() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_RETENTION_DAYS", "7")]);
    let text = done(&instance, &["instance"]);
    for part in [
        "instance ",
        "embedded ",
        "DUMPUS_RETENTION_DAYS=7days",
        "The settings of all processes agree",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn an_upgrade_without_an_effect_says_why_and_is_not_audited() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let text = done(&instance, &["audit"]);
    assert!(text.contains("No operator has changed anything"), "{text}");
    let ended = instance.process(&discord.link(small().0, Behaviour::Package));
    let (is_done, text) = output(&instance, &["upgrade", &ended]);
    assert!(!is_done && text.contains("the package has ended"), "{text}");
    let held = discord.link(small().0, Behaviour::Paused);
    let running = instance.admit(&held.url);
    instance.half_downloaded(&held, &running);
    done(&instance, &["upgrade", &running]);
    eventually("the server moves the package", || {
        done(&instance, &["package", &running])
            .contains("premium")
            .then_some(())
    });
    let text = done(&instance, &["upgrade", &running]);
    assert!(text.contains("already"), "{text}");
    let audit = done(&instance, &["audit"]);
    assert!(
        audit.trim_end().ends_with(&format!("upgrade package {running}")),
        "{audit}"
    );
    assert_eq!(audit.lines().count(), 1, "{audit}");
}

#[test]
fn what_a_stopped_server_has_to_do_is_done_when_it_starts() {
    let discord = Discord::start();
    let mut instance = Instance::start(&discord, &[]);
    done(&instance, &["pause"]);
    heard(&instance, "paused=");
    let id = instance.admit(&discord.link(small().0, Behaviour::Package).url);
    instance.process.terminate();
    instance.process.stopped();
    for name in ["retry", "upgrade"] {
        let text = done(&instance, &[name, &id]);
        assert!(text.contains("No server of this instance is running"), "{text}");
    }
    instance.restart();
    eventually("the server moves the package", || {
        done(&instance, &["package", &id]).contains("premium").then_some(())
    });
}

#[test]
fn commands_do_their_work_whoever_reads_what_they_print() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let (data, listen) = (instance.data().display().to_string(), instance.address.to_string());
    let settings = settings(&data, &listen);
    for arguments in [
        &["pause"][..],
        &["status"],
        &["status", "--json"],
        &["audit"],
        &["instance"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = operate_into(writer, arguments, &settings);
        assert!(
            ended.status.success() && ended.stderr.is_empty(),
            "{arguments:?}: {ended:?}"
        );
    }
    let status: Value = serde_json::from_str(&done(&instance, &["status", "--json"])).unwrap();
    assert_eq!(status["pausedLanes"], json!(["standard", "premium"]));
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for arguments in [&["resume"][..], &["status"], &["audit"]] {
        let ended = operate_into(full(), arguments, &settings);
        let text = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {text}");
        assert!(text.contains("the output cannot be written"), "{arguments:?}: {text}");
    }
    let status: Value = serde_json::from_str(&done(&instance, &["status", "--json"])).unwrap();
    assert_eq!(status["pausedLanes"], json!([]));
}
