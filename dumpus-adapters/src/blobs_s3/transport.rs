//! HTTP for the client of the store: hyper and rustls with ring, as everywhere in this crate.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::{BodyExt, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpResponseBody,
    HttpService,
};

use super::fault::{Fault, code};

const CONNECT_LIMIT: Duration = Duration::from_secs(1);
/// Shorter than servers keep idle connections: a request on one that was just closed fails.
const IDLE_LIMIT: Duration = Duration::from_secs(3);
/// Error documents are about 1 kB.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// Sends the requests of the store's client.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    client: Client<HttpsConnector<TcpConnector>, HttpRequestBody>,
}

impl Transport {
    /// `None` when the platform has no TLS of this kind.
    pub(super) fn new(allow_http: bool) -> Option<Self> {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_LIMIT));
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .ok()?;
        let schemes = if allow_http {
            tls.https_or_http()
        } else {
            tls.https_only()
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_LIMIT)
            .build(schemes.enable_http1().wrap_connector(tcp));
        Some(Self { client })
    }

    /// The answer as it is, whatever its status.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let response = self.client.request(request).await.map_err(|error| unsent(&error))?;
        Ok(response.map(|body| HttpResponseBody::new(body.map_err(|error| lost(&error)))))
    }
}

#[async_trait]
impl HttpService for Transport {
    /// Refusals become errors here, where the answer's code can be kept and the rest of it dropped.
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let response = self.send(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ERROR_BODY_LIMIT).collect().await;
        let code = body.map(|body| code(&body.to_bytes())).unwrap_or_default();
        let kind = if Fault::is_passing(status) {
            HttpErrorKind::Request
        } else {
            HttpErrorKind::Unknown
        };
        Err(HttpError::new(kind, Fault::Answered { status, code }))
    }
}

impl HttpConnector for Transport {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

fn unsent(error: &ClientError) -> HttpError {
    let kind = if error.is_connect() {
        HttpErrorKind::Connect
    } else {
        HttpErrorKind::Interrupted
    };
    HttpError::new(kind, Fault::Connection(root_cause(error)))
}

fn lost(error: &hyper::Error) -> HttpError {
    HttpError::new(HttpErrorKind::Interrupted, Fault::Connection(root_cause(error)))
}

fn root_cause(error: &dyn Error) -> String {
    let mut root = error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    root.to_string()
}
