//! Packages: submission, status, result, users, deletion.

use std::sync::Arc;

use poem_openapi::param::Path;
use poem_openapi::payload::{Binary, Json};
use poem_openapi::{OpenApi, Tags};

use dumpus_ports::domain::package::PackageId;
use dumpus_ports::usecase::BlobAddress;

use super::UseCases;
use super::auth::Owner;
use super::client::Client;
use super::limit::RateLimit;
use super::model::{Acceptance, BlobBody, Code, Deletion, SubmitRequest};
use super::responses::{Blob, Ciphertext, Data, Deleted, Status, Submitted, User};
use super::status::StatusBody;
use super::trouble::{BUDGET, LOOK_UP_BUDGET, RESULT_BUDGET, within};

#[derive(Tags)]
pub(super) enum Group {
    /// A package from its link to its deletion.
    Packages,
    /// A made-up person's statistics.
    Demo,
    /// For the operator and what works for them.
    Operation,
    /// Beside the point, for the official client.
    Extras,
}

pub(super) struct Packages {
    pub(super) use_cases: Arc<UseCases>,
    pub(super) limit: Option<RateLimit>,
}

#[OpenApi]
impl Packages {
    /// Submit a package
    ///
    /// Takes the link of a package in. Idempotent: a package that waits, is being processed or is processed is not
    /// queued twice; one that failed, was deleted or has expired is processed anew.
    #[oai(
        path = "/process",
        method = "post",
        operation_id = "submitPackage",
        tag = "Group::Packages"
    )]
    async fn submit(&self, client: Client, request: Json<SubmitRequest>) -> Submitted {
        if let Some(Err(wait)) = self.limit.as_ref().map(|limit| limit.take(client.address)) {
            return Submitted::limited(wait.as_secs() + 1);
        }
        match within(BUDGET, self.use_cases.submit.run(&request.0.package_link.0)).await {
            Ok(package) => Submitted::Answer(Json(Acceptance {
                is_accepted: true,
                package_id: Some(package.to_string()),
                error_message_code: None,
            })),
            Err(refused) => refused.into(),
        }
    }

    /// Status of a package
    ///
    /// May be polled every second. An unknown, deleted or expired package is no error of HTTP: see the code.
    #[oai(
        path = "/process/:package_id/status",
        method = "get",
        operation_id = "getPackageStatus",
        tag = "Group::Packages"
    )]
    async fn status(&self, owner: Owner, #[doc = "The package's id."] package_id: Path<String>) -> Status {
        let Ok(package) = package_id.parse::<PackageId>() else {
            return Status::unauthorized();
        };
        match within(BUDGET, self.use_cases.status.run(&owner.key(), package)).await {
            Ok(status) => Status::Answer(Json(StatusBody::from(status))),
            Err(refused) => refused.into(),
        }
    }

    /// Result of a package
    ///
    /// The statistics file, decrypted with the presented key. Its authenticity is checked before the first byte leaves.
    #[oai(
        path = "/process/:package_id/data",
        method = "get",
        operation_id = "getPackageData",
        tag = "Group::Packages"
    )]
    async fn data(&self, owner: Owner, #[doc = "The package's id."] package_id: Path<String>) -> Data {
        let Ok(package) = package_id.parse::<PackageId>() else {
            return Data::unauthorized();
        };
        match within(RESULT_BUDGET, self.use_cases.fetch.run(&owner.key(), package)).await {
            Ok(Some(file)) => Data::Answer(Binary(file)),
            Ok(None) => Data::not_found(),
            Err(refused) => refused.into(),
        }
    }

    /// Encrypted result of a package
    ///
    /// Where the encrypted statistics file is. Fetch `url` without headers and decrypt it with AES-256-CBC and PKCS#7
    /// padding; the key is the SHA-256 digest of the UPN key. What comes out is what `/data` gives.
    #[oai(
        path = "/process/:package_id/blob",
        method = "get",
        operation_id = "getPackageBlob",
        tag = "Group::Packages"
    )]
    async fn blob(&self, owner: Owner, client: Client, #[doc = "The package's id."] package_id: Path<String>) -> Blob {
        let Ok(package) = package_id.parse::<PackageId>() else {
            return Blob::unauthorized();
        };
        match within(RESULT_BUDGET, self.use_cases.locate.run(&owner.key(), package)).await {
            Ok(Some(located)) => Blob::Answer(Json(BlobBody {
                url: match located.address {
                    BlobAddress::Store(address) => address,
                    BlobAddress::Server {
                        blob,
                        expires,
                        signature,
                    } => {
                        let signature = hex::encode(signature);
                        format!("{}/blobs/{blob}?expires={expires}&signature={signature}", client.base)
                    }
                },
                iv: Some(hex::encode(located.iv)),
                ttl: located.ttl.as_secs(),
            })),
            Ok(None) => Blob::not_found(),
            Err(refused) => refused.into(),
        }
    }

    /// A Discord user
    ///
    /// Name and avatar of a Discord user, for the owner of an existing package.
    #[oai(
        path = "/process/:package_id/user/:user_id",
        method = "get",
        operation_id = "getUser",
        tag = "Group::Packages"
    )]
    async fn user(
        &self,
        owner: Owner,
        #[doc = "The package's id."] package_id: Path<String>,
        #[doc = "Discord's id of the user."] user_id: Path<String>,
    ) -> User {
        let Ok(package) = package_id.parse::<PackageId>() else {
            return User::unauthorized();
        };
        match within(
            LOOK_UP_BUDGET,
            self.use_cases.look_up.run(&owner.key(), package, &user_id),
        )
        .await
        {
            Ok(Some(user)) => User::Answer(Json(user.into())),
            Ok(None) => User::not_found(),
            Err(refused) => refused.into(),
        }
    }

    /// Delete a package
    ///
    /// Erases everything about the package, and stops its processing.
    #[oai(
        path = "/process/:package_id",
        method = "delete",
        operation_id = "deletePackage",
        tag = "Group::Packages"
    )]
    async fn delete(&self, owner: Owner, #[doc = "The package's id."] package_id: Path<String>) -> Deleted {
        let Ok(package) = package_id.parse::<PackageId>() else {
            return Deleted::unauthorized();
        };
        match within(BUDGET, self.use_cases.delete.run(&owner.key(), package)).await {
            Ok(is_deleted) => Deleted::Answer(Json(Deletion {
                is_deleted,
                error_message_code: (!is_deleted).then_some(Code::UnknownPackageId),
            })),
            Err(refused) => refused.into(),
        }
    }

    /// Fetch an encrypted result
    ///
    /// The addresses that `getPackageBlob` gives lead here when results are not in an object store.
    #[oai(
        path = "/blobs/:blob_key",
        method = "get",
        operation_id = "fetchBlob",
        tag = "Group::Packages"
    )]
    async fn ciphertext(
        &self,
        #[doc = "Name of the blob."] blob_key: Path<String>,
        #[doc = "Until when the address is good, in seconds since 1970."] expires: poem_openapi::param::Query<String>,
        #[doc = "Proof that this server made the address."] signature: poem_openapi::param::Query<String>,
    ) -> Ciphertext {
        let (Ok(blob), Ok(expires), Ok(signature)) = (blob_key.parse(), expires.parse(), hex::decode(&*signature))
        else {
            return Ciphertext::not_found();
        };
        match within(RESULT_BUDGET, self.use_cases.serve.run(blob, expires, &signature)).await {
            Ok(Some(bytes)) => Ciphertext::Answer(Binary(bytes)),
            Ok(None) => Ciphertext::not_found(),
            Err(refused) => refused.into(),
        }
    }
}
