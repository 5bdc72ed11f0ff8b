//! The memory of an idle server is small, and stays small under misuse.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use support::discord::Discord;
use support::http::Request;
use support::instance::Instance;
use support::wait::eventually;

const MB: u64 = 1_000_000;
/// Memory limit of an idle server, in bytes.
const IDLE: u64 = 50 * MB;
const CONNECTIONS: usize = 600;

fn assert_calm(instance: &Instance, idle: u64, what: &str) {
    let now = instance.process.resident_bytes();
    println!("{what}: {} kB, {} kB when idle", now / 1000, idle / 1000);
    assert!(now < 2 * idle, "{what}: {now} bytes, {idle} when idle");
    assert_eq!(instance.send(&Request::get("/health")).status, 200, "{what}");
}

#[test]
fn misuse_does_not_increase_the_memory_of_an_idle_server() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[("DUMPUS_MAX_CONNECTIONS_PER_CLIENT", "4096")]);
    let idle = instance.process.resident_bytes();
    // In a debug build, the pages of the program alone exceed the limit: `tests/run full` runs this test in release.
    if !cfg!(debug_assertions) {
        assert!(idle < IDLE, "{idle} bytes when idle");
    }

    for has_length in [true, false] {
        send_large_body(&instance, has_length);
    }
    assert_calm(&instance, idle, "after large bodies");

    let idle_ones: Vec<_> = (0..CONNECTIONS)
        .map(|_| TcpStream::connect(instance.address).unwrap())
        .collect();
    assert_calm(&instance, idle, "with idle connections");
    let slow_ones: Vec<_> = (0..200).map(|number| start_slowly(&instance, number)).collect();
    assert_calm(&instance, idle, "with slow clients, too");
    for mut slow in slow_ones.into_iter().take(20) {
        slow.write_all(b"x").unwrap();
    }
    assert_calm(&instance, idle, "while they continue");
    drop(idle_ones);
    eventually("the connections are closed", || {
        let files = fs::read_dir(format!("/proc/{}/fd", instance.process.id()))
            .unwrap()
            .count();
        (files < 100).then_some(())
    });
    assert_calm(&instance, idle, "afterwards");
}

/// Sends a large body. The server must respond and close the connection long before its end.
fn send_large_body(instance: &Instance, has_length: bool) {
    const SIZE: u64 = 200 * MB;
    let mut stream = TcpStream::connect(instance.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let length = if has_length {
        format!("Content-Length: {SIZE}")
    } else {
        "Transfer-Encoding: chunked".to_owned()
    };
    write!(
        stream,
        "POST /process HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    )
    .unwrap();
    let piece = vec![b' '; 65_536];
    let mut sent = 0;
    while sent < SIZE {
        let framed = if has_length {
            piece.clone()
        } else {
            [b"10000\r\n".as_slice(), &piece, b"\r\n"].concat()
        };
        if stream.write_all(&framed).is_err() {
            break;
        }
        sent += framed.len() as u64;
    }
    assert!(sent < SIZE, "the server read all of it");
    // The response may be lost if the server closes the connection while data is in flight.
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response);
    let response = String::from_utf8_lossy(&response);
    assert!(
        response.is_empty() || response.starts_with("HTTP/1.1 413"),
        "{response}"
    );
    let _ = stream.shutdown(Shutdown::Both);
}

/// Starts a request whose head or body never ends.
fn start_slowly(instance: &Instance, number: usize) -> TcpStream {
    let mut stream = TcpStream::connect(instance.address).unwrap();
    let start: &[u8] = if number.is_multiple_of(2) {
        b"POST /process HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
    } else {
        b"GET /process/x/status HTTP/1.1\r\nHost: x\r\nX-Long: "
    };
    stream.write_all(start).unwrap();
    stream
}
