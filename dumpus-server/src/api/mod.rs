//! The HTTP API: transport for the use cases of `dumpus-ports`, and nothing else.

mod document;
mod http;
mod operations;
mod page;
mod settings;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use poem::endpoint::BoxEndpoint;
use poem::middleware::{NormalizePath, TrailingSlash};
use poem::{EndpointExt, IntoEndpoint, Response};
use poem_openapi::{LicenseObject, OpenApiService};

use dumpus_ports::rate_limiter::Rate;

pub use document::VERSION;
pub use http::{AdminToken, Cors, Network, ParseAdminTokenError, ParseNetworkError, ParseOriginsError, ProxySettings};
pub use operations::UseCases;
pub use settings::ApiSettings;

use self::document::{DESCRIPTION, Documents, TITLE};
use self::http::{RateLimit, ResponseLayer, RouteTable, UntrustedProxies, watch_backends};

/// Requests of one client with a wrong key or token before responses are delayed.
const WRONG_KEYS: Rate = Rate::new(30, Duration::from_mins(1));

/// The API, with everything that requests and responses pass through.
#[must_use]
pub fn service(use_cases: UseCases, settings: ApiSettings) -> BoxEndpoint<'static, Response> {
    watch_backends(&use_cases.dumpus);
    let documents = Arc::new(OnceLock::new());
    let wrong_keys = RateLimit::new(use_cases.rate_limiter.clone(), "wrong keys", WRONG_KEYS);
    let operations = operations::all(use_cases, &settings, documents.clone());
    let service = OpenApiService::new(operations.api, TITLE, VERSION)
        .description(DESCRIPTION)
        .license(LicenseObject::new("MIT"));
    documents.get_or_init(|| Documents::new(&service.spec(), &service.scalar_html()));
    let layer = ResponseLayer {
        inner: service.into_endpoint(),
        routes: RouteTable::new(operations.routes),
        cors: settings.cors,
        proxy: Arc::new(settings.proxy),
        wrong_keys,
        untrusted: UntrustedProxies::default(),
    };
    // A base address typed with a trailing slash makes the official client request `//process/...`.
    layer.with(NormalizePath::new(TrailingSlash::MergeOnly)).boxed()
}
