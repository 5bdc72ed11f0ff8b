//! `GET /ready`: whether every backend answers.

use std::sync::Arc;

use poem_openapi::{ApiResponse, Enum, Object, OpenApi, payload::Json, types::Example};

use dumpus_ports::blobs::BlobStore;
use dumpus_ports::queue::JobQueue;
use dumpus_ports::registry::PackageRegistry;

use crate::api::document::Group;
use crate::api::http::{BUDGET, Operation, Problem, RETRY_AFTER};

/// The backends whose readiness is reported.
pub struct Backends {
    /// The database of packages.
    pub registry: Arc<dyn PackageRegistry>,
    /// The queue of jobs.
    pub queue: Arc<dyn JobQueue>,
    /// The store of results.
    pub blobs: Arc<dyn BlobStore>,
}

pub(super) struct GetReadiness(pub(super) Backends);

impl Operation for GetReadiness {
    type Refusal = Problem;
}

/// Whether a backend answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
enum BackendState {
    /// It answers.
    Up,
    /// It does not.
    Down,
}

/// Whether the server can do its work.
#[derive(Debug, Object)]
#[oai(example)]
struct Ready {
    /// `ready` when every backend is up, else `unavailable`.
    status: String,
    /// The database of packages.
    registry: BackendState,
    /// The queue of jobs.
    queue: BackendState,
    /// The store of results.
    blobs: BackendState,
}

impl Ready {
    fn of(is_ready: bool, [registry, queue, blobs]: [BackendState; 3]) -> Self {
        Self {
            status: if is_ready { "ready" } else { "unavailable" }.to_owned(),
            registry,
            queue,
            blobs,
        }
    }
}

impl Example for Ready {
    fn example() -> Self {
        Self::of(true, [BackendState::Up; 3])
    }
}

/// Responses to a request for readiness.
#[derive(ApiResponse)]
enum ReadinessResponse {
    /// Every backend answers.
    #[oai(status = 200)]
    Ready(Json<Ready>),
    /// A backend is unavailable.
    #[oai(status = 503)]
    Unavailable(
        Json<Ready>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

async fn state<E>(ping: impl Future<Output = Result<(), E>>) -> BackendState {
    match tokio::time::timeout(BUDGET, ping).await {
        Ok(Ok(())) => BackendState::Up,
        _ => BackendState::Down,
    }
}

#[OpenApi(tag = "Group::Operation")]
impl GetReadiness {
    /// Readiness
    ///
    /// Whether every backend answers.
    #[oai(path = "/ready", method = "get", operation_id = "getReadiness")]
    async fn ready(&self) -> ReadinessResponse {
        let Backends { registry, queue, blobs } = &self.0;
        let states = tokio::join!(state(registry.ping()), state(queue.ping()), state(blobs.ping()));
        let states = <[BackendState; 3]>::from(states);
        if states == [BackendState::Up; 3] {
            ReadinessResponse::Ready(Json(Ready::of(true, states)))
        } else {
            ReadinessResponse::Unavailable(Json(Ready::of(false, states)), RETRY_AFTER)
        }
    }
}
