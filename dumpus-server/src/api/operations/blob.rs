//! `GET /process/{package_id}/blob`: where the encrypted result of a package can be fetched.

use std::sync::Arc;

use poem_openapi::{Object, OpenApi, param::Path, payload::Json, types::Example};

use dumpus_ports::Dumpus;
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::usecase::{BlobAddress, LocatedBlob, SignedBlob};

use crate::api::document::Group;
use crate::api::http::{
    Client, Operation, OwnedId, Owner, Problem, RESULT_BUDGET, Refusal, ResultResponse, ResultsInFlight, with_timeout,
};

pub(super) struct Blob {
    pub(super) dumpus: Arc<Dumpus>,
    pub(super) in_flight: Arc<ResultsInFlight>,
}

impl Operation for Blob {
    type Refusal = Problem;
}

/// Where an encrypted result can be fetched.
#[derive(Debug, Object)]
#[oai(rename = "BlobAnswer", example)]
pub(super) struct BlobBody {
    /// Absolute URL of the ciphertext; fetch it without any header.
    pub(super) url: String,
    /// Initialisation vector, 32 hexadecimal digits; null if the bytes are not encrypted (demo only).
    pub(super) iv: Option<String>,
    /// Seconds for which the URL is valid.
    pub(super) ttl: u64,
}

impl Example for BlobBody {
    fn example() -> Self {
        Self {
            url: "https://api.example.org/blobs/7c9e6679f4c24f5da3b1d1f7a2c6e0b4?expires=1800000000&signature=5d41..."
                .to_owned(),
            iv: Some("000102030405060708090a0b0c0d0e0f".to_owned()),
            ttl: 300,
        }
    }
}

#[OpenApi(tag = "Group::Packages")]
impl Blob {
    /// Encrypted result of a package
    ///
    /// Where the encrypted statistics file is. Fetch `url` without headers and decrypt it with AES-256-CBC and PKCS#7
    /// padding; the key is the SHA-256 digest of the UPN key. The plaintext is what `/data` returns.
    #[oai(path = "/process/:package_id/blob", method = "get", operation_id = "getPackageBlob")]
    async fn blob(
        &self,
        owner: Owner,
        client: Client,
        #[doc = "The package's id."] package_id: Path<OwnedId>,
    ) -> ResultResponse<Json<BlobBody>> {
        match self.locate(&owner, &client, package_id.0.0).await {
            Ok(Some(located)) => ResultResponse::Found(Json(BlobBody {
                url: match located.address {
                    BlobAddress::Store(url) => url,
                    BlobAddress::Server(SignedBlob {
                        blob,
                        expires,
                        signature,
                    }) => {
                        let (expires, signature) = (expires.seconds(), hex::encode(signature.0));
                        format!("{}/blobs/{blob}?expires={expires}&signature={signature}", client.base)
                    }
                },
                iv: Some(hex::encode(located.iv)),
                ttl: located.ttl.as_secs(),
            })),
            Ok(None) => ResultResponse::not_found(),
            Err(refusal) => refusal.into(),
        }
    }
}

impl Blob {
    async fn locate(&self, owner: &Owner, client: &Client, package: PackageId) -> Result<Option<LocatedBlob>, Refusal> {
        let key = owner.key();
        if !self.dumpus.owns(&key, package) {
            return Err(Refusal::Unauthorized);
        }
        // The ciphertext is verified: it is in memory meanwhile.
        let turn = self.in_flight.of_package(client.address, package)?;
        with_timeout(RESULT_BUDGET, turn.read(self.dumpus.locate_blob(&key, package))).await
    }
}
