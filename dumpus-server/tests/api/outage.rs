//! Responses while backends are unavailable.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dumpus_ports::blobs::{BlobError, BlobKey, BlobStore};
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::queue::{Delivery, Job, JobQueue, QueueError};
use dumpus_ports::registry::Epoch;
use dumpus_server::api::ApiSettings;
use futures_util::future::join_all;
use poem::test::TestResponse;
use serde_json::{Value, json};

use crate::support::{ADMIN, Instance, assert_common_headers, backends, json, key};

/// An unavailable queue: it fails at once, or never answers.
struct UnavailableQueue {
    hangs: bool,
    questions: Arc<AtomicU32>,
}

impl UnavailableQueue {
    async fn answer<T>(&self) -> Result<T, QueueError> {
        self.questions.fetch_add(1, Ordering::Relaxed);
        if self.hangs {
            return pending().await;
        }
        Err(QueueError::Unavailable("connection refused".into()))
    }
}

#[async_trait]
impl JobQueue for UnavailableQueue {
    async fn push(&self, _: &Job) -> Result<Epoch, QueueError> {
        self.answer().await
    }

    async fn next(&self, _: &[Lane], _: Duration) -> Result<Option<Box<dyn Delivery>>, QueueError> {
        self.answer().await
    }

    async fn promote(&self, _: PackageId, _: RunId) -> Result<bool, QueueError> {
        self.answer().await
    }

    async fn purge(&self, _: PackageId) -> Result<(), QueueError> {
        self.answer().await
    }

    async fn expedite(&self, _: PackageId, _: RunId) -> Result<bool, QueueError> {
        self.answer().await
    }

    async fn contains(&self, _: PackageId, _: RunId) -> Result<bool, QueueError> {
        self.answer().await
    }

    async fn epoch(&self) -> Result<Epoch, QueueError> {
        self.answer().await
    }

    async fn ping(&self) -> Result<(), QueueError> {
        self.answer().await
    }

    async fn probe(&self) -> Result<(), QueueError> {
        self.answer().await
    }
}

/// An unavailable store.
struct UnavailableBlobs;

#[async_trait]
impl BlobStore for UnavailableBlobs {
    async fn put(&self, _: BlobKey, _: Bytes) -> Result<(), BlobError> {
        Err(BlobError::Unavailable("x".into()))
    }

    async fn get(&self, _: BlobKey) -> Result<Option<Bytes>, BlobError> {
        Err(BlobError::Unavailable("x".into()))
    }

    async fn contains(&self, _: BlobKey) -> Result<bool, BlobError> {
        Err(BlobError::Unavailable("x".into()))
    }

    async fn delete(&self, _: BlobKey) -> Result<(), BlobError> {
        Err(BlobError::Unavailable("x".into()))
    }

    async fn older_than(&self, _: Duration, _: Option<BlobKey>, _: u32) -> Result<Vec<BlobKey>, BlobError> {
        Err(BlobError::Unavailable("x".into()))
    }

    async fn presigned(&self, _: BlobKey, _: Duration) -> Result<Option<String>, BlobError> {
        Err(BlobError::Unavailable("x".into()))
    }

    async fn ping(&self) -> Result<(), BlobError> {
        Err(BlobError::Unavailable("x".into()))
    }
}

fn without_queue(hangs: bool) -> Instance {
    let mut backends = backends();
    backends.queue = Arc::new(UnavailableQueue {
        hangs,
        questions: Arc::default(),
    });
    let settings = ApiSettings {
        admin_token: Some(ADMIN.parse().unwrap()),
        ..ApiSettings::default()
    };
    Instance::over(backends, settings)
}

async fn unavailable(response: TestResponse) -> Value {
    assert_eq!(response.0.status(), 503);
    assert_common_headers(&response);
    assert_eq!(response.0.header("retry-after"), Some("2"));
    json(response).await
}

#[tokio::test]
async fn every_route_reports_an_unavailable_queue_in_its_shape() {
    let instance = without_queue(false);
    assert_eq!(
        unavailable(instance.submit(&key(0)).await).await,
        json!({"isAccepted": false, "packageId": null, "errorMessageCode": "SERVER_ERROR"})
    );
    let status = unavailable(instance.of_package(&key(0), "status").await).await;
    assert_eq!(
        (&status["isProcessing"], &status["isErrored"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(status["errorMessageCode"], Value::Null);
    let request = instance.client.delete(format!("/process/{}", instance.id(&key(0))));
    let deletion = request
        .header("Authorization", format!("Bearer {}", key(0)))
        .send()
        .await;
    assert_eq!(
        unavailable(deletion).await,
        json!({"isDeleted": false, "errorMessageCode": "SERVER_ERROR"})
    );
    // Results are still served: a load balancer must not take this server away.
    let ready = instance.client.get("/ready").send().await;
    ready.assert_status_is_ok();
    assert_eq!(
        json(ready).await,
        json!({
            "status": "degraded", "registry": "up", "queue": "down", "blobs": "up", "workers": 0,
            "reasons": ["The queue of jobs does not answer.", "No worker is there."],
        })
    );
    instance.client.get("/health").send().await.assert_status_is_ok();
}

#[tokio::test]
async fn a_submission_that_the_queue_rejected_leaves_nothing_behind() {
    let instance = without_queue(false);
    unavailable(instance.submit(&key(0)).await).await;
    let row = instance
        .backends
        .registry
        .packages
        .find(instance.id(&key(0)))
        .await
        .unwrap();
    assert_eq!(row, None);
}

#[tokio::test(start_paused = true)]
async fn no_request_waits_longer_than_two_seconds_for_a_backend() {
    let instance = without_queue(true);
    let began = tokio::time::Instant::now();
    unavailable(instance.of_package(&key(0), "status").await).await;
    assert!(began.elapsed() < Duration::from_secs(2));
    let ready = json(instance.client.get("/ready").send().await).await;
    assert_eq!(
        (&ready["status"], &ready["queue"]),
        (&json!("degraded"), &json!("down"))
    );
    assert!(began.elapsed() < Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn requests_for_readiness_that_come_together_ask_each_backend_once() {
    let questions = Arc::default();
    let mut backends = backends();
    backends.queue = Arc::new(UnavailableQueue {
        hangs: true,
        questions: Arc::clone(&questions),
    });
    let instance = Instance::over(backends, ApiSettings::default());
    // Whether it answers and takes jobs; then only the first: the rest is asked for every few seconds.
    for expected in [2, 3] {
        let requests = (0..100).map(|_| async { json(instance.client.get("/ready").send().await).await });
        for answer in join_all(requests).await {
            assert_eq!(answer["queue"], "down");
        }
        assert_eq!(questions.load(Ordering::Relaxed), expected);
    }
}

#[tokio::test]
async fn results_report_an_unavailable_store() {
    let with_blobs = Instance::new();
    with_blobs.process(&key(0), b"result").await;
    let mut backends = with_blobs.backends.clone();
    backends.blobs = Arc::new(UnavailableBlobs);
    let instance = Instance::over(backends, ApiSettings::default());
    for rest in ["data", "blob"] {
        let body = unavailable(instance.of_package(&key(0), rest).await).await;
        assert_eq!(body["errorMessageCode"], "SERVER_ERROR");
    }
    let ready = instance.client.get("/ready").send().await;
    ready.assert_status_is_ok();
    let ready = json(ready).await;
    assert_eq!(
        (&ready["status"], &ready["blobs"]),
        (&json!("degraded"), &json!("down"))
    );
}
