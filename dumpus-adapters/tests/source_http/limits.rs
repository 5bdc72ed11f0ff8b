//! Hosts that do not deliver, and limits of time and size.

use std::time::Duration;

use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::source::SourceError;

use super::stub::server::{Reply, Stub};
use super::{ETAG, fetch, link_to, outcome, package, settings};

#[tokio::test]
async fn a_length_that_is_never_reached_is_told() {
    let outcome = outcome(|_, _| {
        let reply = Reply::new(200, package()).with("content-length", "980000000");
        reply.cut_after(package().len())
    })
    .await;
    let Err(SourceError::Unavailable(detail)) = outcome else {
        panic!("{outcome:?}");
    };
    let (received, total) = (package().len() as u64, 980_000_000);
    assert_eq!(detail, FailureDetail::Truncated { received, total });
}

#[tokio::test]
async fn a_host_that_falls_silent_is_left() {
    for reply in [Reply::silence(), Reply::new(200, package()).stalling_after(1000)] {
        let stub = Stub::start(move |_, _| reply.clone()).await;
        let mut settings = settings(&[&stub]);
        settings.limits.first_byte = Duration::from_millis(100);
        settings.limits.idle = Duration::from_millis(100);
        let link = link_to(&stub, &settings);
        let outcome = fetch(settings, &link).await;
        assert!(matches!(outcome, Err(SourceError::Unavailable(_))), "{outcome:?}");
        assert_eq!(stub.requests().len(), 3);
    }
}

#[tokio::test]
async fn a_host_that_stalls_is_asked_for_the_rest() {
    let stub = Stub::start(|number, head| {
        let reply = Reply::file(head, &package(), ETAG);
        if number == 0 {
            reply.stalling_after(60_000)
        } else {
            reply
        }
    })
    .await;
    let mut settings = settings(&[&stub]);
    settings.limits.idle = Duration::from_millis(500);
    let link = link_to(&stub, &settings);
    assert!(fetch(settings, &link).await.expect("a package") == package());
}

#[tokio::test]
async fn the_whole_download_has_a_limit() {
    let stub = Stub::start(|_, _| Reply::silence()).await;
    let mut settings = settings(&[&stub]);
    settings.limits.whole = Duration::from_millis(50);
    let link = link_to(&stub, &settings);
    let outcome = fetch(settings, &link).await;
    assert!(matches!(outcome, Err(SourceError::Unavailable(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_host_that_sends_too_slowly_for_too_long_is_left() {
    let stub = Stub::start(|_, head| Reply::file(head, &package(), ETAG)).await;
    let mut settings = settings(&[&stub]);
    settings.limits.slowest = u64::MAX;
    let link = link_to(&stub, &settings);
    assert!(
        fetch(settings.clone(), &link)
            .await
            .expect("a package within the grace")
            == package()
    );
    settings.limits.grace = Duration::ZERO;
    let outcome = fetch(settings, &link).await;
    let Err(SourceError::Unavailable(FailureDetail::TooSlow { .. })) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(stub.requests().len(), 2, "no further attempt");
}

#[tokio::test]
async fn a_package_over_the_limit_is_refused_by_its_length_and_by_its_bytes() {
    for is_chunked in [false, true] {
        let stub = Stub::start(move |_, _| {
            let reply = Reply::new(200, package());
            if is_chunked { reply.chunked() } else { reply }
        })
        .await;
        let mut settings = settings(&[&stub]);
        settings.limits.bytes = package().len() as u64 - 1;
        let link = link_to(&stub, &settings);
        let outcome = fetch(settings, &link).await;
        assert!(matches!(outcome, Err(SourceError::Invalid(_))), "{outcome:?}");
        assert_eq!(stub.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_no_fault_of_the_link() {
    let stub = Stub::start(|_, _| Reply::new(200, package())).await;
    let mut settings = settings(&[&stub]);
    settings.spool.memory = 10;
    settings.spool.folder = "/nowhere/at/all".into();
    let link = link_to(&stub, &settings);
    let outcome = fetch(settings, &link).await;
    assert!(matches!(outcome, Err(SourceError::Storage(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_host_that_is_not_there_is_unavailable() {
    let stub = Stub::start(|_, _| Reply::silence()).await;
    let settings = settings(&[&stub]);
    let link = link_to(&stub, &settings);
    drop(stub);
    let outcome = fetch(settings, &link).await;
    assert!(matches!(outcome, Err(SourceError::Unavailable(_))), "{outcome:?}");
}
