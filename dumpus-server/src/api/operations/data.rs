//! `GET /process/{package_id}/data`: the decrypted result of a package.

use std::sync::Arc;

use bytes::Bytes;
use poem_openapi::{OpenApi, param::Path, payload::Binary};

use dumpus_ports::Dumpus;
use dumpus_ports::domain::package::PackageId;

use crate::api::document::Group;
use crate::api::http::{
    Client, Operation, OwnedId, Owner, Problem, RESULT_BUDGET, Refusal, ResultResponse, ResultsInFlight, with_timeout,
};

pub(super) struct Data {
    pub(super) dumpus: Arc<Dumpus>,
    pub(super) in_flight: Arc<ResultsInFlight>,
}

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
        client: Client,
        #[doc = "The package's id."] package_id: Path<OwnedId>,
    ) -> ResultResponse<Binary<Bytes>> {
        match self.fetch(&owner, &client, package_id.0.0).await {
            Ok(Some(file)) => ResultResponse::Found(Binary(file)),
            Ok(None) => ResultResponse::not_found(),
            Err(refusal) => refusal.into(),
        }
    }
}

impl Data {
    async fn fetch(&self, owner: &Owner, client: &Client, package: PackageId) -> Result<Option<Bytes>, Refusal> {
        let key = owner.key();
        if !self.dumpus.owns(&key, package) {
            return Err(Refusal::Unauthorized);
        }
        let turn = self.in_flight.of_package(client.address, package)?;
        let read = turn.read(self.dumpus.fetch(&key, package));
        let file = with_timeout(RESULT_BUDGET, read).await?;
        file.map(|file| turn.hold(file)).transpose()
    }
}
