//! Connections to the outside: only where the operator or the rules of links allow them to lead.

mod connector;
mod overrides;
mod tls;

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use dumpus_ports::domain::link::LinkPolicy;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use connector::{Connector, Refused};

pub use overrides::{Overrides, ParseOverrideError};

/// What this product calls itself.
pub(crate) const USER_AGENT: &str = concat!(
    "dumpus/",
    env!("CARGO_PKG_VERSION"),
    " (+https://github.com/dumpus-app/dumpus-api)"
);

/// Where connections may lead, and which certificates they trust.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args), command(next_help_heading = "Downloads"))]
#[non_exhaustive]
pub struct TransportSettings {
    /// Further origins of links beside Discord's, such as `https://files.example.org`; a bare host means https.
    ///
    /// These origins may have private addresses; others must be public.
    #[cfg_attr(feature = "cli", arg(
        long = "dl-zip-whitelisted-domains", env = "DL_ZIP_WHITELISTED_DOMAINS", value_name = "ORIGIN,...",
        value_parser = link_policy, default_value = "", hide_default_value = true,
    ))]
    pub policy: LinkPolicy,
    /// Addresses that stand for names, in the manner of curl's --resolve; private ones are allowed here.
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "resolve",
            env = "DUMPUS_RESOLVE",
            value_name = "HOST:PORT:ADDRESS,...",
            default_value = "",
            hide_default_value = true,
        )
    )]
    pub overrides: Overrides,
    /// Certificate authorities in PEM form that are trusted beside the public ones.
    ///
    /// Those of PostgreSQL are named in its URL, as sslrootcert.
    #[cfg_attr(feature = "cli", arg(
        long, env = "DUMPUS_EXTRA_CA_FILE", value_name = "FILE", value_parser = crate::cli::values::file,
    ))]
    pub extra_ca_file: Option<PathBuf>,
    /// How long a connection may take to come about, TLS not included.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().connect))]
    pub connect: Duration,
}

/// Discord's links, and those of origins with commas between them.
#[cfg(feature = "cli")]
fn link_policy(origins: &str) -> Result<LinkPolicy, dumpus_ports::domain::link::ParseOriginError> {
    let origins = origins.split(',').filter(|origin| !origin.trim().is_empty());
    origins
        .map(str::parse)
        .collect::<Result<Vec<_>, _>>()
        .map(LinkPolicy::new)
}

impl Default for TransportSettings {
    fn default() -> Self {
        Self {
            policy: LinkPolicy::default(),
            overrides: Overrides::default(),
            extra_ca_file: None,
            connect: Duration::from_secs(10),
        }
    }
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The file of certificates cannot be read.
    #[error("the file of additional certificates cannot be read")]
    CaFile(#[source] io::Error),
    /// It holds no certificate, or one that cannot be used.
    #[error("the file of additional certificates holds no usable certificate in PEM")]
    NoCertificate,
    /// The library of TLS does not start.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

/// Why no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// The address is one that nothing is sent to.
    Refused,
    /// The other side could not prove its identity.
    Certificate,
    /// The network, or what the other side said.
    Failed,
}

/// A client of HTTP.
pub(crate) struct Transport {
    client: Client<HttpsConnector<Connector>, Empty<Bytes>>,
}

impl Transport {
    pub(crate) fn new(settings: &TransportSettings, idle_connections: usize) -> Result<Self, TransportError> {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::config(settings.extra_ca_file.as_deref())?)
            .https_or_http()
            // The windows of HTTP/2 would only slow down a download, which is one stream.
            .enable_http1()
            .wrap_connector(Connector::new(settings));
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(idle_connections)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self { client })
    }

    /// Sends a request and waits for the head of its answer, as long as it takes.
    pub(crate) async fn send(&self, request: Request<Empty<Bytes>>) -> Result<Response<Incoming>, Unanswered> {
        self.client.request(request).await.map_err(|error| reason(&error))
    }
}

/// Looks for what is known in the chain of causes.
fn reason(error: &(dyn StdError + 'static)) -> Unanswered {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<Refused>() {
            return Unanswered::Refused;
        }
        if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return Unanswered::Certificate;
        }
        // The source of an I/O error is that of its content, not the content.
        cause = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(content) => Some(content),
            None => error.source(),
        };
    }
    Unanswered::Failed
}
