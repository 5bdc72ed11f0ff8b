//! The responses that several operations on a package share.

use poem::{Error, IntoResponse};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{Json, Payload};

use super::problem::{Code, Problem, RETRY_AFTER, Refuse, problem};
use super::refusal::Refusal;

/// Responses to the owner of a package, in one shape whatever happens.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Self::unauthorized")]
pub(in crate::api) enum OwnerResponse<B: Refuse> {
    /// The outcome. An unknown, deleted or expired package has the code `UNKNOWN_PACKAGE_ID`.
    #[oai(status = 200)]
    Done(Json<B>),
    /// The key is missing, malformed, or another package's.
    #[oai(status = 401)]
    Unauthorized(Json<B>),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<B>),
    /// A backend is unavailable: try again, or keep polling.
    #[oai(status = 503)]
    Unavailable(
        Json<B>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl<B: Refuse> OwnerResponse<B> {
    fn unauthorized(_: Error) -> Self {
        Refusal::Unauthorized.into()
    }
}

impl<B: Refuse> From<Refusal> for OwnerResponse<B> {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unauthorized => Self::Unauthorized(refusal.body()),
            Refusal::Unavailable => Self::Unavailable(refusal.body(), RETRY_AFTER),
            _ => Self::Failed(Refusal::Failed.body()),
        }
    }
}

/// Responses to a request for a package's result.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Self::unauthorized")]
pub(in crate::api) enum ResultResponse<T: Payload + IntoResponse> {
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
    /// A backend is unavailable, or too many results are being downloaded.
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

    /// There is no result, or none yet.
    pub(in crate::api) fn not_found() -> Self {
        Self::NotFound(problem(Code::NotFound, "There is no result for this package."))
    }
}

impl<T: Payload + IntoResponse> From<Refusal> for ResultResponse<T> {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unauthorized => Self::Unauthorized(refusal.body()),
            Refusal::Unavailable | Refusal::Busy => Self::Unavailable(refusal.body(), refusal.retry_after()),
            _ => Self::Failed(Refusal::Failed.body()),
        }
    }
}
