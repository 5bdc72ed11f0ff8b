//! An instance in embedded mode: one process, everything in one folder.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::discord::{Discord, Link};
use super::http::{Request, Response};
use super::process::Process;
use super::wait::{PATIENCE, eventually, within};

/// The server's process and its folders. They are removed with this value.
pub struct Instance {
    pub process: Process,
    pub address: SocketAddr,
    folder: TempDir,
}

impl Instance {
    /// Starts an instance that uses the stub instead of Discord. `settings` override the defaults.
    pub fn start(discord: &Discord, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["data", "tmp"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut all = discord.settings();
        let own = [
            ("DUMPUS_LISTEN", "127.0.0.1:0".to_owned()),
            ("DUMPUS_DATA_DIR", path("data")),
            ("TMPDIR", path("tmp")),
            ("DUMPUS_LOG", "debug".to_owned()),
            ("DUMPUS_SUBMIT_RATE", "off".to_owned()),
            // So that one download can keep other packages waiting.
            ("DUMPUS_DOWNLOADS", "1".to_owned()),
        ];
        all.extend(own.map(|(name, value)| (name.to_owned(), value)));
        all.retain(|(name, _)| settings.iter().all(|(other, _)| other != name));
        all.extend(
            settings
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned())),
        );
        let mut process = Process::start("dumpus-server", &[], all, &folder.path().join("log"));
        let address = ready(&mut process);
        Self {
            process,
            address,
            folder,
        }
    }

    /// Starts an instance under limits of the shell such as `ulimit -n 128`.
    pub fn start_under(limits: &str, discord: &Discord, settings: &[(&str, &str)]) -> Self {
        let mut instance = Self::start(discord, settings);
        instance.process.restart_under(limits);
        instance.address = ready(&mut instance.process);
        instance
    }

    /// Starts it again with its existing data.
    pub fn restart(&mut self) {
        self.process.run();
        self.address = ready(&mut self.process);
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn temporary(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    /// The folder with everything that the process writes, including its log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn database(&self) -> PathBuf {
        self.data().join("dumpus.db")
    }

    pub fn send(&self, request: &Request) -> Response {
        request.send(self.address).unwrap()
    }

    pub fn submit(&self, url: &str) -> Response {
        self.send(&submission(url))
    }

    /// Submits a link, asserts that it is accepted, and returns the package id.
    pub fn admit(&self, url: &str) -> String {
        let response = self.submit(url);
        let body = response.json();
        assert_eq!(
            (response.status, &body["isAccepted"], &body["errorMessageCode"]),
            (200, &json!(true), &Value::Null)
        );
        body["packageId"].as_str().unwrap().to_owned()
    }

    pub fn get(&self, key: &str, path: &str) -> Response {
        self.send(&Request::get(path).bearer(key))
    }

    pub fn delete(&self, key: &str, id: &str) -> Response {
        self.send(&Request::new("DELETE", &format!("/process/{id}")).bearer(key))
    }

    pub fn status(&self, key: &str, id: &str) -> Value {
        self.get(key, &format!("/process/{id}/status")).json()
    }

    /// Polls until the status meets the condition.
    pub fn status_until(&self, link: &Link, id: &str, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let found = within_or(PATIENCE, || {
            last = self.status(&link.key, id);
            is_it(&last).then(|| last.clone())
        });
        found.unwrap_or_else(|| panic!("never {what}, but {last}"))
    }

    pub fn status_at_step(&self, link: &Link, id: &str, step: &str) -> Value {
        self.status_until(link, id, step, |status| status["processingStep"] == step)
    }

    /// Waits until a paused download has delivered its half.
    pub fn half_downloaded(&self, link: &Link, id: &str) -> Value {
        self.status_until(link, id, "half downloaded", |status| {
            status["processingProgress"].as_u64() >= Some(49)
        })
    }

    /// Waits until processing has ended.
    pub fn settled(&self, link: &Link, id: &str) -> Value {
        self.status_until(link, id, "settled", |status| status["isProcessing"] == false)
    }

    /// Submits a link and waits until its package is processed.
    pub fn process(&self, link: &Link) -> String {
        let id = self.admit(&link.url);
        let status = self.settled(link, &id);
        assert_eq!(status["isDataAvailable"], true, "{status}");
        id
    }
}

pub fn submission(url: &str) -> Request {
    Request::new("POST", "/process").body("application/json", json!({ "package_link": url }).to_string())
}

/// Waits until the server is ready, and returns its address.
pub fn ready(process: &mut Process) -> SocketAddr {
    let address = eventually("the server listens", || {
        let ended = process.ended();
        assert!(ended.is_none(), "the server ended: {ended:?}");
        process.listening()
    });
    eventually("the server is ready", || {
        Request::get("/ready")
            .send(address)
            .ok()
            .filter(|response| response.status == 200)
    });
    address
}

fn within_or<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let began = std::time::Instant::now();
    within(limit + PATIENCE, "the limit passes", || match look() {
        Some(found) => Some(Some(found)),
        None if began.elapsed() > limit => Some(None),
        None => None,
    })
}
