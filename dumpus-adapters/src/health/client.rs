//! Asks a process on this machine how it is.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// What the whole question may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Longer responses are cut.
const MAX_RESPONSE: u64 = 16 * 1024;

/// Asks the process that listens there for a path: whether its status was 200, and the body. Blocks. Who listens on all
/// addresses is asked on loopback.
///
/// # Errors
/// When nobody answers, or not in HTTP.
pub fn ask(listen: SocketAddr, path: &str) -> io::Result<(bool, String)> {
    let address = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    let address = SocketAddr::new(address, listen.port());
    let mut connection = TcpStream::connect_timeout(&address, TIMEOUT)?;
    connection.set_read_timeout(Some(TIMEOUT))?;
    connection.set_write_timeout(Some(TIMEOUT))?;
    write!(
        connection,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut response = String::new();
    connection.take(MAX_RESPONSE).read_to_string(&mut response)?;
    let (head, body) = response.split_once("\r\n\r\n").ok_or(io::ErrorKind::InvalidData)?;
    if !head.starts_with("HTTP/1.1 ") {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok((head.starts_with("HTTP/1.1 200"), body.to_owned()))
}
