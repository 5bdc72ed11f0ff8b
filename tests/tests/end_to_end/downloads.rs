//! Every response of Discord leads to statistics or to the right error code.

use serde_json::Value;

use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::instance::Instance;
use crate::support::packages::{ownerless, small};

struct Case {
    what: &'static str,
    link: Link,
    /// Whether the link is at the operator's origin instead of Discord's.
    is_plain: bool,
    expected: Result<(), &'static str>,
}

/// Processes all cases at the same time, and asserts the outcome of each.
fn assert_ends(instance: &Instance, cases: &[Case]) {
    let submit = |case: &Case| {
        instance.admit(if case.is_plain {
            &case.link.plain_url
        } else {
            &case.link.url
        })
    };
    let ids: Vec<_> = cases.iter().map(submit).collect();
    for (case, id) in cases.iter().zip(ids) {
        let status = instance.settled(&case.link, &id);
        let what = case.what;
        match case.expected {
            Ok(()) => {
                assert_eq!(status["isDataAvailable"], true, "{what}: {status}");
                assert_eq!(status["errorMessageCode"], Value::Null, "{what}");
            }
            Err(code) => {
                assert_eq!(status["errorMessageCode"], code, "{what}: {status}");
                assert_eq!(
                    (&status["isErrored"], &status["isDataAvailable"]),
                    (&true.into(), &false.into()),
                    "{what}"
                );
                let detail = status["errorDetail"].as_str().unwrap();
                assert!(detail.ends_with('.'), "{what}: {detail}");
                assert!(
                    !detail.contains("://") && !detail.contains(&case.link.key[..16]),
                    "{what}: {detail}"
                );
            }
        }
    }
}

#[test]
fn each_response_of_discord_has_the_right_outcome() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_CONCURRENCY", "24")]);
    let (package, _) = small();
    let case = |what, behaviour, expected| Case {
        what,
        link: discord.link(package.clone(), behaviour),
        is_plain: false,
        expected,
    };
    let plain = |what, behaviour, expected| Case {
        is_plain: true,
        ..case(what, behaviour, expected)
    };
    let to = |address: &str| Behaviour::RedirectTo(address.to_owned());
    let mut cases = vec![
        case("a package", Behaviour::Package, Ok(())),
        case("slow", Behaviour::Slow, Ok(())),
        case(
            "interrupted, with ranges",
            Behaviour::Interrupted { with_ranges: true },
            Ok(()),
        ),
        case(
            "interrupted, without ranges",
            Behaviour::Interrupted { with_ranges: false },
            Ok(()),
        ),
        case("unavailable twice", Behaviour::Unavailable(2), Ok(())),
        case("expired", Behaviour::Expired, Err("EXPIRED_LINK")),
        plain("expired, other origin", Behaviour::Expired, Err("EXPIRED_LINK")),
        plain("challenge, other origin", Behaviour::Challenge, Err("EXPIRED_LINK")),
        case("HTML page", Behaviour::HtmlPage, Err("INVALID_LINK")),
        case("not an archive", Behaviour::NotAnArchive, Err("INVALID_LINK")),
        case("length too large", Behaviour::LengthTooLarge, Err("SERVER_ERROR")),
        case("length too small", Behaviour::LengthTooSmall, Err("INVALID_LINK")),
        case("wrong certificate", Behaviour::WrongCertificate, Err("SERVER_ERROR")),
        case("redirect loop", Behaviour::RedirectLoop, Err("INVALID_LINK")),
        case(
            "to a private address",
            to("https://10.0.0.1/package.zip"),
            Err("INVALID_LINK"),
        ),
        case(
            "to loopback",
            to("https://127.0.0.1:443/package.zip"),
            Err("INVALID_LINK"),
        ),
        case(
            "to loopback in another notation",
            to("https://[::ffff:7f00:1]/package.zip"),
            Err("INVALID_LINK"),
        ),
        case(
            "to a name for loopback",
            to("https://localhost/package.zip"),
            Err("INVALID_LINK"),
        ),
        case("to metadata", to("https://169.254.169.254/latest"), Err("INVALID_LINK")),
        case(
            "to http",
            to("http://storage.googleapis.com/package.zip"),
            Err("INVALID_LINK"),
        ),
    ];
    cases.push(Case {
        what: "without an owner",
        link: discord.link(ownerless(), Behaviour::Package),
        is_plain: false,
        expected: Err("MISSING_USER_DATA"),
    });
    assert_ends(&instance, &cases);

    let link = |what| &cases.iter().find(|case| case.what == what).unwrap().link;
    assert_eq!(
        link("interrupted, with ranges").downloads(),
        10,
        "each response continues where the previous one ended"
    );
    assert_eq!(
        link("interrupted, with ranges").clicks(),
        1,
        "the link may have a limited number of uses"
    );
    assert_eq!(link("unavailable twice").downloads(), 3);
    assert_eq!(link("expired").clicks(), 1, "an expired link is not retried");
}

#[test]
fn a_failed_package_is_processed_again_after_a_new_submission() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let link = discord.link(small().0, Behaviour::Expired);
    let id = instance.admit(&link.url);
    let failed = instance.settled(&link, &id);
    assert_eq!(
        (&failed["errorMessageCode"], &failed["processingStep"]),
        (&"EXPIRED_LINK".into(), &"DOWNLOADING".into())
    );
    link.switch_to(Behaviour::Paused);
    assert_eq!(instance.admit(&link.url), id);
    let again = instance.status(&link.key, &id);
    assert_eq!(
        (&again["isErrored"], &again["errorMessageCode"]),
        (&false.into(), &Value::Null),
        "{again}"
    );
    link.switch_to(Behaviour::Package);
    assert_eq!(instance.settled(&link, &id)["isDataAvailable"], true);
}

#[test]
fn a_package_over_the_size_limit_is_rejected() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_MAX_DOWNLOAD", "10000")]);
    let link = discord.link(small().0, Behaviour::Package);
    let id = instance.admit(&link.url);
    assert_eq!(instance.settled(&link, &id)["errorMessageCode"], "INVALID_LINK");
}

#[test]
fn slow_and_challenged_downloads_keep_no_package_waiting() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_DOWNLOADS", "2")]);
    let link = |behaviour| discord.link(small().0, behaviour);
    let (slow, challenged) = (link(Behaviour::Paused), link(Behaviour::Challenge));
    let (slow_id, challenged_id) = (instance.admit(&slow.url), instance.admit(&challenged.url));
    // Of the two places, the slow download occupies one for ever; the challenged one goes back to the queue.
    instance.process(&link(Behaviour::Package));
    for (link, id) in [(&slow, &slow_id), (&challenged, &challenged_id)] {
        let status = instance.status(&link.key, id);
        assert_eq!(status["errorMessageCode"], serde_json::Value::Null, "{status}");
        assert_ne!(status["processingStep"], "PROCESSED", "{status}");
    }
    assert!(challenged.clicks() > 0);
}
