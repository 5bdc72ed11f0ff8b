//! The body of a response that refuses a request.

use poem_openapi::payload::Json;
use poem_openapi::types::{Example, ToJSON};
use poem_openapi::{Enum, Object};

use dumpus_ports::domain::error_code::ErrorCode;

/// Seconds after which a client may try again when a backend is unavailable.
pub(in crate::api) const RETRY_AFTER: u64 = 2;

/// The key is missing, malformed, or belongs to another package.
pub(in crate::api) const FOREIGN_KEY: &str = "The key does not own this package.";
/// A backend is unavailable.
pub(in crate::api) const UNAVAILABLE: &str = "The server cannot answer right now; try again in a moment.";
/// A defect of the server.
pub(in crate::api) const DEFECT: &str = "Something went wrong on the server.";

/// Why a request was refused, or why a package failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(
    rename = "ErrorMessageCode",
    rename_all = "SCREAMING_SNAKE_CASE",
    remote = "ErrorCode"
)]
pub(in crate::api) enum Code {
    /// No package of this id: never submitted, deleted or expired.
    UnknownPackageId,
    /// Something on this side failed.
    ServerError,
    /// The key does not own the package.
    Unauthorized,
    /// Discord does not serve this link any more.
    ExpiredLink,
    /// Not a link to a package.
    InvalidLink,
    /// The package does not identify its owner.
    MissingUserData,
    /// The request is not what this document describes.
    InvalidRequest,
    /// No such route, or nothing there.
    NotFound,
    /// The route has no such method.
    MethodNotAllowed,
    /// Too many requests.
    RateLimited,
}

/// A body that can say why a request was refused.
pub(in crate::api) trait Refuse: ToJSON + Sized {
    /// The body for this code; `detail` is one plain sentence, for bodies that have room for it.
    fn refused(code: Code, detail: &str) -> Self;

    /// The body while a backend is unavailable.
    fn unavailable() -> Self {
        Self::refused(Code::ServerError, UNAVAILABLE)
    }
}

/// Why a request was refused, on routes without an error shape of their own.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase", example)]
pub(in crate::api) struct Problem {
    /// For programs.
    error_message_code: Code,
    /// For people: one plain sentence.
    error_detail: String,
}

impl Refuse for Problem {
    fn refused(code: Code, detail: &str) -> Self {
        Self {
            error_message_code: code,
            error_detail: detail.to_owned(),
        }
    }
}

impl Example for Problem {
    fn example() -> Self {
        Self::refused(Code::NotFound, "There is no result for this package.")
    }
}

/// A [`Problem`] as a payload.
pub(in crate::api) fn problem(code: Code, detail: &str) -> Json<Problem> {
    Json(Problem::refused(code, detail))
}
