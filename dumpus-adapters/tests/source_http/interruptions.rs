//! Downloads that are interrupted and go on.

use super::stub::server::{Reply, Stub};
use super::{ETAG, fetch, link_to, outcome, package, settings};

#[tokio::test]
async fn a_cut_download_goes_on_where_it_ended() {
    let size = package().len();
    for tenth in 1..10 {
        let at = size * tenth / 10;
        let stub = Stub::start(move |number, head| match number {
            0 => Reply::file(head, &package(), ETAG).cut_after(at),
            _ => Reply::file(head, &package(), ETAG),
        })
        .await;
        let settings = settings(&[&stub]);
        let link = link_to(&stub, &settings);
        assert!(fetch(settings, &link).await.expect("a package") == package());
        let again = &stub.requests()[1];
        assert_eq!(again.header("range"), Some(&*format!("bytes={at}-")));
        assert_eq!(again.header("if-range"), Some(ETAG));
    }
}

#[tokio::test]
async fn a_download_that_is_cut_again_and_again_ends_when_each_attempt_brings_something() {
    let step = package().len() / 10 + 1;
    let got = outcome(move |_, head| {
        let reply = Reply::file(head, &package(), ETAG);
        let cut = step.min(reply.body.len());
        reply.cut_after(cut)
    })
    .await;
    assert!(got.expect("a package") == package());
}

#[tokio::test]
async fn a_host_without_ranges_is_asked_from_the_beginning() {
    let size = package().len();
    for tenth in 1..10 {
        let at = size * tenth / 10;
        let got = outcome(move |number, _| {
            let reply = Reply::new(200, package()).with("etag", ETAG);
            if number == 0 { reply.cut_after(at) } else { reply }
        })
        .await;
        assert!(got.expect("a package") == package(), "{tenth}");
    }
}

#[tokio::test]
async fn without_a_validator_nothing_is_pieced_together() {
    let stub = Stub::start(|number, _| {
        let reply = Reply::new(200, package());
        if number == 0 { reply.cut_after(1000) } else { reply }
    })
    .await;
    let settings = settings(&[&stub]);
    let link = link_to(&stub, &settings);
    assert!(fetch(settings, &link).await.expect("a package") == package());
    assert_eq!(stub.requests()[1].header("range"), None);
}

#[tokio::test]
async fn a_file_that_changed_in_between_is_fetched_anew() {
    let other: Vec<u8> = package().into_iter().rev().collect();
    let changed = [b"PK".to_vec(), other].concat();
    let expected = changed.clone();
    let got = outcome(move |number, head| match number {
        0 => Reply::file(head, &package(), ETAG).cut_after(50_000),
        _ => Reply::file(head, &changed, "\"second\""),
    })
    .await;
    assert!(got.expect("a package") == expected);
}

#[tokio::test]
async fn a_part_of_another_file_is_not_taken() {
    let changed = package().repeat(2);
    let expected = changed.clone();
    let got = outcome(move |number, head| match number {
        0 => Reply::file(head, &package(), ETAG).cut_after(50_000),
        // Ignores `If-Range`, and has grown.
        1 => Reply::file(head, &changed, ETAG),
        _ => Reply::file(head, &changed, "\"second\""),
    })
    .await;
    assert!(got.expect("a package") == expected);
}

#[tokio::test]
async fn a_range_beyond_the_file_begins_anew() {
    let got = outcome(|number, head| match number {
        0 => Reply::file(head, &package(), ETAG).cut_after(50_000),
        1 => Reply::new(416, ""),
        _ => Reply::file(head, &package(), ETAG),
    })
    .await;
    assert!(got.expect("a package") == package());
}

#[tokio::test]
async fn an_address_that_expires_in_the_middle_is_renewed_through_the_link() {
    let storage = Stub::start(|number, head| match (number, &*head.path) {
        (0, "/file?signature=0") => Reply::file(head, &package(), ETAG).cut_after(50_000),
        (_, "/file?signature=1") => Reply::file(head, &package(), ETAG),
        _ => Reply::new(403, "expired"),
    })
    .await;
    let origin = storage.origin();
    let click = Stub::start(move |number, _| Reply::redirect(&format!("{origin}/file?signature={number}"))).await;
    let settings = settings(&[&click, &storage]);
    let link = link_to(&click, &settings);
    assert!(fetch(settings, &link).await.expect("a package") == package());
    let paths: Vec<_> = storage.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/file?signature=0", "/file?signature=0", "/file?signature=1"]);
    assert_eq!(storage.requests()[2].header("range"), Some("bytes=50000-"));
}
