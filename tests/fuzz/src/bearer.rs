//! The header that proves who owns a package.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use dumpus_adapters::crypto_ring::{InstanceKey, RingVault};
use dumpus_adapters::memory::{
    MemoryArchive, MemoryBlobs, MemoryPackage, MemoryRegistry, MemoryReports, MemorySource, ProcessQueue,
};
use dumpus_adapters::report_sqlite::SqliteWriter;
use dumpus_adapters::system::SystemClock;
use dumpus_ports::Dumpus;
use dumpus_ports::rate_limiter::{Bucket, Rate, RateLimiter};
use dumpus_ports::registry::Registry;
use dumpus_server::api::{self, ApiSettings, UseCases};
use dumpus_server::demo::Demo;
use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderValue, Method, StatusCode};
use poem::{Endpoint as _, Request, Response};

use super::{block_on, take};

/// A client that the limits do not know: wrong keys are answered at once.
struct Unlimited;

#[async_trait::async_trait]
impl RateLimiter for Unlimited {
    async fn take(&self, _: Bucket, _: &Rate) -> Result<(), Duration> {
        Ok(())
    }

    async fn charge(&self, _: Bucket, _: &Rate, _: i32) {}
}

/// An instance with one package that is processed.
struct Instance {
    api: BoxEndpoint<'static, Response>,
    package: String,
    key: String,
}

static INSTANCE: LazyLock<Instance> = LazyLock::new(|| block_on(instance()));

async fn instance() -> Instance {
    let clock = Arc::new(SystemClock);
    let dumpus = Dumpus::builder()
        .registry(Registry::new(Arc::new(MemoryRegistry::new(clock.clone()))))
        .queue(Arc::new(ProcessQueue::default()))
        .blobs(Arc::new(MemoryBlobs::new(clock.clone())))
        .vault(Arc::new(RingVault::new(&InstanceKey::from_bytes([7; 32]))))
        .clock(clock);
    let dumpus = Arc::new(dumpus.build().unwrap());
    let address = format!("https://click.discord.com/ls/click?upn={}", "u001.".repeat(120));
    let link = dumpus.parse_link(&address).unwrap();
    let package = b"dumpus observations\nowner\tid=123456789012345678\tusername=ann";
    let source = MemorySource::default();
    source.put(&address, MemoryPackage::Bytes(Arc::new(package.to_vec())));
    let worker = dumpus.worker(Arc::new(source), Arc::new(MemoryArchive), Arc::new(MemoryReports));
    let package = dumpus.submit(&link).await.unwrap().package;
    worker.process_next(Duration::from_secs(5)).await.unwrap();
    let use_cases = UseCases {
        dumpus,
        guilds: None,
        demo: Demo::new(Arc::new(SqliteWriter::default())),
        rate_limiter: Arc::new(Unlimited),
    };
    let settings = ApiSettings {
        admin_token: Some("an admin token of a test".parse().unwrap()),
        ..ApiSettings::default()
    };
    Instance {
        api: api::service(use_cases, settings),
        package: package.to_string(),
        key: link.key().expose().to_owned(),
    }
}

/// Only the key itself opens a package, and nothing but the admin token is the admin token. The first byte is the route.
pub(crate) fn bearer(mut data: &[u8]) {
    let instance = &*INSTANCE;
    let (method, rest) = match take(&mut data) % 6 {
        0 => (Method::GET, "/status"),
        1 => (Method::GET, "/data"),
        2 => (Method::GET, "/blob"),
        3 => (Method::GET, "/user/123456789012345678"),
        4 => (Method::DELETE, ""),
        _ => (Method::POST, "/upgrade"),
    };
    let Ok(header) = HeaderValue::from_bytes(data) else {
        return;
    };
    let is_owner = data.ends_with(instance.key.as_bytes());
    let is_admin = data.ends_with(b"an admin token of a test");
    if method == Method::DELETE && is_owner {
        return;
    }
    let root = if rest == "/upgrade" {
        "/admin/packages"
    } else {
        "/process"
    };
    let path = format!("{root}/{}{rest}", instance.package);
    let request = Request::builder()
        .method(method)
        .uri(path.parse().unwrap())
        .header("authorization", header)
        .finish();
    let response = block_on(instance.api.get_response(request));
    let status = response.status();
    assert!(
        !status.is_server_error() || status == StatusCode::NOT_IMPLEMENTED,
        "{status}"
    );
    let is_allowed = if rest == "/upgrade" { is_admin } else { is_owner };
    assert!(is_allowed || status == StatusCode::UNAUTHORIZED, "{rest}: {status}");
}
