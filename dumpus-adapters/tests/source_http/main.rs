//! Downloads against a stub of Discord and its storage host.
#![cfg(feature = "http")]
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod answers;
mod discord;
mod interruptions;
mod limits;
#[path = "../stub/mod.rs"]
mod stub;

use std::sync::Arc;
use std::time::Duration;

use dumpus_adapters::source_http::{DownloadLimits, HttpSource, HttpSourceSettings};
use dumpus_ports::archive::{PackageBytes, Progress};
use dumpus_ports::domain::link::{LinkPolicy, PackageLink};
use dumpus_ports::source::{PackageSource as _, SourceError};
use stub::server::{Head, Reply, Stub};

const KEY: &str = "a-key-that-nobody-may-see";
const ETAG: &str = "\"first\"";

/// Not a real archive: only its first bytes are looked at.
fn package() -> Vec<u8> {
    let noise = (0_u32..75_000).flat_map(|at| at.wrapping_mul(0x9e37_79b1).to_le_bytes());
    b"PK\x03\x04".iter().copied().chain(noise).collect()
}

fn quick_limits() -> DownloadLimits {
    let mut limits = DownloadLimits::default();
    limits.attempts = 3;
    limits.backoff = Duration::from_millis(2);
    limits.longest_wait = Duration::from_millis(20);
    limits
}

fn settings(stubs: &[&Stub]) -> HttpSourceSettings {
    let origins = stubs.iter().map(|stub| stub.origin().parse().expect("an origin"));
    let mut settings = HttpSourceSettings::default();
    settings.transport.policy = LinkPolicy::new(origins.collect());
    settings.limits = quick_limits();
    settings
}

fn link_to(stub: &Stub, settings: &HttpSourceSettings) -> PackageLink {
    let text = format!("{}/start?upn={KEY}", stub.origin());
    settings.transport.policy.parse(&text).expect("a link")
}

async fn fetch(settings: HttpSourceSettings, link: &PackageLink) -> Result<Vec<u8>, SourceError> {
    let progress = Progress::new();
    let source = HttpSource::new(settings).expect("a source");
    let package = source
        .download(link, progress.clone(), dumpus_ports::CancellationToken::new())
        .await?;
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
