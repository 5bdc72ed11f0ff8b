//! How the API behaves.

use std::fmt;

use dumpus_ports::rate_limiter::Rate;

use super::http::{AdminToken, Cors, ProxySettings};

/// How the API behaves.
#[derive(Clone, Default)]
pub struct ApiSettings {
    /// Which web pages may read responses.
    pub cors: Cors,
    /// The reverse proxies in front of this server, and its public address.
    pub proxy: ProxySettings,
    /// Submissions of a client that begin a run; `None` without limit.
    pub submit_rate: Option<Rate>,
    /// The token that a payment back end presents; `None` takes no upgrades.
    pub admin_token: Option<AdminToken>,
    /// The name of this machine in `/health`.
    pub hostname: String,
}

impl fmt::Debug for ApiSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiSettings")
            .field("cors", &self.cors)
            .field("proxy", &self.proxy)
            .field("submit_rate", &self.submit_rate)
            .field("hostname", &self.hostname)
            .finish_non_exhaustive()
    }
}
