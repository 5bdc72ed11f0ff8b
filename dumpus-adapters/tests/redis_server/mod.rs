//! Redis for tests: an existing server, or a private one that can be killed.

#![allow(dead_code, clippy::allow_attributes, reason = "each test binary uses a part of it")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failing server fails the test")]

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::BuildHasher;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use dumpus_adapters::redis::RedisOptions;
use tempfile::TempDir;

/// The server that tests share, each with its own prefix.
pub(crate) fn shared_url() -> Option<String> {
    let url = std::env::var("DUMPUS_TEST_REDIS_URL").ok();
    assert!(
        url.is_some() || std::env::var_os("CI").is_none(),
        "DUMPUS_TEST_REDIS_URL must be set if CI is set"
    );
    if url.is_none() {
        println!("skipped: DUMPUS_TEST_REDIS_URL is not set");
    }
    url
}

/// A prefix that no other test uses.
pub(crate) fn fresh_prefix() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("test-{}-{now}-{number}", std::process::id())
}

/// A free port that remains free while its server is down: it is outside of the range for outgoing connections. A port of
/// that range could be taken in the meantime, or a client that connects to it could connect to itself. No port is given
/// twice: the server of another test may be down.
pub(crate) fn lasting_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    const LOWEST: u64 = 10_000;
    let mut given = GIVEN.lock().unwrap();
    let outgoing = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let lowest_outgoing = outgoing.split_whitespace().next().and_then(|port| port.parse().ok());
    let count = lowest_outgoing.unwrap_or(32_768_u64).saturating_sub(LOWEST).max(1_000);
    let start = RandomState::new().hash_one(given.len());
    let candidates = (0..count).map(|step| u16::try_from(LOWEST + (start % count + step) % count).unwrap());
    candidates
        .into_iter()
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok() && given.insert(*port))
        .expect("all ports are taken")
}

pub(crate) fn options(url: &str, prefix: &str, lease: Duration, consumer: &str) -> RedisOptions {
    let mut options = RedisOptions::new(url, consumer);
    prefix.clone_into(&mut options.prefix);
    options.lease = lease;
    options
}

/// A server of one test. It stores nothing on disk, so it restarts empty.
pub(crate) struct RedisServer {
    folder: TempDir,
    port: u16,
    arguments: Vec<String>,
    process: Option<Child>,
}

impl RedisServer {
    pub(crate) fn start() -> Self {
        Self::with(|_, _| Vec::new())
    }

    /// Starts it with more arguments, which may depend on its folder and its port.
    pub(crate) fn with(arguments: impl FnOnce(&Path, u16) -> Vec<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // If the port was taken in the meantime, redis-server fails.
        let port = lasting_port();
        let arguments = arguments(folder.path(), port);
        let mut server = Self {
            folder,
            port,
            arguments,
            process: None,
        };
        server.run();
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Suspends or resumes it.
    pub(crate) fn freeze(&self, is_frozen: bool) {
        let signal = if is_frozen { "-STOP" } else { "-CONT" };
        let process = self.process.as_ref().unwrap().id().to_string();
        let status = Command::new("kill").args([signal, &process]).status().unwrap();
        assert!(status.success());
    }

    /// Kills it with `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts it, empty, at its previous port, and waits until it accepts connections.
    pub(crate) fn run(&mut self) {
        assert!(self.process.is_none(), "it is running already");
        let port = self.port.to_string();
        let process = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--port",
                &port,
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .args(["--dir", self.folder.path().to_str().unwrap()])
            .args(&self.arguments)
            .stdout(Stdio::null())
            .spawn()
            .expect("these tests need redis-server in the PATH");
        self.process = Some(process);
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let status = self.process.as_mut().unwrap().try_wait().unwrap();
            assert!(status.is_none(), "redis-server ended at once: {status:?}");
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "redis-server does not accept connections"
            );
            std::thread::yield_now();
        }
    }

    /// Runs a command with `redis-cli`; one line per element of the response.
    pub(crate) fn ask(&self, command: &[&str]) -> Vec<String> {
        let output = Command::new("redis-cli")
            .args(["-p", &self.port.to_string()])
            .args(command)
            .output()
            .expect("these tests need redis-cli in the PATH");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}");
        text.lines()
            .map(str::to_owned)
            .filter(|line| !line.is_empty())
            .collect()
    }

    pub(crate) fn ask_number(&self, command: &[&str]) -> u64 {
        self.ask(command)[0].parse().unwrap()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
