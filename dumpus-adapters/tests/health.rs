//! The listener of `/health` and `/ready`, over real connections.
#![cfg(feature = "health")]
#![expect(clippy::unwrap_used, reason = "a failing connection fails the test")]

use std::net::SocketAddr;

use dumpus_adapters::health::{Answer, Question, ask, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A process that is healthy, and not ready.
async fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, |question| async move {
        Answer {
            is_ok: question == Question::Health,
            body: format!("{{\"asked\":\"{question:?}\"}}"),
        }
    }));
    address
}

async fn send(address: SocketAddr, request: &str) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_is_told_whether_all_is_well() {
    let address = start().await;
    let asked = |path| tokio::task::spawn_blocking(move || ask(address, path));
    let healthy = asked("/health").await.unwrap().unwrap();
    assert_eq!(healthy, (true, "{\"asked\":\"Health\"}".to_owned()));
    let ready = asked("/ready").await.unwrap().unwrap();
    assert_eq!(ready, (false, "{\"asked\":\"Ready\"}".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_is_told_in_words_why_there_is_no_answer() {
    let asked = async |address| {
        let question = tokio::task::spawn_blocking(move || ask(address, "/health"));
        question.await.unwrap().unwrap_err()
    };
    // Accepted by the system, and by nobody else.
    let hung = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = hung.local_addr().unwrap();
    assert_eq!(asked(address).await, "it did not answer within 3 seconds");
    drop(hung);
    assert_eq!(asked(address).await, "connection refused");
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = other.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut connection, _) = other.accept().await.unwrap();
        connection.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
        connection.read_to_string(&mut String::new()).await.unwrap();
    });
    assert_eq!(asked(address).await, "another program listens there");
}

#[tokio::test]
async fn statuses_are_those_of_http() {
    let address = start().await;
    for (request, status) in [
        ("GET /health", "200 OK"),
        ("HEAD /health", "200 OK"),
        ("GET /ready", "503 Service Unavailable"),
        ("POST /health", "405 Method Not Allowed"),
        ("GET /packages", "404 Not Found"),
    ] {
        let response = send(address, &format!("{request} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{response}");
    }
}

#[tokio::test(start_paused = true)]
async fn silent_connections_end_and_keep_nobody_out_for_long() {
    let address = start().await;
    let mut silent = Vec::new();
    // More than there may be at a time.
    for _ in 0..40 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    for mut connection in silent {
        let mut rest = Vec::new();
        // An end or a reset, as soon as its time is over.
        drop(connection.read_to_end(&mut rest).await);
    }
    let response = send(address, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
}
