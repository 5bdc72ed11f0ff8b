//! What is logged of requests. A binary of its own: a log is the process's.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

#[expect(dead_code, reason = "a part of it is for other tests")]
mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use support::{Instance, key};

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn neither_keys_nor_links_nor_users_are_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone());
    subscriber.init();
    let instance = Instance::new();
    instance.process(&key(0), b"result").await;
    for rest in [
        "status",
        "data",
        "blob",
        "user/770077007700",
        "user/500",
        "user/666",
        "nowhere",
    ] {
        instance.of_package(&key(0), rest).await;
        instance
            .get(
                &format!("/process/{}/{rest}?upn={}", instance.id(&key(0)), key(1)),
                &key(2),
            )
            .await;
    }
    instance
        .post(&format!(
            r#"{{"package_link": "https://evil.example/?upn={}"}}"#,
            key(3)
        ))
        .await;
    instance.post(&format!(r#"{{"package_link": {}"#, key(4))).await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("/process/{package_id}/status"),
        "requests are logged by template: {log}"
    );
    for marker in [
        "u001",
        "Ab-_9Ab-_9",
        "click.discord",
        "evil.example",
        "770077007700",
        "upn",
    ] {
        assert!(!log.contains(marker), "{marker} in {log}");
    }
}
