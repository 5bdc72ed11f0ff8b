//! Behaviour on a real connection, and shutdown.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use dumpus_adapters::bootstrap::DiskWatch;
use dumpus_ports::CancellationToken;
use dumpus_ports::domain::process::{KeyCheck, Role, SharedSettings};
use dumpus_ports::usecase::ProcessInfo;
use dumpus_server::api::{ApiSettings, ProxySettings};
use dumpus_server::connections::ConnectionSettings;
use dumpus_server::run::{Service, serve};
use dumpus_worker::run::Shutdown;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::support::{Instance, api, backends, dumpus, key};

struct Running {
    instance: Instance,
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

async fn start(settings: ApiSettings) -> Running {
    let backends = backends();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = Service {
        api: api(&backends, settings.clone()),
        connections: ConnectionSettings::default(),
        worker: None,
        disks: DiskWatch::new([]),
        info: ProcessInfo {
            role: Role::Server,
            host: "test".to_owned(),
            version: String::new(),
            lanes: Vec::new(),
            settings: SharedSettings {
                key: KeyCheck([0; 8]),
                other_key: None,
                max_download: 0,
                values: BTreeMap::new(),
            },
        },
        dumpus: dumpus(&backends),
        stop_timeout: Duration::from_secs(10),
        data_lock: None,
    };
    let shutdown = Shutdown::default();
    Running {
        instance: Instance::over(backends, settings),
        address,
        stop: shutdown.soft.clone(),
        serving: tokio::spawn(async move { serve(listener, service, &shutdown, || {}).await.unwrap() }),
    }
}

impl Running {
    async fn ask(&self, request: &[u8]) -> String {
        let mut connection = TcpStream::connect(self.address).await.unwrap();
        connection.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[tokio::test]
async fn a_chunked_body_over_the_limit_is_refused_too() {
    let server = start(ApiSettings::default()).await;
    let mut request = b"POST /process HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                        Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        .to_vec();
    for _ in 0..17 {
        request.extend(b"400\r\n");
        request.extend([b' '; 0x400]);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    let answer = server.ask(&request).await.to_lowercase();
    assert!(answer.starts_with("http/1.1 413"), "{answer}");
    assert!(answer.contains("access-control-allow-origin: *"));
    assert!(answer.contains(r#""isaccepted":false"#));
}

#[tokio::test]
async fn an_announced_body_over_the_limit_is_refused_before_it_is_sent() {
    let server = start(ApiSettings::default()).await;
    let answer = server
        .ask(b"POST /process HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_result_has_its_length_and_head_has_it_too() {
    let server = start(ApiSettings::default()).await;
    server.instance.process(&key(0), &vec![7; 300_000]).await;
    let (id, key) = (server.instance.id(&key(0)), key(0));
    for method in ["GET", "HEAD"] {
        let request = format!(
            "{method} /process/{id}/data HTTP/1.1\r\nHost: x\r\nAuthorization: bearer {key}\r\nConnection: close\r\n\r\n"
        );
        let answer = server.ask(request.as_bytes()).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.to_lowercase().contains("content-length: 300000"), "{head}");
        assert_eq!(body.len(), if method == "GET" { 300_000 } else { 0 });
    }
}

#[tokio::test]
async fn clients_behind_a_trusted_proxy_are_limited_separately() {
    let limited = ApiSettings {
        submit_rate: Some("1/hour".parse().unwrap()),
        ..ApiSettings::default()
    };
    let trusting = ApiSettings {
        proxy: ProxySettings {
            trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
            ..ProxySettings::default()
        },
        ..limited.clone()
    };
    let submit = |client: &str, number: u32| {
        let link = format!("https://click.discord.com/ls/click?upn={}", key(number));
        let body = format!(r#"{{"package_link":"{link}"}}"#);
        format!(
            "POST /process HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {client}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    for (settings, second) in [(trusting, "HTTP/1.1 200"), (limited, "HTTP/1.1 429")] {
        let server = start(settings).await;
        assert!(
            server
                .ask(submit("192.0.2.1", 1).as_bytes())
                .await
                .starts_with("HTTP/1.1 200")
        );
        let answer = server.ask(submit("192.0.2.2", 2).as_bytes()).await;
        assert!(answer.starts_with(second), "{answer}");
    }
}

#[tokio::test]
async fn a_stopped_server_finishes_its_requests_and_ends() {
    let server = start(ApiSettings::default()).await;
    let mut connection = TcpStream::connect(server.address).await.unwrap();
    let request = b"POST /process HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{";
    connection.write_all(request).await.unwrap();
    // The answer to another request shows that the first one has been read.
    server
        .ask(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    server.stop.cancel();
    connection.write_all(b"}").await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 400"));
    server.serving.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}
