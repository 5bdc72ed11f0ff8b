//! `GET /process/demo/data` and `/process/demo/blob`: the statistics of an invented person.

use bytes::Bytes;
use poem_openapi::{
    ApiResponse, OpenApi,
    payload::{Binary, Json},
};

use super::blob::BlobBody;
use crate::api::document::Group;
use crate::api::http::{Client, Operation, Problem, Refusal, Shared};
use crate::demo::Demo;

pub(super) struct GetDemo(pub(super) Demo);

impl Operation for GetDemo {
    type Refusal = Problem;
}

/// Responses with the demo's statistics.
#[derive(ApiResponse)]
enum DemoResponse {
    /// The statistics: a SQLite file, compressed with gzip.
    #[oai(status = 200)]
    Found(Shared<Binary<Bytes>>),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<Problem>),
}

#[OpenApi(tag = "Group::Demo")]
impl GetDemo {
    /// Statistics of the demo
    ///
    /// The statistics of an invented person, the same on every instance.
    #[oai(path = "/process/demo/data", method = "get", operation_id = "getDemoData")]
    async fn data(&self) -> DemoResponse {
        match self.0.file().await {
            Ok(file) => DemoResponse::Found(Shared::new(file)),
            Err(error) => DemoResponse::Failed(Refusal::defect(&error).body()),
        }
    }

    /// URL of the demo's statistics
    ///
    /// They are not encrypted: `iv` is null.
    #[oai(path = "/process/demo/blob", method = "get", operation_id = "getDemoBlob")]
    async fn blob(&self, client: Client) -> Json<BlobBody> {
        Json(BlobBody {
            url: format!("{}/process/demo/data", client.base),
            iv: None,
            ttl: 300,
        })
    }
}
