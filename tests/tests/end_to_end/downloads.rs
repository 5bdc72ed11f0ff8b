//! However Discord answers, a package ends in its statistics or with the code that says why not.

use serde_json::Value;

use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::instance::Instance;
use crate::support::packages::{ownerless, small};

struct Case {
    what: &'static str,
    link: Link,
    /// Through the origin of the operator rather than Discord's.
    is_plain: bool,
    expected: Result<(), &'static str>,
}

/// Processes all of them at once and asserts how each ends.
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
fn each_way_in_which_discord_answers_has_its_end() {
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
            "cut, with ranges",
            Behaviour::CutAtEveryTenth { with_ranges: true },
            Ok(()),
        ),
        case(
            "cut, without ranges",
            Behaviour::CutAtEveryTenth { with_ranges: false },
            Ok(()),
        ),
        case("in trouble twice", Behaviour::Troubled(2), Ok(())),
        case("expired", Behaviour::Expired, Err("EXPIRED_LINK")),
        plain("expired, elsewhere", Behaviour::Expired, Err("EXPIRED_LINK")),
        case("challenge", Behaviour::Challenge, Err("SERVER_ERROR")),
        plain("challenge of no Discord", Behaviour::Challenge, Err("EXPIRED_LINK")),
        case("page", Behaviour::Page, Err("INVALID_LINK")),
        case("no archive", Behaviour::NoArchive, Err("INVALID_LINK")),
        case("too large a length", Behaviour::LengthTooLarge, Err("SERVER_ERROR")),
        case("too small a length", Behaviour::LengthTooSmall, Err("INVALID_LINK")),
        case("no proof of the name", Behaviour::Unproven, Err("SERVER_ERROR")),
        case("in circles", Behaviour::Loop, Err("INVALID_LINK")),
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
            "to loopback in disguise",
            to("https://[::ffff:7f00:1]/package.zip"),
            Err("INVALID_LINK"),
        ),
        case(
            "to a name of loopback",
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
        link("cut, with ranges").downloads(),
        10,
        "each answer goes on where the one before ended"
    );
    assert_eq!(link("cut, with ranges").clicks(), 1, "the link may count its uses");
    assert_eq!(link("in trouble twice").downloads(), 3);
    assert_eq!(link("expired").clicks(), 1, "an expired link is not asked again");
    assert!(link("challenge").clicks() > 1, "a challenge is tried again");
}

#[test]
fn a_failed_package_is_processed_anew_when_submitted_again() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let link = discord.link(small().0, Behaviour::Expired);
    let id = instance.admit(&link.url);
    let failed = instance.settled(&link, &id);
    assert_eq!(
        (&failed["errorMessageCode"], &failed["processingStep"]),
        (&"EXPIRED_LINK".into(), &"DOWNLOADING".into())
    );
    link.switch_to(Behaviour::Held);
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
fn a_package_over_the_limit_of_the_instance_is_refused() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_MAX_DOWNLOAD", "10000")]);
    let link = discord.link(small().0, Behaviour::Package);
    let id = instance.admit(&link.url);
    assert_eq!(instance.settled(&link, &id)["errorMessageCode"], "INVALID_LINK");
}
