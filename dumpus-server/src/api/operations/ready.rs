//! `GET /ready`: whether every backend answers.

use std::sync::Arc;
use std::time::Duration;

use poem_openapi::{ApiResponse, Enum, Object, OpenApi, payload::Json, types::Example};

use tokio::sync::Mutex;
use tokio::time::Instant;

use dumpus_ports::{Dumpus, Readiness};

use crate::api::document::Group;
use crate::api::http::{BUDGET, Operation, Problem, RETRY_AFTER};

/// How long an answer of the backends is reused. Anyone may ask, and with an object store each question is a request.
const REUSE: Duration = Duration::from_secs(1);

pub(super) struct GetReadiness {
    dumpus: Arc<Dumpus>,
    last: Mutex<Option<(Instant, Readiness)>>,
}

impl GetReadiness {
    pub(super) fn new(dumpus: Arc<Dumpus>) -> Self {
        Self {
            dumpus,
            last: Mutex::default(),
        }
    }

    /// The readiness of now or of a moment ago. Concurrent callers wait for one question.
    async fn readiness(&self) -> Readiness {
        let mut last = self.last.lock().await;
        if let Some((asked, readiness)) = *last
            && asked.elapsed() < REUSE
        {
            return readiness;
        }
        let readiness = self.dumpus.readiness(BUDGET).await;
        *last = Some((Instant::now(), readiness));
        readiness
    }
}

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

impl From<Readiness> for Ready {
    fn from(readiness: Readiness) -> Self {
        let state = |is_up| if is_up { BackendState::Up } else { BackendState::Down };
        let status = if readiness.is_complete() {
            "ready"
        } else {
            "unavailable"
        };
        Self {
            status: status.to_owned(),
            registry: state(readiness.registry),
            queue: state(readiness.queue),
            blobs: state(readiness.blobs),
        }
    }
}

impl Example for Ready {
    fn example() -> Self {
        Self::from(Readiness {
            registry: true,
            queue: true,
            blobs: true,
        })
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

#[OpenApi(tag = "Group::Operation")]
impl GetReadiness {
    /// Readiness
    ///
    /// Whether every backend answers.
    #[oai(path = "/ready", method = "get", operation_id = "getReadiness")]
    async fn ready(&self) -> ReadinessResponse {
        let readiness = self.readiness().await;
        let ready = Json(Ready::from(readiness));
        if readiness.is_complete() {
            ReadinessResponse::Ready(ready)
        } else {
            ReadinessResponse::Unavailable(ready, RETRY_AFTER)
        }
    }
}
