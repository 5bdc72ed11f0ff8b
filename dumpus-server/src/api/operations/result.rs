//! The responses that the two ways to a package's result share.

use poem::{Error, IntoResponse};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{Json, Payload};

use crate::api::http::problem::{Code, DEFECT, FOREIGN_KEY, Problem, RETRY_AFTER, UNAVAILABLE, problem};
use crate::api::http::refusal::Refusal;

/// Responses to a request for a result.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Self::unauthorized")]
pub(super) enum ResultResponse<T: Payload + IntoResponse> {
    /// The result.
    #[oai(status = 200)]
    Found(T),
    /// The key is missing, malformed, or another package's.
    #[oai(status = 401)]
    Unauthorized(Json<Problem>),
    /// There is no result, or none yet.
    #[oai(status = 404)]
    NotFound(Json<Problem>),
    /// A defect of the server, or stored bytes that are not authentic.
    #[oai(status = 500)]
    Failed(Json<Problem>),
    /// A backend is unavailable.
    #[oai(status = 503)]
    Unavailable(
        Json<Problem>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl<T: Payload + IntoResponse> ResultResponse<T> {
    fn unauthorized(_: Error) -> Self {
        Refusal::Unauthorized.into()
    }

    /// No result, or none yet.
    pub(super) fn not_found() -> Self {
        Self::NotFound(problem(Code::NotFound, "There is no result for this package."))
    }
}

impl<T: Payload + IntoResponse> From<Refusal> for ResultResponse<T> {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unauthorized => Self::Unauthorized(problem(Code::Unauthorized, FOREIGN_KEY)),
            Refusal::Unavailable => Self::Unavailable(problem(Code::ServerError, UNAVAILABLE), RETRY_AFTER),
            _ => Self::Failed(problem(Code::ServerError, DEFECT)),
        }
    }
}
