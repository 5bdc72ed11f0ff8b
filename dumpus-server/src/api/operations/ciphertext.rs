//! `GET /blobs/{blob_key}`: an encrypted result, for those who have its signed URL.

use std::sync::Arc;

use bytes::Bytes;
use poem::Error;
use poem_openapi::{
    ApiResponse, OpenApi,
    param::{Path, Query},
    payload::{Binary, Json},
};

use dumpus_ports::Dumpus;
use dumpus_ports::domain::time::{Millis, SECOND};
use dumpus_ports::usecase::SignedBlob;
use dumpus_ports::vault::BlobSignature;

use crate::api::document::Group;
use crate::api::http::{
    Client, Code, Operation, Problem, RESULT_BUDGET, Refusal, ResultsInFlight, problem, with_timeout,
};

pub(super) struct Ciphertext {
    pub(super) dumpus: Arc<Dumpus>,
    pub(super) in_flight: Arc<ResultsInFlight>,
}

impl Operation for Ciphertext {
    type Refusal = Problem;
}

/// Responses to a request with a signed URL.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Self::unreadable")]
enum CiphertextResponse {
    /// The encrypted result.
    #[oai(status = 200)]
    Found(Binary<Bytes>),
    /// The URL is wrong or has expired, or the blob is gone.
    #[oai(status = 404)]
    NotFound(Json<Problem>),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<Problem>),
    /// The blob store is unavailable, or too many results are being downloaded.
    #[oai(status = 503)]
    Unavailable(
        Json<Problem>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl CiphertextResponse {
    fn unreadable(_: Error) -> Self {
        Self::not_found()
    }

    fn not_found() -> Self {
        Self::NotFound(problem(Code::NotFound, "This address is not valid any more."))
    }
}

impl From<Refusal> for CiphertextResponse {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unavailable | Refusal::Busy => Self::Unavailable(refusal.body(), refusal.retry_after()),
            _ => Self::Failed(Refusal::Failed.body()),
        }
    }
}

#[OpenApi(tag = "Group::Packages")]
impl Ciphertext {
    /// Fetch an encrypted result
    ///
    /// The URLs that `getPackageBlob` returns lead here if results are not in an object store.
    #[oai(path = "/blobs/:blob_key", method = "get", operation_id = "fetchBlob")]
    async fn ciphertext(
        &self,
        client: Client,
        #[doc = "Name of the blob."] blob_key: Path<String>,
        #[doc = "When the URL expires, in seconds since 1970."] expires: Query<String>,
        #[doc = "Proof that this server issued the URL."] signature: Query<String>,
    ) -> CiphertextResponse {
        let mut bytes = [0; 32];
        let (Ok(blob), Ok(expires), Ok(())) = (
            blob_key.parse(),
            expires.parse::<i64>(),
            hex::decode_to_slice(&*signature, &mut bytes),
        ) else {
            return CiphertextResponse::not_found();
        };
        let address = SignedBlob {
            blob,
            expires: Millis(expires.saturating_mul(SECOND)),
            signature: BlobSignature(bytes),
        };
        match self.serve(&client, &address).await {
            Ok(Some(bytes)) => CiphertextResponse::Found(Binary(bytes)),
            Ok(None) => CiphertextResponse::not_found(),
            Err(refusal) => refusal.into(),
        }
    }
}

impl Ciphertext {
    async fn serve(&self, client: &Client, address: &SignedBlob) -> Result<Option<Bytes>, Refusal> {
        let turn = self.in_flight.of_blob(client.address, address.blob)?;
        let read = turn.read(self.dumpus.serve_blob(address));
        let bytes = with_timeout(RESULT_BUDGET, read).await?;
        bytes.map(|bytes| turn.hold(bytes)).transpose()
    }
}
