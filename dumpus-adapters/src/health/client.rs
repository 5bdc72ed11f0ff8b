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
/// What is wrong, in words: nobody answers, or another program.
pub fn ask(listen: SocketAddr, path: &str) -> Result<(bool, String), String> {
    request(listen, path).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            format!("it did not answer within {} seconds", TIMEOUT.as_secs())
        }
        io::ErrorKind::InvalidData => "another program listens there".to_owned(),
        kind => kind.to_string(),
    })
}

fn request(listen: SocketAddr, path: &str) -> io::Result<(bool, String)> {
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
    let mut response = Vec::new();
    let read = connection.take(MAX_RESPONSE).read_to_end(&mut response);
    // Another program may wait for an answer.
    if !response.is_empty() && !response.starts_with(b"HTTP/1.1 ") {
        return Err(io::ErrorKind::InvalidData.into());
    }
    read?;
    let response = String::from_utf8(response).map_err(|_| io::ErrorKind::InvalidData)?;
    let (head, body) = response.split_once("\r\n\r\n").ok_or(io::ErrorKind::InvalidData)?;
    Ok((head.starts_with("HTTP/1.1 200"), body.to_owned()))
}
