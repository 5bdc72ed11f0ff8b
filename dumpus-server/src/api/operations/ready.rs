//! `GET /ready`: whether every backend answers.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, payload::Json, types::Example};

use dumpus_ports::{Dumpus, Readiness};

use crate::api::document::Group;
use crate::api::http::{BUDGET, Operation, Problem, RETRY_AFTER};

/// Anybody may ask, and an object store has its price for each question: requests that come while the backends are asked
/// share the answer.
pub(super) struct GetReadiness {
    dumpus: Arc<Dumpus>,
    /// The question that is being asked, if any.
    asking: Mutex<Option<WeakShared<BoxFuture<'static, Readiness>>>>,
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

impl GetReadiness {
    pub(super) fn new(dumpus: Arc<Dumpus>) -> Self {
        Self {
            dumpus,
            asking: Mutex::default(),
        }
    }

    /// Which backends answer.
    fn readiness(&self) -> Shared<BoxFuture<'static, Readiness>> {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        let current = asking.as_ref().and_then(WeakShared::upgrade);
        if let Some(current) = current.filter(|current| current.peek().is_none()) {
            return current;
        }
        let dumpus = self.dumpus.clone();
        let question = async move { dumpus.readiness(BUDGET).await }.boxed().shared();
        *asking = question.downgrade();
        question
    }
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
