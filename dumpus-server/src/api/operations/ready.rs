//! `GET /ready`: whether the instance can do its work.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, payload::Json, types::Example};

use dumpus_ports::Dumpus;
use dumpus_ports::usecase::{self, Readiness};

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

/// How a backend is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
enum BackendState {
    /// It answers and takes writes.
    Up,
    /// It answers, and takes no writes: it is full or read-only.
    NoWrites,
    /// It does not answer.
    Down,
}

/// Whether the server can do its work.
#[derive(Debug, Object)]
#[oai(example)]
struct Ready {
    /// `ready` when everything works, `degraded` when packages are not accepted or not processed, `unavailable` when owners
    /// get no answers.
    status: String,
    /// The database of packages.
    registry: BackendState,
    /// The queue of jobs.
    queue: BackendState,
    /// The store of results.
    blobs: BackendState,
    /// Workers that are there; absent if that is unknown.
    workers: Option<u64>,
    /// What does not work, in words.
    reasons: Vec<String>,
}

impl From<usecase::BackendState> for BackendState {
    fn from(state: usecase::BackendState) -> Self {
        match state {
            usecase::BackendState::Up => Self::Up,
            usecase::BackendState::NoWrites => Self::NoWrites,
            // It answers, but not this instance.
            usecase::BackendState::Foreign | usecase::BackendState::Down => Self::Down,
        }
    }
}

impl From<Readiness> for Ready {
    fn from(readiness: Readiness) -> Self {
        let status = match (readiness.is_complete(), readiness.can_answer()) {
            (true, _) => "ready",
            (false, true) => "degraded",
            (false, false) => "unavailable",
        };
        let blobs = if readiness.blobs {
            usecase::BackendState::Up
        } else {
            usecase::BackendState::Down
        };
        let mut reasons = Vec::new();
        for (backend, state) in [
            ("The database of packages", readiness.registry),
            ("The queue of jobs", readiness.queue),
            ("The store of results", blobs),
        ] {
            match state {
                usecase::BackendState::Up => {}
                usecase::BackendState::NoWrites => {
                    reasons.push(format!("{backend} takes no writes: it is full or read-only."));
                }
                usecase::BackendState::Foreign => reasons.push(format!("{backend} belongs to another instance.")),
                usecase::BackendState::Down => reasons.push(format!("{backend} does not answer.")),
            }
        }
        reasons.extend(
            readiness
                .obstacles
                .iter()
                .map(|obstacle| sentence(&obstacle.to_string())),
        );
        Self {
            status: status.to_owned(),
            registry: readiness.registry.into(),
            queue: readiness.queue.into(),
            blobs: blobs.into(),
            workers: readiness.workers,
            reasons,
        }
    }
}

/// Words as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

impl Example for Ready {
    fn example() -> Self {
        Self::from(Readiness {
            registry: usecase::BackendState::Up,
            queue: usecase::BackendState::Up,
            blobs: true,
            workers: Some(2),
            obstacles: Vec::new(),
        })
    }
}

/// Responses to a request for readiness.
#[derive(ApiResponse)]
enum ReadinessResponse {
    /// Owners get answers, about results at least; what does not work is named.
    #[oai(status = 200)]
    Ready(Json<Ready>),
    /// A backend that every answer needs is unavailable.
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
    /// Whether the instance can do its work, and what it cannot do. Backends are asked to write every few seconds.
    #[oai(path = "/ready", method = "get", operation_id = "getReadiness")]
    async fn ready(&self) -> ReadinessResponse {
        let readiness = self.readiness().await;
        let can_answer = readiness.can_answer();
        let ready = Json(Ready::from(readiness));
        if can_answer {
            ReadinessResponse::Ready(ready)
        } else {
            ReadinessResponse::Unavailable(ready, RETRY_AFTER)
        }
    }
}
