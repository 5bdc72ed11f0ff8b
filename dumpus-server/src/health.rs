//! Asks a running server whether it is alive, for container engines, and what it can do.

use std::net::SocketAddr;

use dumpus_adapters::health::ask;
use serde_json::Value;

/// Asks the server that listens there whether it is alive.
///
/// # Errors
/// A sentence that says why not.
pub fn check(listen: SocketAddr) -> Result<(), String> {
    match ask(listen, "/health") {
        Ok((true, _)) => Ok(()),
        Ok((false, _)) => Err(format!("what answers at {listen} is not alive, or no server of Dumpus")),
        Err(error) => Err(format!("no server of Dumpus answers at {listen}: {error}")),
    }
}

/// What the server that listens there says at `/ready`; `None` if none answers.
#[must_use]
pub fn readiness(listen: SocketAddr) -> Option<Value> {
    let (_, body) = ask(listen, "/ready").ok()?;
    serde_json::from_str(&body).ok()
}
