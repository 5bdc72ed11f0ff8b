//! `DELETE /process/{package_id}`: deletes a package.

use std::sync::Arc;

use poem_openapi::{Object, OpenApi, param::Path, payload::Json, types::Example};

use dumpus_ports::Dumpus;

use crate::api::document::Group;
use crate::api::http::{BUDGET, Code, Operation, OwnedId, Owner, OwnerResponse, Refuse, with_timeout};

pub(super) struct Delete(pub(super) Arc<Dumpus>);

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

#[OpenApi(tag = "Group::Packages")]
impl Delete {
    /// Delete a package
    ///
    /// Deletes everything about the package, and stops its processing.
    #[oai(path = "/process/:package_id", method = "delete", operation_id = "deletePackage")]
    async fn delete(
        &self,
        owner: Owner,
        #[doc = "The package's id."] package_id: Path<OwnedId>,
    ) -> OwnerResponse<Deletion> {
        match with_timeout(BUDGET, self.0.delete(&owner.key(), package_id.0.0)).await {
            Ok(is_deleted) => OwnerResponse::Done(Json(Deletion {
                is_deleted,
                error_message_code: (!is_deleted).then_some(Code::UnknownPackageId),
            })),
            Err(refusal) => refusal.into(),
        }
    }
}
