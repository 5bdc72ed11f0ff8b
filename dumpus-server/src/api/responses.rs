//! Every answer of the packages' routes.

use poem::Error;
use poem_openapi::ApiResponse;
use poem_openapi::payload::{Binary, Json};

use super::model::{Acceptance, BlobBody, Code, Deletion, Problem, UserBody};
use super::route::RETRY_AFTER;
use super::status::StatusBody;
use super::trouble::{NoLink, Nothing, Refused, TooMany, Trouble};

const FOREIGN_KEY: &str = "The key does not own this package.";
const AWAY: &str = "The server cannot answer right now; try again in a moment.";
const DEFECT: &str = "Something went wrong on the server.";

/// Answers to a submission.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Submitted::unread")]
pub(super) enum Submitted {
    /// The submission was read. The package is accepted, or the link is refused with `INVALID_LINK`.
    #[oai(status = 200)]
    Answer(Json<Acceptance>),
    /// The body is no JSON, or lacks the link.
    #[oai(status = 400)]
    Unread(Json<Acceptance>),
    /// The body is larger than 16 KiB.
    #[oai(status = 413)]
    #[expect(dead_code, reason = "described here, answered at the edge")]
    TooLarge(Json<Acceptance>),
    /// Too many submissions from this address.
    #[oai(status = 429)]
    Limited(
        Json<Acceptance>,
        /// Seconds until another submission is taken.
        #[oai(header = "Retry-After")]
        u64,
    ),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<Acceptance>),
    /// A backend is away. Nothing of the submission is left behind.
    #[oai(status = 503)]
    Unavailable(
        Json<Acceptance>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl Submitted {
    fn unread(_: Error) -> Self {
        Self::Unread(Json(Acceptance::refused(Code::InvalidRequest)))
    }

    pub(super) fn limited(seconds: u64) -> Self {
        Self::Limited(Json(Acceptance::refused(Code::RateLimited)), seconds)
    }
}

impl From<Refused<NoLink>> for Submitted {
    fn from(refused: Refused<NoLink>) -> Self {
        let refuse = |code| Json(Acceptance::refused(code));
        match refused {
            Refused::Own(NoLink) => Self::Answer(refuse(Code::InvalidLink)),
            Refused::Trouble(Trouble::Unavailable) => Self::Unavailable(refuse(Code::ServerError), RETRY_AFTER),
            Refused::Trouble(Trouble::Unauthorized | Trouble::Failed) => Self::Failed(refuse(Code::ServerError)),
        }
    }
}

/// Answers to a question for the status.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Status::unread")]
pub(super) enum Status {
    /// How the package stands; an unknown one has the code `UNKNOWN_PACKAGE_ID`.
    #[oai(status = 200)]
    Answer(Json<StatusBody>),
    /// The key is missing, malformed, or another package's.
    #[oai(status = 401)]
    Unauthorized(Json<StatusBody>),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<StatusBody>),
    /// A backend is away: keep polling.
    #[oai(status = 503)]
    Unavailable(
        Json<StatusBody>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl Status {
    fn unread(_: Error) -> Self {
        Self::unauthorized()
    }

    pub(super) fn unauthorized() -> Self {
        Self::Unauthorized(Json(StatusBody::refused(Code::Unauthorized, FOREIGN_KEY)))
    }
}

impl From<Refused<Nothing>> for Status {
    fn from(refused: Refused<Nothing>) -> Self {
        match trouble(refused) {
            Trouble::Unauthorized => Self::unauthorized(),
            Trouble::Unavailable => Self::Unavailable(Json(StatusBody::unavailable()), RETRY_AFTER),
            Trouble::Failed => Self::Failed(Json(StatusBody::refused(Code::ServerError, DEFECT))),
        }
    }
}

/// Answers to a deletion.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Deleted::unread")]
pub(super) enum Deleted {
    /// Erased, or there was no such package.
    #[oai(status = 200)]
    Answer(Json<Deletion>),
    /// The key is missing, malformed, or another package's.
    #[oai(status = 401)]
    Unauthorized(Json<Deletion>),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<Deletion>),
    /// A backend is away: ask again.
    #[oai(status = 503)]
    Unavailable(
        Json<Deletion>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl Deleted {
    fn unread(_: Error) -> Self {
        Self::unauthorized()
    }

    pub(super) fn unauthorized() -> Self {
        Self::Unauthorized(Json(Deletion::refused(Code::Unauthorized)))
    }
}

impl From<Refused<Nothing>> for Deleted {
    fn from(refused: Refused<Nothing>) -> Self {
        match trouble(refused) {
            Trouble::Unauthorized => Self::unauthorized(),
            Trouble::Unavailable => Self::Unavailable(Json(Deletion::refused(Code::ServerError)), RETRY_AFTER),
            Trouble::Failed => Self::Failed(Json(Deletion::refused(Code::ServerError))),
        }
    }
}

/// Answers to a question for the result.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Data::unread")]
pub(super) enum Data {
    /// The statistics: a SQLite file, compressed with gzip.
    #[oai(status = 200)]
    Answer(Binary<Vec<u8>>),
    /// The key is missing, malformed, or another package's.
    #[oai(status = 401)]
    Unauthorized(Json<Problem>),
    /// There is no result, or none yet.
    #[oai(status = 404)]
    NotFound(Json<Problem>),
    /// A defect of the server, or stored bytes that are not authentic.
    #[oai(status = 500)]
    Failed(Json<Problem>),
    /// A backend is away.
    #[oai(status = 503)]
    Unavailable(
        Json<Problem>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

/// Answers to a question for the encrypted result.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Blob::unread")]
pub(super) enum Blob {
    /// Where it is, and what opens it beside the key.
    #[oai(status = 200)]
    Answer(Json<BlobBody>),
    /// The key is missing, malformed, or another package's.
    #[oai(status = 401)]
    Unauthorized(Json<Problem>),
    /// There is no result, or none yet.
    #[oai(status = 404)]
    NotFound(Json<Problem>),
    /// A defect of the server, or stored bytes that are not authentic.
    #[oai(status = 500)]
    Failed(Json<Problem>),
    /// A backend is away.
    #[oai(status = 503)]
    Unavailable(
        Json<Problem>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

macro_rules! result_answers {
    ($answers:ident) => {
        impl $answers {
            fn unread(_: Error) -> Self {
                Self::unauthorized()
            }

            pub(super) fn unauthorized() -> Self {
                Self::Unauthorized(problem(Code::Unauthorized, FOREIGN_KEY))
            }

            pub(super) fn not_found() -> Self {
                Self::NotFound(problem(Code::NotFound, "There is no result for this package."))
            }
        }

        impl From<Refused<Nothing>> for $answers {
            fn from(refused: Refused<Nothing>) -> Self {
                match trouble(refused) {
                    Trouble::Unauthorized => Self::unauthorized(),
                    Trouble::Unavailable => Self::Unavailable(problem(Code::ServerError, AWAY), RETRY_AFTER),
                    Trouble::Failed => Self::Failed(problem(Code::ServerError, DEFECT)),
                }
            }
        }
    };
}

result_answers!(Data);
result_answers!(Blob);

/// Answers to a fetch by signed address.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Ciphertext::unread")]
pub(super) enum Ciphertext {
    /// The encrypted result.
    #[oai(status = 200)]
    Answer(Binary<Vec<u8>>),
    /// The address is wrong or too old, or the blob is gone.
    #[oai(status = 404)]
    NotFound(Json<Problem>),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<Problem>),
    /// The blob store is away.
    #[oai(status = 503)]
    Unavailable(
        Json<Problem>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl Ciphertext {
    fn unread(_: Error) -> Self {
        Self::not_found()
    }

    pub(super) fn not_found() -> Self {
        Self::NotFound(problem(Code::NotFound, "This address is not valid any more."))
    }
}

impl From<Refused<Nothing>> for Ciphertext {
    fn from(refused: Refused<Nothing>) -> Self {
        match trouble(refused) {
            Trouble::Unavailable => Self::Unavailable(problem(Code::ServerError, AWAY), RETRY_AFTER),
            Trouble::Unauthorized | Trouble::Failed => Self::Failed(problem(Code::ServerError, DEFECT)),
        }
    }
}

/// Answers to a question for a user. The official client takes any other JSON for a user and keeps it.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "User::unread")]
pub(super) enum User {
    /// The user.
    #[oai(status = 200)]
    Answer(Json<UserBody>),
    /// The key is missing, malformed, or no existing package's.
    #[oai(status = 401)]
    Unauthorized(Json<Problem>),
    /// There is no such user, or no directory of users is configured.
    #[oai(status = 404)]
    NotFound(Json<Problem>),
    /// The limit did not pass within five seconds.
    #[oai(status = 429)]
    Limited(
        Json<Problem>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
    /// A defect of the server, or a backend is away.
    #[oai(status = 500)]
    Failed(Json<Problem>),
}

impl User {
    fn unread(_: Error) -> Self {
        Self::unauthorized()
    }

    pub(super) fn unauthorized() -> Self {
        Self::Unauthorized(problem(Code::Unauthorized, FOREIGN_KEY))
    }

    pub(super) fn not_found() -> Self {
        Self::NotFound(problem(Code::NotFound, "There is no such user."))
    }
}

impl From<Refused<TooMany>> for User {
    fn from(refused: Refused<TooMany>) -> Self {
        match refused {
            Refused::Own(TooMany(seconds)) => {
                Self::Limited(problem(Code::RateLimited, "Too many users were asked for."), seconds)
            }
            Refused::Trouble(Trouble::Unauthorized) => Self::unauthorized(),
            Refused::Trouble(Trouble::Unavailable) => Self::Failed(problem(Code::ServerError, AWAY)),
            Refused::Trouble(Trouble::Failed) => Self::Failed(problem(Code::ServerError, DEFECT)),
        }
    }
}

pub(super) fn problem(code: Code, detail: &str) -> Json<Problem> {
    Json(Problem::new(code, detail))
}

pub(super) fn trouble(refused: Refused<Nothing>) -> Trouble {
    match refused {
        Refused::Trouble(trouble) => trouble,
        Refused::Own(nothing) => match nothing {},
    }
}
