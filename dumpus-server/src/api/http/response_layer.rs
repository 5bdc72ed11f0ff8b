//! The outermost layer: limits, headers and logging of every request and response.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use poem::http::{HeaderValue, Method, StatusCode, header};
use poem::{Body, Endpoint, Request, Response, Result};
use tokio::time::sleep;
use tracing::Instrument;

use super::client::ProxySettings;
use super::cors::Cors;
use super::problem::{Code, DEFECT};
use super::rate_limit::RateLimit;
use super::route::{Route, RouteTable};
use super::untrusted_proxies::UntrustedProxies;

/// Limit of a request's body.
const MAX_BODY_BYTES: usize = 16 * 1024;
/// Time limit for receiving a body of that size.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long responses are delayed to a client that presented too many wrong keys or tokens.
const WRONG_KEY_DELAY: Duration = Duration::from_secs(5);

/// Pages work offline: they load nothing from other hosts.
const PAGE_POLICY: &str = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'none'";

/// Pages use none of these.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// The outermost endpoint: every response leaves with its headers and in its documented shape.
pub(in crate::api) struct ResponseLayer<E> {
    pub(in crate::api) inner: E,
    pub(in crate::api) routes: RouteTable,
    pub(in crate::api) cors: Cors,
    pub(in crate::api) proxy: Arc<ProxySettings>,
    pub(in crate::api) wrong_keys: RateLimit,
    pub(in crate::api) untrusted: UntrustedProxies,
}

impl<E: Endpoint<Output = Response>> Endpoint for ResponseLayer<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let started = Instant::now();
        let route = self.routes.find(request.uri().path());
        let method = loggable(request.method());
        let origin = request.headers().get(header::ORIGIN).cloned();
        self.untrusted.check(&self.proxy, &request);
        let client = self.proxy.client_of(&request);
        request.set_data(self.proxy.clone());
        // The path may identify a user, and the query may hold a key: neither is logged.
        let span = tracing::info_span!("request", http.method = method, http.route = route.template());
        let mut response = async {
            let response = self.respond(request, route).await;
            if response.status() == StatusCode::UNAUTHORIZED {
                // Guessing is slow. The response is the same as to a single wrong key.
                if self.wrong_keys.take(client).await.is_err() {
                    sleep(WRONG_KEY_DELAY).await;
                }
            }
            let status = response.status().as_u16();
            let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(http.status = status, elapsed_ms, "Answered");
            response
        }
        .instrument(span)
        .await;
        let is_page = response
            .content_type()
            .is_some_and(|kind| kind.starts_with("text/html"));
        let headers = response.headers_mut();
        self.cors.apply(origin.as_ref(), headers);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        if is_page {
            headers.insert("permissions-policy", HeaderValue::from_static(PERMISSIONS));
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
        }
        if !route.is_cacheable() {
            let cache = headers.entry(header::CACHE_CONTROL);
            cache.or_insert(HeaderValue::from_static("no-store"));
        }
        Ok(response)
    }
}

impl<E: Endpoint<Output = Response>> ResponseLayer<E> {
    async fn respond(&self, mut request: Request, route: &Route) -> Response {
        if request.method() == Method::OPTIONS {
            return Response::builder().status(StatusCode::NO_CONTENT).finish();
        }
        if request.method() == Method::HEAD {
            // The HTTP server omits the body and keeps its length.
            request.set_method(Method::GET);
        }
        if let Err(unread) = read_body(&mut request).await {
            return unread.refuse(route);
        }
        match AssertUnwindSafe(self.inner.call(request)).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => refuse(route, error.status()),
            // The panic hook has logged where it happened.
            Err(_) => refuse(route, StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

/// The method if it is a usual one: clients do not get to write arbitrary text into the log.
fn loggable(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn refuse(route: &Route, status: StatusCode) -> Response {
    let (status, code, detail) = match status {
        StatusCode::NOT_FOUND => (status, Code::NotFound, "There is no such route."),
        StatusCode::METHOD_NOT_ALLOWED => (status, Code::MethodNotAllowed, "The route has no such method."),
        StatusCode::UNAUTHORIZED => (status, Code::Unauthorized, "The key is missing or malformed."),
        _ if status.is_client_error() => (
            StatusCode::BAD_REQUEST,
            Code::InvalidRequest,
            "The request is not what the API describes.",
        ),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, Code::ServerError, DEFECT),
    };
    route.refuse(status, code, detail)
}

/// Why a body was not read.
enum Unread {
    TooLarge,
    Broken,
}

impl Unread {
    fn refuse(&self, route: &Route) -> Response {
        let (status, detail) = match self {
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 16 KiB."),
            Self::Broken => (StatusCode::BAD_REQUEST, "The body did not arrive."),
        };
        let mut response = route.refuse(status, Code::InvalidRequest, detail);
        // Closing is cheaper than reading the rest of the body.
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
        response
    }
}

/// Reads the whole body into memory, so that handlers see a small and complete one.
async fn read_body(request: &mut Request) -> Result<(), Unread> {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let is_chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    if length.is_none() && !is_chunked && request.method() != Method::POST {
        return Ok(());
    }
    let length: Option<usize> = length.and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length| length > MAX_BODY_BYTES) {
        return Err(Unread::TooLarge);
    }
    let body = request.take_body();
    match tokio::time::timeout(BODY_TIMEOUT, body.into_bytes_limit(MAX_BODY_BYTES)).await {
        Ok(Ok(bytes)) => {
            request.set_body(Body::from_bytes(bytes));
            Ok(())
        }
        Ok(Err(poem::error::ReadBodyError::PayloadTooLarge)) => Err(Unread::TooLarge),
        Ok(Err(_)) | Err(_) => Err(Unread::Broken),
    }
}
