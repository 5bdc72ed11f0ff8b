//! The S3-compatible server of the tests: `DUMPUS_TEST_S3_URL`, or that of `tests/s3`, started once per test binary.
#![expect(clippy::expect_used, reason = "a failing server fails the test")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use dumpus_adapters::blobs_s3::{S3Blobs, S3Options};

/// The origin that the bucket's CORS rule allows, which test pages have.
const ALLOWED_ORIGINS: &str = "http://127.0.0.1:*";

/// An existing bucket, and its credentials.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) options: S3Options,
    /// The folder of the objects, if the tests started the server.
    folder: Option<PathBuf>,
}

impl Server {
    /// The running server, with a new prefix; `None` if there is no server, which fails in CI.
    pub(crate) fn get() -> Option<Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        static PREFIXES: AtomicU64 = AtomicU64::new(0);
        let mut server = SERVER.get_or_init(|| configured().or_else(start)).clone();
        if server.is_none() {
            assert!(
                std::env::var_os("CI").is_none(),
                "CI must run the tests of object stores"
            );
            println!("skipped: run `npm ci --prefix tests/s3`, or set DUMPUS_TEST_S3_URL");
        }
        if let Some(server) = &mut server {
            let number = PREFIXES.fetch_add(1, Ordering::Relaxed);
            server.options.prefix = format!("test-{}/{number}", std::process::id());
        }
        server
    }

    /// Whether a file of the server contains these bytes; `None` if its files are not accessible.
    pub(crate) fn holds(&self, bytes: &[u8]) -> Option<bool> {
        self.folder.as_deref().map(|folder| folder_holds(folder, bytes))
    }

    pub(crate) fn blobs(&self) -> S3Blobs {
        S3Blobs::new(self.options.clone()).expect("usable options")
    }
}

/// `http://ACCESS_KEY:SECRET_KEY@host:port/bucket`.
fn configured() -> Option<Server> {
    let url = std::env::var("DUMPUS_TEST_S3_URL").ok()?;
    let (scheme, rest) = url.split_once("://").expect("a scheme");
    let (credentials, rest) = rest.split_once('@').expect("credentials");
    let (access_key, secret_key) = credentials.split_once(':').expect("two credentials");
    let (host, bucket) = rest.split_once('/').expect("a bucket");
    Some(Server {
        options: options(&format!("{scheme}://{host}"), bucket, access_key, secret_key),
        folder: None,
    })
}

fn start() -> Option<Server> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/s3/server.js");
    if !script.with_file_name("node_modules").exists() {
        return None;
    }
    let (bucket, access_key, secret_key) = ("dumpus-test", "the-access-key", "the-secret-key");
    let mut child = Command::new("node")
        // The server encrypts continuation tokens with a legacy cipher.
        .arg("--openssl-legacy-provider")
        .arg(script)
        .args([bucket, access_key, secret_key, ALLOWED_ORIGINS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("an output"));
    output.read_line(&mut line).expect("the server starts");
    let (port, folder) = line.trim().split_once(' ').expect("a port and a folder");
    let server = Server {
        options: options(&format!("http://127.0.0.1:{port}"), bucket, access_key, secret_key),
        folder: Some(folder.into()),
    };
    // It runs until this process ends, which closes its input.
    std::mem::forget((child, output));
    Some(server)
}

fn options(endpoint: &str, bucket: &str, access_key: &str, secret_key: &str) -> S3Options {
    let mut options = S3Options::default();
    options.endpoint = Some(endpoint.to_owned());
    bucket.clone_into(&mut options.bucket);
    access_key.clone_into(&mut options.access_key);
    secret_key.clone_into(&mut options.secret_key);
    options.path_style = Some(true);
    options
}

/// Other tests change the folder at the same time.
fn folder_holds(folder: &Path, bytes: &[u8]) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        let content = std::fs::read(&path).unwrap_or_default();
        path.is_dir() && folder_holds(&path, bytes) || content.windows(bytes.len()).any(|window| window == bytes)
    })
}
