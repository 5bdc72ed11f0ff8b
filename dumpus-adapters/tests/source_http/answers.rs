//! What answers mean, and where redirects may lead.

use std::time::{Duration, Instant};

use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::source::SourceError;

use super::stub::server::{Reply, Stub};
use super::{ETAG, fetch, link_to, outcome, package, settings};

#[tokio::test]
async fn a_package_comes_as_it_is() {
    assert!(outcome(|_, _| Reply::new(200, package())).await.expect("a package") == package());
}

#[tokio::test]
async fn a_package_in_chunks_comes_as_it_is() {
    let got = outcome(|_, _| Reply::new(200, package()).chunked()).await;
    assert!(got.expect("a package") == package());
}

#[tokio::test]
async fn a_large_package_lies_encrypted_on_the_disk_and_comes_as_it_is() {
    let stub = Stub::start(|_, head| Reply::file(head, &package(), ETAG)).await;
    let mut settings = settings(&[&stub]);
    settings.spool.memory = 1000;
    let link = link_to(&stub, &settings);
    assert!(fetch(settings, &link).await.expect("a package") == package());
}

#[tokio::test]
async fn the_type_of_an_archive_does_not_matter() {
    let got = outcome(|_, _| Reply::new(200, package()).with("content-type", "text/html")).await;
    assert!(got.is_ok());
}

#[tokio::test]
async fn no_compression_and_no_cookie_is_asked_for() {
    let stub = Stub::start(|number, _| {
        if number == 0 {
            Reply::new(503, "").with("set-cookie", "a=b")
        } else {
            Reply::new(200, package())
        }
    })
    .await;
    let settings = settings(&[&stub]);
    let link = link_to(&stub, &settings);
    fetch(settings, &link).await.expect("a package");
    for request in stub.requests() {
        assert_eq!(request.header("accept-encoding"), Some("identity"));
        assert_eq!(request.header("cookie"), None);
        let agent = request.header("user-agent").unwrap_or_default();
        assert!(agent.starts_with("dumpus/"));
    }
}

#[tokio::test]
async fn a_redirect_leads_to_the_storage_host() {
    let storage = Stub::start(|_, head| Reply::file(head, &package(), ETAG)).await;
    let to = format!("{}/file.zip?signature=1", storage.origin());
    let click = Stub::start(move |_, _| Reply::redirect(&to)).await;
    let settings = settings(&[&click, &storage]);
    let link = link_to(&click, &settings);
    assert!(fetch(settings, &link).await.expect("a package") == package());
    assert_eq!(storage.requests()[0].path, "/file.zip?signature=1");
}

#[tokio::test]
async fn redirects_to_refused_addresses_are_not_followed() {
    let inside = Stub::start(|_, _| Reply::new(200, package())).await;
    let port = inside.address.port();
    for to in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://user:password@127.0.0.1:{port}/"),
        "http://storage.googleapis.com/file.zip".to_owned(),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "file:///etc/passwd".to_owned(),
        "https://".to_owned(),
    ] {
        let location = to.clone();
        let outcome = outcome(move |_, _| Reply::redirect(&location)).await;
        assert!(matches!(outcome, Err(SourceError::Invalid(_))), "{to}: {outcome:?}");
    }
    assert!(inside.requests().is_empty());
}

#[tokio::test]
async fn five_redirects_are_followed_and_six_are_not() {
    let outcome_of = |most: usize| {
        outcome(move |number, _| {
            if number < most {
                Reply::redirect("/on")
            } else {
                Reply::new(200, package())
            }
        })
    };
    assert!(outcome_of(5).await.is_ok());
    assert!(matches!(outcome_of(6).await, Err(SourceError::Invalid(_))));
}

#[tokio::test]
async fn an_expired_address_is_told_from_other_errors() {
    let page = "<?xml version='1.0'?><Error><Code>ExpiredToken</Code></Error>";
    for status in [400, 403, 404, 410] {
        let outcome = outcome(move |_, _| Reply::new(status, page)).await;
        assert!(matches!(outcome, Err(SourceError::Expired(_))), "{status}: {outcome:?}");
    }
}

#[tokio::test]
async fn what_is_no_archive_is_refused() {
    for body in ["<html>not here</html>", "{}", "P", ""] {
        let outcome = outcome(move |_, _| Reply::new(200, body).with("content-type", "application/zip")).await;
        assert!(matches!(outcome, Err(SourceError::Invalid(_))), "{body}: {outcome:?}");
    }
}

#[tokio::test]
async fn temporary_errors_pass() {
    for status in [408, 425, 429, 500, 502, 503, 504] {
        let outcome = outcome(move |number, _| match number {
            0 => Reply::new(status, "").with("retry-after", "0"),
            1 => Reply::new(status, ""),
            _ => Reply::new(200, package()),
        })
        .await;
        assert!(outcome.is_ok(), "{status}: {outcome:?}");
    }
}

#[tokio::test]
async fn errors_that_stay_end_the_download() {
    let outcome = outcome(|_, _| Reply::new(503, "")).await;
    let Err(SourceError::Unavailable(detail)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(detail, FailureDetail::Status { status: 503 });
}

#[tokio::test]
async fn the_wait_that_is_asked_for_is_kept() {
    let stub = Stub::start(|number, _| match number {
        0 => Reply::new(429, "").with("retry-after", "1"),
        _ => Reply::new(200, package()),
    })
    .await;
    let mut settings = settings(&[&stub]);
    settings.limits.longest_wait = Duration::from_secs(5);
    let link = link_to(&stub, &settings);
    let began = Instant::now();
    fetch(settings, &link).await.expect("a package");
    assert!(began.elapsed() >= Duration::from_secs(1));
}
