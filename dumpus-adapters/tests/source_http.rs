//! Downloads against a stub of Discord and its storage host.
#![cfg(feature = "http")]
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod stub;

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dumpus_adapters::source_http::{DownloadLimits, HttpSource, HttpSourceSettings};
use dumpus_adapters::spool::SpoolSettings;
use dumpus_adapters::transport::TransportSettings;
use dumpus_ports::archive::{PackageBytes, Progress};
use dumpus_ports::domain::link::{LinkPolicy, PackageLink};
use dumpus_ports::source::{PackageSource as _, SourceError};
use stub::server::{Head, Reply, Stub};
use stub::tls::Authority;

const KEY: &str = "a-key-that-nobody-may-see";
const ETAG: &str = "\"first\"";

/// Not a real archive: only its first bytes are looked at.
fn package() -> Vec<u8> {
    let noise = (0_u32..75_000).flat_map(|at| at.wrapping_mul(0x9e37_79b1).to_le_bytes());
    b"PK\x03\x04".iter().copied().chain(noise).collect()
}

fn limits() -> DownloadLimits {
    DownloadLimits {
        attempts: 3,
        backoff: Duration::from_millis(2),
        longest_wait: Duration::from_millis(20),
        ..DownloadLimits::default()
    }
}

fn settings(stubs: &[&Stub]) -> HttpSourceSettings {
    let origins = stubs.iter().map(|stub| stub.origin().parse().expect("an origin"));
    HttpSourceSettings {
        transport: TransportSettings {
            policy: LinkPolicy::new(origins.collect()),
            ..TransportSettings::default()
        },
        limits: limits(),
        ..HttpSourceSettings::default()
    }
}

fn link_to(stub: &Stub, settings: &HttpSourceSettings) -> PackageLink {
    let text = format!("{}/start?upn={KEY}", stub.origin());
    settings.transport.policy.parse(&text).expect("a link")
}

async fn fetch(settings: HttpSourceSettings, link: &PackageLink) -> Result<Vec<u8>, SourceError> {
    let progress = Progress::new();
    let source = HttpSource::new(settings).expect("a source");
    let package = source.download(link, progress.clone()).await?;
    assert_eq!(progress.bytes().0, package.size(), "progress counts what is there");
    Ok(content(&package))
}

fn content(package: &Arc<dyn PackageBytes>) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(package.size()).expect("a size")];
    package.read_exact_at(0, &mut bytes).expect("the bytes");
    bytes
}

/// What comes of the answers of one configured host.
async fn outcome(answers: impl Fn(usize, &Head) -> Reply + Send + Sync + 'static) -> Result<Vec<u8>, SourceError> {
    let stub = Stub::start(answers).await;
    let settings = settings(&[&stub]);
    let link = link_to(&stub, &settings);
    let outcome = fetch(settings, &link).await;
    if let Err(error) = &outcome {
        let text = format!("{error} {error:?}");
        assert!(!text.contains(KEY) && !text.contains("127.0.0.1"), "{text}");
    }
    outcome
}

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
    let settings = HttpSourceSettings {
        spool: SpoolSettings {
            memory: 1000,
            ..SpoolSettings::default()
        },
        ..settings(&[&stub])
    };
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
    let Err(SourceError::Unavailable(text)) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(text.contains("503"), "{text}");
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
    let began = std::time::Instant::now();
    fetch(settings, &link).await.expect("a package");
    assert!(began.elapsed() >= Duration::from_secs(1));
}

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

