//! Time limits of connections, over pipes in memory and with paused time.
#![expect(clippy::unwrap_used, reason = "a failing setup fails the test")]

use std::sync::Arc;
use std::time::Duration;

use dumpus_server::connections::{TimeLimits, serve_connection};
use poem::endpoint::{BoxEndpoint, EndpointExt, make};
use poem::{Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Capacity of the pipe in each direction, in bytes.
const PIPE: usize = 16 << 10;
/// Size of a response that does not fit into the pipe, in bytes.
const LARGE: usize = 1 << 20;

/// `/large` has a large response, `/body` reads the request's body, everything else is a small response.
fn endpoint() -> Arc<BoxEndpoint<'static, Response>> {
    let endpoint = make(async |mut request: Request| {
        if request.uri().path() == "/body" {
            let body = request.take_body().into_bytes().await;
            return Response::from(body.map_or_else(|error| error.to_string(), |body| body.len().to_string()));
        }
        let size = if request.uri().path() == "/large" { LARGE } else { 5 };
        Response::from(vec![b'x'; size])
    });
    Arc::new(endpoint.boxed())
}

struct Client {
    stream: DuplexStream,
    server: JoinHandle<()>,
    soft: CancellationToken,
    began: Instant,
}

impl Client {
    fn connect() -> Self {
        let (stream, other) = duplex(PIPE);
        let soft = CancellationToken::new();
        let stop = soft.clone();
        let peer = "192.0.2.1:4711".parse().unwrap();
        let server = tokio::spawn(async move {
            serve_connection(other, peer, endpoint(), TimeLimits::default(), &stop).await;
        });
        Self {
            stream,
            server,
            soft,
            began: Instant::now(),
        }
    }

    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// Sends a request and reads its small response.
    async fn exchange(&mut self) {
        self.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut response = Vec::new();
        while !response.ends_with(b"\r\n\r\nxxxxx") {
            let read = self.stream.read_buf(&mut response).await.unwrap();
            assert_ne!(read, 0, "closed: {}", String::from_utf8_lossy(&response));
        }
        assert!(response.starts_with(b"HTTP/1.1 200"));
    }

    /// Seconds from the beginning until the server has closed the connection.
    async fn closed_after(self) -> f64 {
        timeout(Duration::from_hours(1), self.server).await.unwrap().unwrap();
        self.began.elapsed().as_secs_f64()
    }
}

fn assert_about(seconds: f64, expected: f64) {
    assert!(
        (expected..expected + 1.0).contains(&seconds),
        "{seconds} s instead of {expected} s"
    );
}

#[tokio::test(start_paused = true)]
async fn a_head_must_be_complete_ten_seconds_after_its_first_byte() {
    let mut client = Client::connect();
    sleep(Duration::from_secs(20)).await;
    client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
    let (server, mut stream) = (client.server, client.stream);
    let dripping = tokio::spawn(async move {
        while stream.write_all(b"x").await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
    });
    server.await.unwrap();
    assert_about(client.began.elapsed().as_secs_f64(), 30.0);
    dripping.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_a_proxy_keeps_for_a_minute_still_serves_requests() {
    let mut client = Client::connect();
    for _ in 0..5 {
        client.exchange().await;
        sleep(Duration::from_mins(1)).await;
    }
    client.exchange().await;
    assert_about(client.closed_after().await, 375.0);
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_request_is_closed() {
    assert_about(Client::connect().closed_after().await, 75.0);
}

#[tokio::test(start_paused = true)]
async fn a_response_that_the_client_does_not_read_ends_the_connection() {
    let mut client = Client::connect();
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_about(client.closed_after().await, 30.0);
}

#[tokio::test(start_paused = true)]
async fn requests_that_follow_an_unread_response_do_not_extend_its_time() {
    let mut client = Client::connect();
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let (server, mut stream) = (client.server, client.stream);
    let dripping = tokio::spawn(async move {
        while stream.write_all(b"G").await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
    });
    server.await.unwrap();
    assert_about(client.began.elapsed().as_secs_f64(), 30.0);
    dripping.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_slow_client_gets_the_whole_response() {
    let mut client = Client::connect();
    client
        .send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    let mut received = Vec::new();
    loop {
        sleep(Duration::from_secs(20)).await;
        if client.stream.read_buf(&mut received).await.unwrap() == 0 {
            break;
        }
    }
    assert!(received.len() > LARGE);
    assert!(client.began.elapsed() > Duration::from_mins(5));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_ends_the_connection() {
    let mut client = Client::connect();
    client
        .send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        .await;
    for _ in 0..3 {
        sleep(Duration::from_secs(20)).await;
        client.send("x").await;
    }
    assert_about(client.closed_after().await, 90.0);
}

#[tokio::test(start_paused = true)]
async fn http_2_without_tls_is_refused() {
    let mut client = Client::connect();
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    client.send("\0\0\0\u{4}\0\0\0\0\0").await;
    let mut response = Vec::new();
    client.stream.read_to_end(&mut response).await.unwrap();
    assert!(!response.starts_with(b"\0"), "the settings of HTTP/2");
    assert_about(client.closed_after().await, 0.0);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_lets_the_response_finish_and_closes_idle_connections() {
    let mut idle = Client::connect();
    idle.exchange().await;
    idle.soft.cancel();
    assert_about(idle.closed_after().await, 0.0);

    let mut busy = Client::connect();
    busy.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut received = vec![0; 100];
    busy.stream.read_exact(&mut received).await.unwrap();
    busy.soft.cancel();
    busy.stream.read_to_end(&mut received).await.unwrap();
    assert!(received.len() > LARGE);
}
