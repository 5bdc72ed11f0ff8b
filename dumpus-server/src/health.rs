//! Asks a running server whether it is alive, for container engines, and what it can do.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// What the whole question may take.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks the server that listens there whether it is alive.
///
/// # Errors
/// A sentence that says why not.
pub fn check(listen: SocketAddr) -> Result<(), String> {
    let server = reachable(listen);
    let answer = ask(server, "/health").map_err(|error| format!("no server answers at {server}: {}", error.kind()))?;
    let is_alive = answer.starts_with("HTTP/1.1 200");
    is_alive
        .then_some(())
        .ok_or_else(|| format!("what answers at {server} is not alive, or no server of Dumpus"))
}

/// A server that listens everywhere is reached on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let address = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, listen.port())
}

/// What the server that listens there says at `/ready`; `None` if none answers.
#[must_use]
pub fn readiness(listen: SocketAddr) -> Option<Value> {
    let answer = ask(reachable(listen), "/ready").ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    serde_json::from_str(body).ok()
}

fn ask(server: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut connection = TcpStream::connect_timeout(&server, TIMEOUT)?;
    connection.set_read_timeout(Some(TIMEOUT))?;
    connection.set_write_timeout(Some(TIMEOUT))?;
    write!(
        connection,
        "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    connection.take(4_096).read_to_string(&mut answer)?;
    Ok(answer)
}
