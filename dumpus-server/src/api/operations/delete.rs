//! `DELETE /process/{package_id}`: deletes a package.

use poem::Error;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{ApiResponse, Object, OpenApi};

use dumpus_ports::usecase::DeletePackage;

use crate::api::document::Group;
use crate::api::http::auth::Owner;
use crate::api::http::package_id::OwnedId;
use crate::api::http::problem::{Code, RETRY_AFTER, Refuse};
use crate::api::http::refusal::{BUDGET, Refusal, with_timeout};
use crate::api::http::route::Operation;

pub(super) struct Delete(pub(super) DeletePackage);

impl Operation for Delete {
    type Refusal = Deletion;
}

/// The outcome of a deletion.
#[derive(Debug, Object)]
#[oai(rename = "DeleteAnswer", rename_all = "camelCase", example)]
pub(super) struct Deletion {
    /// Whether the package existed and is deleted.
    is_deleted: bool,
    /// Why nothing was deleted.
    error_message_code: Option<Code>,
}

impl Refuse for Deletion {
    fn refused(code: Code, _: &str) -> Self {
        Self {
            is_deleted: false,
            error_message_code: Some(code),
        }
    }
}

impl Example for Deletion {
    fn example() -> Self {
        Self {
            is_deleted: true,
            error_message_code: None,
        }
    }
}

/// Responses to a deletion.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Self::unauthorized")]
enum DeleteResponse {
    /// Deleted, or there was no such package.
    #[oai(status = 200)]
    Done(Json<Deletion>),
    /// The key is missing, malformed, or another package's.
    #[oai(status = 401)]
    Unauthorized(Json<Deletion>),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<Deletion>),
    /// A backend is unavailable: try again.
    #[oai(status = 503)]
    Unavailable(
        Json<Deletion>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl DeleteResponse {
    fn unauthorized(_: Error) -> Self {
        Refusal::Unauthorized.into()
    }
}

impl From<Refusal> for DeleteResponse {
    fn from(refusal: Refusal) -> Self {
        let refused = |code| Json(Deletion::refused(code, ""));
        match refusal {
            Refusal::Unauthorized => Self::Unauthorized(refused(Code::Unauthorized)),
            Refusal::Unavailable => Self::Unavailable(refused(Code::ServerError), RETRY_AFTER),
            _ => Self::Failed(refused(Code::ServerError)),
        }
    }
}

#[OpenApi]
impl Delete {
    /// Delete a package
    ///
    /// Deletes everything about the package, and stops its processing.
    #[oai(
        path = "/process/:package_id",
        method = "delete",
        operation_id = "deletePackage",
        tag = "Group::Packages"
    )]
    async fn delete(&self, owner: Owner, #[doc = "The package's id."] package_id: Path<OwnedId>) -> DeleteResponse {
        match with_timeout(BUDGET, self.0.run(&owner.key(), package_id.0.0)).await {
            Ok(is_deleted) => DeleteResponse::Done(Json(Deletion {
                is_deleted,
                error_message_code: (!is_deleted).then_some(Code::UnknownPackageId),
            })),
            Err(refusal) => refusal.into(),
        }
    }
}
