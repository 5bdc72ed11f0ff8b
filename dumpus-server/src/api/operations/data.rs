//! `GET /process/{package_id}/data`: the decrypted result of a package.

use std::sync::Arc;

use bytes::Bytes;
use poem_openapi::{OpenApi, param::Path, payload::Binary};

use dumpus_ports::Dumpus;

use crate::api::document::Group;
use crate::api::http::{Operation, OwnedId, Owner, Problem, RESULT_BUDGET, ResultResponse, with_timeout};

pub(super) struct Data(pub(super) Arc<Dumpus>);

impl Operation for Data {
    type Refusal = Problem;
}

#[OpenApi(tag = "Group::Packages")]
impl Data {
    /// Result of a package
    ///
    /// The statistics: a SQLite file compressed with gzip, decrypted with the presented key. Its authenticity is
    /// checked before the first byte is sent.
    #[oai(path = "/process/:package_id/data", method = "get", operation_id = "getPackageData")]
    async fn data(
        &self,
        owner: Owner,
        #[doc = "The package's id."] package_id: Path<OwnedId>,
    ) -> ResultResponse<Binary<Bytes>> {
        match with_timeout(RESULT_BUDGET, self.0.fetch(&owner.key(), package_id.0.0)).await {
            Ok(Some(file)) => ResultResponse::Found(Binary(file)),
            Ok(None) => ResultResponse::not_found(),
            Err(refusal) => refusal.into(),
        }
    }
}
