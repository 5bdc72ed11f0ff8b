//! Discord's own links, over TLS.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use dumpus_adapters::source_http::HttpSourceSettings;
use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::source::SourceError;

use super::stub::server::{Head, Reply, Stub};
use super::stub::tls::Authority;
use super::{ETAG, fetch, package, quick_limits};

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

    async fn fetch_trusting(&self, extra_ca_file: Option<PathBuf>) -> Result<Vec<u8>, SourceError> {
        let place = |name: &str, address: SocketAddr| format!("{name}:443:{address}");
        let overrides = [
            place("click.discord.com", self.click.address),
            place("storage.googleapis.com", self.storage.address),
        ]
        .join(",");
        let mut settings = HttpSourceSettings::default();
        settings.transport.overrides = overrides.parse().expect("overrides");
        settings.transport.extra_ca_file = extra_ca_file;
        settings.limits = quick_limits();
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
    assert!(matches!(outcome, Err(SourceError::Challenged)), "{outcome:?}");
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
    let Err(SourceError::Unavailable(detail)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(detail, FailureDetail::Certificate);
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
