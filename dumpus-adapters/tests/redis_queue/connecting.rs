//! Errors and warnings at startup.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use dumpus_adapters::redis::{ConnectError, RedisOptions, RedisQueue};

use crate::redis_server::{RedisServer, options};
use crate::{LEASE, RECOVERY, assert_works, connect};

#[tokio::test]
async fn harmful_settings_of_redis_are_reported() {
    let settings = "--save 900 1 --appendonly yes --maxmemory 50mb --maxmemory-policy allkeys-lru";
    for (settings, expected) in [
        ("", Some(0)),
        (settings, Some(3)),
        ("--user default on nopass ~* &* +@all -config", None),
    ] {
        let arguments = settings.split_whitespace().map(str::to_owned).collect();
        let server = RedisServer::with(|_, _| arguments);
        let queue = connect(&server, LEASE, "worker").await;
        assert_eq!(
            queue.config_warnings().await.map(|warnings| warnings.len()),
            expected,
            "{settings}"
        );
        assert_works(&queue, 1).await;
    }
}

/// The error message of a process that cannot connect to the queue.
async fn refusal(options: RedisOptions) -> (ConnectError, String) {
    let began = Instant::now();
    let error = RedisQueue::connect(options).await.err().expect("there is no queue");
    assert!(began.elapsed() < RECOVERY);
    let text = format!("{error} {error:?}");
    (error, text)
}

#[tokio::test]
async fn the_error_for_a_wrong_password_does_not_contain_it() {
    let server = RedisServer::with(|_, _| ["--requirepass", "correct"].map(str::to_owned).to_vec());
    let port = server.port();
    for secret in [":wr0ngw0rd@", "nobody:wr0ngw0rd@", ""] {
        let url = format!("redis://{secret}127.0.0.1:{port}/0");
        let (error, text) = refusal(options(&url, "test", LEASE, "worker")).await;
        assert!(matches!(error, ConnectError::Refused { .. }), "{text}");
        assert!(text.contains(&format!("127.0.0.1:{port}")), "{text}");
        assert!(!text.contains("wr0ngw0rd"), "{text}");
    }
    let url = format!("redis://:correct@127.0.0.1:{port}/3");
    let queue = RedisQueue::connect(options(&url, "test", LEASE, "worker"))
        .await
        .unwrap();
    assert_works(&queue, 1).await;
}

#[tokio::test]
async fn the_error_for_an_unreachable_redis_does_not_contain_the_password() {
    let mut server = RedisServer::start();
    server.kill();
    let url = format!("redis://:wr0ngw0rd@127.0.0.1:{}", server.port());
    let (error, text) = refusal(options(&url, "test", LEASE, "worker")).await;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{text}");
    assert!(text.contains(&format!("127.0.0.1:{}", server.port())), "{text}");
    assert!(!text.contains("wr0ngw0rd"), "{text}");
}

/// Generates a CA, and a certificate for the loopback address that it has signed.
fn make_certificates(folder: &Path) {
    std::fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1").unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    for arguments in [
        format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=test-ca -days 2"),
        format!("req {key} -keyout server.key -out server.csr -subj /CN=test"),
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names"
            .into(),
    ] {
        let output = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(folder)
            .output()
            .expect("this test needs openssl in the PATH");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test]
async fn certificates_of_authorities_in_the_ca_file_are_trusted() {
    let server = RedisServer::with(|folder, port| {
        make_certificates(folder);
        let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        [
            ("--port", "0".to_owned()),
            ("--tls-port", port.to_string()),
            ("--tls-cert-file", file("server.pem")),
            ("--tls-key-file", file("server.key")),
            ("--tls-ca-cert-file", file("ca.pem")),
            ("--tls-auth-clients", "no".to_owned()),
        ]
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value])
        .collect()
    });
    let url = format!("rediss://127.0.0.1:{}", server.port());
    let with_ca = |file: &str| {
        let mut options = options(&url, "test", LEASE, "worker");
        options.ca_file = Some(server.folder().join(file));
        options
    };
    let queue = RedisQueue::connect(with_ca("ca.pem")).await.expect("the CA is trusted");
    assert_works(&queue, 1).await;

    let (error, text) = refusal(options(&url, "test", LEASE, "worker")).await;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{text}");
    // The system trusts the authority of this server; the file contains another.
    let of_another = server.folder().join("server.pem");
    let status = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "authorities_of_the_system_are_trusted_beside_the_file",
        ])
        .env("SSL_CERT_FILE", server.folder().join("ca.pem"))
        .env(TLS_URL, &url)
        .env(TLS_FILE, of_another)
        .stdout(std::process::Stdio::null())
        .status();
    assert!(status.unwrap().success());

    for file in ["absent.pem", "names"] {
        let (error, text) = refusal(with_ca(file)).await;
        assert!(matches!(error, ConnectError::CaFile(_)), "{text}");
    }
}

/// Pass the server and the file to a copy of this test in another process.
const TLS_URL: &str = "DUMPUS_TEST_TLS_URL";
const TLS_FILE: &str = "DUMPUS_TEST_TLS_FILE";

#[tokio::test]
#[ignore = "started by another test, in another process"]
async fn authorities_of_the_system_are_trusted_beside_the_file() {
    let (Ok(url), Some(file)) = (std::env::var(TLS_URL), std::env::var_os(TLS_FILE)) else {
        return;
    };
    let mut options = options(&url, "test", LEASE, "worker");
    options.ca_file = Some(file.into());
    let queue = RedisQueue::connect(options)
        .await
        .expect("the system's authority is trusted");
    assert_works(&queue, 1).await;
}
