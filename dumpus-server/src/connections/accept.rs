//! Accepts connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use poem::Response;
use poem::endpoint::BoxEndpoint;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::http::serve_connection;
use super::per_client::PerClient;
use super::{ConnectionSettings, TimeLimits};

/// Wait after a connection could not be accepted, usually because the process has too many files open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// When the system begins to ask a silent peer whether it still exists.
const KEEPALIVE: Duration = Duration::from_mins(1);
/// Refused connections are logged at most once in this time.
const REFUSAL_LOG: Duration = Duration::from_mins(1);
/// Files that are kept for everything but connections: databases, the queue, spools, downloads.
const RESERVED_FILES: usize = 256;

/// Accepts connections and serves them.
pub struct Acceptor {
    listener: TcpListener,
    endpoint: Arc<BoxEndpoint<'static, Response>>,
    settings: ConnectionSettings,
    connections: TaskTracker,
}

impl Acceptor {
    /// On this listener, with this endpoint.
    #[must_use]
    pub fn new(listener: TcpListener, endpoint: BoxEndpoint<'static, Response>, settings: ConnectionSettings) -> Self {
        Self {
            listener,
            endpoint: Arc::new(endpoint),
            settings,
            connections: TaskTracker::new(),
        }
    }

    /// Serves until `soft` is cancelled, then lets requests finish; `hard` ends them.
    pub async fn run(self, soft: CancellationToken, hard: CancellationToken) {
        tokio::select! {
            never = self.accept_all(&soft, &hard) => match never {},
            () = soft.cancelled() => {}
        }
        let Self {
            listener, connections, ..
        } = self;
        // From now on, the system refuses connections.
        drop(listener);
        connections.close();
        connections.wait().await;
    }

    async fn accept_all(&self, soft: &CancellationToken, hard: &CancellationToken) -> std::convert::Infallible {
        let total = effective_limit(self.settings.limits.total);
        // No single client can take all connections.
        let clients = PerClient::new(self.settings.limits.per_client.min(total / 4).max(1));
        let total = Arc::new(Semaphore::new(total));
        let mut refusals = Refusals::default();
        // One line per outage, not one per attempt.
        let mut is_failing = false;
        loop {
            // The semaphore is never closed.
            let Ok(permit) = total.clone().acquire_owned().await else {
                std::future::pending().await
            };
            let (stream, peer) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    if !is_failing && !is_peers_fault(&error) {
                        tracing::warn!(error = %error, "Failed to accept connections");
                        is_failing = true;
                    }
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            if std::mem::take(&mut is_failing) {
                tracing::info!("Connections are accepted again");
            }
            let is_proxy = self
                .settings
                .trusted_proxies
                .iter()
                .any(|proxy| proxy.contains(peer.ip()));
            let slot = if is_proxy { None } else { clients.open(peer.ip()) };
            if slot.is_none() && !is_proxy {
                refusals.count();
                continue;
            }
            let connection = connection(stream, peer, self.endpoint.clone(), self.settings.times, soft.clone());
            let hard = hard.clone();
            self.connections.spawn(async move {
                let _counted = (permit, slot);
                tokio::select! {
                    () = connection => {}
                    () = hard.cancelled() => {}
                }
            });
        }
    }
}

/// Connections that were closed because their clients have too many.
#[derive(Default)]
struct Refusals {
    closed: u64,
    logged: Option<Instant>,
}

impl Refusals {
    /// Logs them now and then, without an address: it identifies a person.
    fn count(&mut self) {
        self.closed += 1;
        if self.logged.is_none_or(|logged| logged.elapsed() > REFUSAL_LOG) {
            tracing::warn!(
                closed = self.closed,
                "Closed connections of clients that have too many: a proxy has to be a trusted one"
            );
            *self = Self {
                closed: 0,
                logged: Some(Instant::now()),
            };
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    endpoint: Arc<BoxEndpoint<'static, Response>>,
    times: TimeLimits,
    soft: CancellationToken,
) {
    // Failing to set an option costs speed or detection, not the connection.
    let _: io::Result<()> = stream.set_nodelay(true);
    let _: io::Result<()> = SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE));
    serve_connection(stream, peer, endpoint, times, &soft).await;
}

/// The client closed its connection before it was accepted.
fn is_peers_fault(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

/// The configured limit, or what the process may open besides the files that it needs itself.
fn effective_limit(configured: usize) -> usize {
    let files = dumpus_adapters::bootstrap::process::raise_file_limit().unwrap_or(usize::MAX);
    let limit = configured
        .min(files.saturating_sub(RESERVED_FILES.min(files / 2)))
        .max(1);
    if limit < configured {
        tracing::warn!(
            files,
            limit,
            "The process may open too few files for the configured number of connections"
        );
    }
    limit
}
