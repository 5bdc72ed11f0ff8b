//! `GET /health`: whether the process is alive.

use poem_openapi::{Object, OpenApi, payload::Json, types::Example};

use crate::api::document::Group;
use crate::api::http::{Operation, Problem};

pub(super) struct GetHealth {
    pub(super) hostname: String,
}

impl Operation for GetHealth {
    type Refusal = Problem;
}

/// The process is alive.
#[derive(Debug, Object)]
#[oai(example)]
struct Health {
    /// Always `alive`.
    status: String,
    /// The machine that answers.
    hostname: String,
}

impl Example for Health {
    fn example() -> Self {
        Self {
            status: "alive".to_owned(),
            hostname: "dumpus-1".to_owned(),
        }
    }
}

#[OpenApi(tag = "Group::Operation")]
impl GetHealth {
    /// Liveness
    #[oai(path = "/health", method = "get", operation_id = "getHealth")]
    async fn health(&self) -> Json<Health> {
        Json(Health {
            status: "alive".to_owned(),
            hostname: self.hostname.clone(),
        })
    }
}
