//! TCP connections of clients: how many there are, and how long each may keep the server waiting.
//!
//! HTTP/1.1 only. A connection is closed when a request's head is not complete 10 s after its first byte, when a request
//! makes no progress for 30 s, or when it has been idle for 75 s.

mod accept;
mod http;
mod per_client;
mod progress;
mod stream;

use std::time::Duration;

pub use self::accept::Acceptor;
pub use self::http::serve_connection;
use crate::api::Network;

/// How many connections there may be.
#[derive(clap::Args, Clone, Copy, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Connections")]
#[non_exhaustive]
pub struct ConnectionLimits {
    /// Open connections; further ones wait until one is closed. Lowered if the process may open fewer files.
    #[arg(id = "max_connections", long = "max-connections", env = "DUMPUS_MAX_CONNECTIONS", value_name = "NUMBER",
        value_parser = dumpus_adapters::cli::values::number(1..=1_000_000_usize), default_value_t = Self::default().total)]
    pub total: usize,
    /// Open connections of one client address, or of one /56 network with IPv6; further ones are closed at once. Trusted
    /// proxies are exempt.
    #[arg(id = "max_connections_per_client", long = "max-connections-per-client",
        env = "DUMPUS_MAX_CONNECTIONS_PER_CLIENT", value_name = "NUMBER",
        value_parser = dumpus_adapters::cli::values::number(1..=1_000_000_usize),
        default_value_t = Self::default().per_client)]
    pub per_client: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            total: 4_096,
            per_client: 256,
        }
    }
}

/// How long a connection may keep the server waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeLimits {
    /// From the first byte of a request's head to its last.
    pub head: Duration,
    /// Between two signs of progress inside a request: bytes of its body, or bytes of the response that the client takes.
    pub progress: Duration,
    /// Between two requests. Longer than the minute for which proxies keep unused connections.
    pub idle: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            progress: Duration::from_secs(30),
            idle: Duration::from_secs(75),
        }
    }
}

/// What connections are subject to.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ConnectionSettings {
    /// How many there may be.
    pub limits: ConnectionLimits,
    /// How long each may keep the server waiting.
    pub times: TimeLimits,
    /// Proxies whose connections are not counted per client.
    pub trusted_proxies: Vec<Network>,
}
