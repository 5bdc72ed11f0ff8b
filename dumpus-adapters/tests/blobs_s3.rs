//! Blobs in an object store, from the point of view of browsers, operators and attackers.
#![cfg(feature = "s3")]
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a failing helper fails the test")]

#[path = "s3/http.rs"]
mod http;
#[path = "s3/server.rs"]
mod server;

use std::error::Error;
use std::time::{Duration, Instant};

use bytes::Bytes;
use dumpus_adapters::blobs_s3::{CorsError, S3Blobs, S3Options};
use dumpus_ports::blobs::{BlobError, BlobKey, BlobStore};
use http::{fetch_in_browser, respond_always, send};
use server::Server;
use tokio::net::TcpListener;

const CONTENT: &[u8] = b"ciphertext-of-a-result";
const TTL: Duration = Duration::from_mins(5);
const ORIGIN: &str = "http://127.0.0.1:4200";

fn key(number: u8) -> BlobKey {
    BlobKey::from_bytes([number; 16])
}

async fn address(store: &S3Blobs, key: BlobKey, ttl: Duration) -> String {
    let address = store.presigned(key, ttl).await.expect("a signature");
    address.expect("an address")
}

/// All text of an error that an operator could read.
fn chain(error: &dyn Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.extend([" ", &error.to_string()]);
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn a_page_of_the_client_can_fetch_a_result() {
    let Some(server) = Server::get() else { return };
    let store = server.blobs();
    store.put(key(1), CONTENT.into()).await.unwrap();
    let url = address(&store, key(1), TTL).await;

    let preflight = send(
        "OPTIONS",
        &url,
        &[("origin", ORIGIN), ("access-control-request-method", "GET")],
    )
    .await;
    assert!(matches!(preflight.status, 200 | 204), "{}", preflight.head);
    assert!(
        preflight.header("access-control-allow-origin").is_some(),
        "{}",
        preflight.head
    );

    let answer = send("GET", &url, &[("origin", ORIGIN)]).await;
    assert_eq!((answer.status, &*answer.body), (200, CONTENT));
    let allowed = answer.header("access-control-allow-origin");
    assert!(matches!(allowed, Some("*" | ORIGIN)), "{}", answer.head);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-encoding"), None);

    let foreign = send("GET", &url, &[("origin", "https://elsewhere.example")]).await;
    assert_eq!(foreign.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_browser_reads_a_result_across_origins() {
    let Some(server) = Server::get() else { return };
    let store = server.blobs();
    store.put(key(1), CONTENT.into()).await.unwrap();
    let good = address(&store, key(1), TTL).await;
    if let Some(text) = fetch_in_browser("127.0.0.1", &good).await {
        assert_eq!(text, format!("200 {}", String::from_utf8_lossy(CONTENT)));
    }
    if let Some(text) = fetch_in_browser("localhost", &good).await {
        assert_eq!(text, "refused: NetworkError", "no rule allows this origin");
    }
}

#[tokio::test]
async fn an_altered_address_is_rejected() {
    let Some(server) = Server::get() else { return };
    let store = server.blobs();
    for number in [1, 2] {
        store.put(key(number), CONTENT.into()).await.unwrap();
    }
    let url = address(&store, key(1), TTL).await;
    assert_eq!(send("GET", &url, &[]).await.status, 200);
    let (bare, query) = url.split_once('?').unwrap();
    let (head, signature) = query.split_once("X-Amz-Signature=").unwrap();
    let flipped = if signature.starts_with('0') { "1" } else { "0" };
    let altered = [
        bare.to_owned(),
        format!("{bare}?{head}X-Amz-Signature={flipped}{}", &signature[1..]),
        url.replace(&key(1).to_string(), &key(2).to_string()),
        url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000"),
    ];
    for altered in altered {
        assert_ne!(altered, url);
        let answer = send("GET", &altered, &[("origin", ORIGIN)]).await;
        assert_eq!(answer.status, 403);
        assert!(!answer.body.windows(CONTENT.len()).any(|window| window == CONTENT));
    }
    assert_eq!(
        send("DELETE", &url, &[]).await.status,
        403,
        "an address is for reading only"
    );
}

#[tokio::test]
async fn an_expired_address_is_rejected() {
    let Some(server) = Server::get() else { return };
    let store = server.blobs();
    store.put(key(1), CONTENT.into()).await.unwrap();
    let url = address(&store, key(1), Duration::from_secs(1)).await;
    let expired = async {
        while send("GET", &url, &[]).await.status != 403 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), expired)
        .await
        .expect("it expires");
}

#[tokio::test]
async fn an_address_contains_the_public_endpoint_and_no_secret() {
    let options = |path_style| {
        let mut options = S3Options::default();
        options.endpoint = Some("http://store.internal:9000".to_owned());
        options.public_endpoint = Some("https://blobs.example.org".to_owned());
        "results".clone_into(&mut options.bucket);
        "eu-central-1".clone_into(&mut options.region);
        "the-access-key".clone_into(&mut options.access_key);
        "the-secret-key".clone_into(&mut options.secret_key);
        "a/b".clone_into(&mut options.prefix);
        options.path_style = Some(path_style);
        options
    };
    for (path_style, start) in [
        (true, "https://blobs.example.org/results/a/b/"),
        (false, "https://results.blobs.example.org/a/b/"),
    ] {
        let store = S3Blobs::new(options(path_style)).unwrap();
        let url = address(&store, key(7), TTL).await;
        assert!(url.starts_with(&format!("{start}{}?", key(7))), "{url}");
        assert!(
            url.contains("X-Amz-Expires=300") && !url.contains("the-secret-key"),
            "{url}"
        );
        let debug = format!("{store:?}");
        assert!(debug.contains("results") && !debug.contains("the-"), "{debug}");
    }
}

#[tokio::test]
async fn a_deleted_blob_leaves_nothing_on_the_server() {
    let Some(server) = Server::get() else { return };
    let store = server.blobs();
    let marker = format!("a marker of {}", server.options.prefix);
    store.put(key(1), marker.clone().into()).await.unwrap();
    let url = address(&store, key(1), TTL).await;
    assert_ne!(
        server.holds(marker.as_bytes()),
        Some(false),
        "the search finds what is there"
    );
    store.delete(key(1)).await.unwrap();
    assert_eq!(send("GET", &url, &[]).await.status, 404);
    assert_ne!(
        server.holds(marker.as_bytes()),
        Some(true),
        "the bytes are still stored"
    );
}

#[tokio::test]
async fn a_large_blob_is_stored_and_read() {
    let Some(server) = Server::get() else { return };
    let store = server.blobs();
    let blob: Bytes = (0..=250).cycle().take(24 << 20).collect();
    store.put(key(1), blob.clone()).await.unwrap();
    assert!(store.get(key(1)).await.unwrap() == Some(blob));
}

#[tokio::test]
async fn other_objects_of_the_bucket_are_ignored() {
    let Some(server) = Server::get() else { return };
    let store = server.blobs();
    store.check_cors(ORIGIN).await.unwrap();
    for number in [0xff, 0x11, 0xfe] {
        store.put(key(number), CONTENT.into()).await.unwrap();
    }
    let listed = store.older_than(Duration::ZERO, None, 9).await.unwrap();
    assert_eq!(
        listed,
        [key(0x11), key(0xfe), key(0xff)],
        "the probe of the check is listed"
    );
    let behind = store.older_than(Duration::ZERO, Some(key(0x11)), 1).await.unwrap();
    assert_eq!(behind, [key(0xfe)], "a page without blobs is not the last one");
    store.ping().await.unwrap();
}

#[tokio::test]
async fn cors_rules_are_checked_like_a_browser_does() {
    let Some(server) = Server::get() else { return };
    let store = server.blobs();
    assert_eq!(store.check_cors(ORIGIN).await, Ok(()));
    let foreign = "https://elsewhere.example";
    assert_eq!(
        store.check_cors(foreign).await,
        Err(CorsError::NotAllowed(foreign.to_owned()))
    );
    for text in ["", "dumpus.app", "https://dumpus.app/", "https://a\nb"] {
        assert_eq!(store.check_cors(text).await, Err(CorsError::ParseOriginError), "{text}");
    }
}

#[tokio::test]
async fn a_public_endpoint_that_is_not_the_store_is_reported() {
    let Some(server) = Server::get() else { return };
    let refused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut unreachable = server.options.clone();
    unreachable.public_endpoint = Some(format!("http://{refused}"));
    let error = S3Blobs::new(unreachable).unwrap().check_cors(ORIGIN).await.unwrap_err();
    assert!(matches!(error, CorsError::Unreachable(_)), "{error}");

    let mut other = server.options.clone();
    other.public_endpoint = other.endpoint.as_ref().map(|store| format!("{store}/elsewhere"));
    let error = S3Blobs::new(other).unwrap().check_cors(ORIGIN).await.unwrap_err();
    assert!(matches!(error, CorsError::Refused(_)), "{error}");
    assert!(!chain(&error).contains("the-"), "{error}");
}

#[tokio::test]
async fn a_failed_ping_reports_the_cause_and_no_secret() {
    let Some(server) = Server::get() else { return };
    server.blobs().ping().await.unwrap();
    let changed = |change: fn(&mut S3Options)| {
        let mut options = server.options.clone();
        change(&mut options);
        S3Blobs::new(options).unwrap()
    };
    let cases = [
        (
            changed(|options| options.bucket = "no-such-bucket".to_owned()),
            "there is no such bucket",
        ),
        (
            changed(|options| options.secret_key = "the-wrong-key".to_owned()),
            "does not accept the credentials",
        ),
        (
            changed(|options| options.access_key = "the-wrong-name".to_owned()),
            "does not accept the credentials",
        ),
    ];
    for (store, sentence) in cases {
        let error = store.ping().await.unwrap_err();
        let text = chain(&error);
        assert!(
            matches!(error, BlobError::Failed(_)) && text.contains(sentence),
            "{text}"
        );
        assert!(!text.contains("the-") && !text.contains("127.0.0.1"), "{text}");
        assert!(matches!(store.get(key(1)).await, Err(BlobError::Failed(_))));
        assert!(matches!(
            store.put(key(1), Bytes::new()).await,
            Err(BlobError::Failed(_))
        ));
    }
}

async fn assert_unavailable(store: &S3Blobs) {
    let limit = Duration::from_millis(2500);
    let started = Instant::now();
    let (ping, get, delete) = tokio::join!(store.ping(), store.get(key(1)), store.delete(key(1)));
    let errors = [ping.err(), get.err(), delete.err()];
    assert!(started.elapsed() < limit, "{:?}", started.elapsed());
    for error in errors {
        assert!(matches!(error, Some(BlobError::Unavailable(_))), "{error:?}");
    }
}

fn at(address: std::net::SocketAddr) -> S3Blobs {
    let mut options = S3Options::default();
    options.endpoint = Some(format!("http://{address}"));
    "dumpus".clone_into(&mut options.bucket);
    "name".clone_into(&mut options.access_key);
    "key".clone_into(&mut options.secret_key);
    options.path_style = Some(true);
    S3Blobs::new(options).unwrap()
}

#[tokio::test]
async fn an_unreachable_store_is_reported_promptly() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let store = at(address);
    assert_unavailable(&store).await;
    assert!(matches!(
        store.put(key(1), vec![0].into()).await,
        Err(BlobError::Unavailable(_))
    ));
}

#[tokio::test]
async fn a_silent_store_is_reported_promptly() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    assert_unavailable(&at(listener.local_addr().unwrap())).await;
}

#[tokio::test]
async fn a_bucket_with_versions_is_reported() {
    for (status, expected) in [
        ("<Status>Enabled</Status>", Some(true)),
        ("<Status>Suspended</Status>", Some(true)),
        ("", Some(false)),
    ] {
        let document = format!("<VersioningConfiguration>{status}</VersioningConfiguration>");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let store = at(listener.local_addr().unwrap());
        let answers = respond_always(listener, "application/xml", document);
        assert_eq!(store.keeps_versions().await, expected, "{status}");
        answers.abort();
    }
    let Some(server) = Server::get() else { return };
    assert_ne!(server.blobs().keeps_versions().await, Some(true));
}
