//! Clients that hold connections without using them, against a server that may open few files.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};
use support::discord::Discord;
use support::http::Request;
use support::instance::Instance;
use support::wait::eventually;

const MIB: u64 = 1 << 20;
/// More than the files that the server may open.
const CONNECTIONS: usize = 200;

/// A connection from this address of the loopback network.
fn connect(from: Ipv4Addr, to: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
    socket.connect(&to.into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream
}

fn assert_alive(instance: &Instance) {
    let began = Instant::now();
    assert_eq!(instance.send(&Request::get("/health")).status, 200);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

/// Whether the server has closed the connection.
fn is_closed(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    match stream.read(&mut [0; 1024]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn half_open_requests_do_not_silence_a_server_with_few_files() {
    let discord = Discord::start();
    let instance = Instance::start_under("ulimit -n 128", &discord, &[]);
    let before = instance.process.resident_bytes();
    let attacker = Ipv4Addr::new(127, 0, 0, 66);
    let mut half_open: Vec<_> = (0..CONNECTIONS)
        .filter_map(|_| {
            let mut stream = connect(attacker, instance.address);
            stream.write_all(b"GET / HTTP/1.1\r\nX-Slow: ").ok()?;
            Some(stream)
        })
        .collect();
    assert_alive(&instance);
    eventually("the half-open requests are closed", || {
        half_open.retain_mut(|stream| !is_closed(stream));
        half_open.is_empty().then_some(())
    });
    assert_alive(&instance);
    assert!(instance.process.resident_bytes() < before + 64 * MIB);
}

#[test]
fn responses_that_nobody_reads_take_no_memory_for_each() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    assert_eq!(instance.send(&Request::get("/docs")).status, 200);
    assert_eq!(instance.send(&Request::get("/process/demo/data")).status, 200);
    let before = instance.process.resident_bytes();
    let attacker = Ipv4Addr::new(127, 0, 0, 66);
    let _unread: Vec<_> = (0..CONNECTIONS)
        .map(|number| {
            let mut stream = connect(attacker, instance.address);
            let path = ["/docs", "/openapi.json", "/process/demo/data"][number % 3];
            // Pipelined, so that the responses do not fit into the buffers of the system.
            let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").repeat(20);
            stream.write_all(request.as_bytes()).unwrap();
            stream
        })
        .collect();
    assert_alive(&instance);
    let after = instance.process.resident_bytes();
    assert!(
        after < before + 64 * MIB,
        "{before} bytes before, {after} with unread responses"
    );
}

#[test]
fn http_2_without_tls_costs_nothing() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let before = instance.process.resident_bytes();
    let mut stream = TcpStream::connect(instance.address).unwrap();
    let mut preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    // Settings with an initial window of 0, then a thousand requests for the largest page.
    preface.extend([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0]);
    for stream_id in (1..2_000_u32).step_by(2) {
        let head = b"\x82\x86\x44\x05/docs\x41\x01x";
        preface.extend([0, 0, u8::try_from(head.len()).unwrap(), 1, 5]);
        preface.extend(stream_id.to_be_bytes());
        preface.extend(head);
    }
    // The server may close the connection before it has taken everything.
    let _: std::io::Result<()> = stream.write_all(&preface);
    eventually("the connection is closed", || is_closed(&mut stream).then_some(()));
    assert_alive(&instance);
    assert!(instance.process.resident_bytes() < before + 64 * MIB);
}