#[tokio::test]
async fn a_length_that_is_never_reached_is_told() {
    let outcome = outcome(|_, _| {
        let reply = Reply::new(200, package()).with("content-length", "980000000");
        reply.cut_after(package().len())
    })
    .await;
    let Err(SourceError::Unavailable(text)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(text, "The archive ends early: 0 of 980 MB arrived.");
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
    let settings = HttpSourceSettings {
        spool: SpoolSettings {
            memory: 10,
            folder: "/nowhere/at/all".into(),
        },
        ..settings(&[&stub])
    };
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

/// Discord's click host and its storage host, under an authority of the test.
struct Discord {
    click: Stub,
    storage: Stub,
    authority: Authority,
}

impl Discord {
    async fn start(
        click: impl Fn(usize, &Head) -> Reply + Send + Sync + 'static,
        storage: impl Fn(usize, &Head) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let authority = Authority::new();
        Self {
            click: Stub::start_tls(authority.acceptor("click.discord.com"), click).await,
            storage: Stub::start_tls(authority.acceptor("storage.googleapis.com"), storage).await,
            authority,
        }
    }

    async fn fetch(&self) -> Result<Vec<u8>, SourceError> {
        let mut ca = tempfile::NamedTempFile::new().expect("a file");
        ca.write_all(self.authority.pem().as_bytes()).expect("written");
        self.fetch_trusting(Some(ca.path().to_owned())).await
    }

    async fn fetch_trusting(&self, extra_ca_file: Option<std::path::PathBuf>) -> Result<Vec<u8>, SourceError> {
        let place = |name: &str, address: SocketAddr| format!("{name}:443:{address}");
        let overrides = [
            place("click.discord.com", self.click.address),
            place("storage.googleapis.com", self.storage.address),
        ]
        .join(",");
        let settings = HttpSourceSettings {
            transport: TransportSettings {
                overrides: overrides.parse().expect("overrides"),
                extra_ca_file,
                ..TransportSettings::default()
            },
            limits: limits(),
            ..HttpSourceSettings::default()
        };
        let key = format!("u001.{}", "x-2B".repeat(150));
        let text = format!("https://click.discord.com/ls/click?upn={key}");
        let link = settings.transport.policy.parse(&text).expect("a link");
        fetch(settings, &link).await
    }
}

fn to_storage(_: usize, _: &Head) -> Reply {
    Reply::redirect("https://storage.googleapis.com/bucket/package.zip?signature=1")
}

#[tokio::test]
async fn discords_link_leads_to_the_package() {
    let discord = Discord::start(to_storage, |_, head| Reply::file(head, &package(), ETAG)).await;
    assert!(discord.fetch().await.expect("a package") == package());
    let request = &discord.storage.requests()[0];
    assert_eq!(request.header("host"), Some("storage.googleapis.com"));
}

#[tokio::test]
async fn discords_storage_host_says_what_has_expired() {
    let xml = "<Error><Code>ExpiredToken</Code></Error>";
    let discord = Discord::start(to_storage, move |_, _| Reply::new(400, xml)).await;
    let outcome = discord.fetch().await;
    assert!(matches!(outcome, Err(SourceError::Expired(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_challenge_is_tried_again_and_told_when_it_stays() {
    let challenge = || {
        Reply::new(403, "<html>Just a moment...</html>")
            .with("cf-mitigated", "challenge")
            .with("server", "cloudflare")
    };
    let storage = |_: usize, head: &Head| Reply::file(head, &package(), ETAG);
    let passing = move |number, head: &Head| if number == 0 { challenge() } else { to_storage(0, head) };
    assert!(Discord::start(passing, storage).await.fetch().await.is_ok());
    let outcome = Discord::start(move |_, _| challenge(), storage).await.fetch().await;
    let Err(SourceError::Unavailable(text)) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(text.contains("browser"), "{text}");
}

#[tokio::test]
async fn a_page_of_the_click_host_means_a_wrong_link() {
    let page = || Reply::new(200, "<html>Wrong link</html>").with("content-type", "text/html");
    for reply in [page(), Reply::new(404, ""), Reply::new(400, "")] {
        let discord = Discord::start(move |_, _| reply.clone(), |_, _| Reply::new(500, "")).await;
        let outcome = discord.fetch().await;
        assert!(matches!(outcome, Err(SourceError::Invalid(_))), "{outcome:?}");
        assert!(discord.storage.requests().is_empty());
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_told() {
    let discord = Discord::start(to_storage, |_, head| Reply::file(head, &package(), ETAG)).await;
    let outcome = discord.fetch_trusting(None).await;
    let Err(SourceError::Unavailable(text)) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(text.contains("certificate"), "{text}");
    assert!(discord.click.requests().is_empty());
}

#[tokio::test]
async fn overrides_exempt_only_what_they_name() {
    let inside = Stub::start(|_, _| Reply::new(200, package())).await;
    let port = inside.address.port();
    let to = format!("https://localhost:{port}/");
    let discord = Discord::start(move |_, _| Reply::redirect(&to), |_, _| Reply::new(500, "")).await;
    let outcome = discord.fetch().await;
    assert!(matches!(outcome, Err(SourceError::Invalid(_))), "{outcome:?}");
    assert!(inside.requests().is_empty());
}
