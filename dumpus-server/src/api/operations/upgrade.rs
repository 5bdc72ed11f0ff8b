//! `POST /admin/packages/{package_id}/upgrade`: moves a package to the premium lane.

use std::sync::Arc;

use poem::Error;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json, types::Example};

use dumpus_ports::Dumpus;

use crate::api::document::Group;
use crate::api::http::{
    Admin, AdminTokens, BUDGET, Client, Code, Operation, RETRY_AFTER, Refusal, Refuse, with_timeout,
};

pub(super) struct Upgrade {
    pub(super) dumpus: Arc<Dumpus>,
    /// The token that requests must present; `None` takes no upgrades.
    pub(super) admin_tokens: Option<AdminTokens>,
}

impl Operation for Upgrade {
    type Refusal = UpgradeBody;
}

/// The outcome of an upgrade.
#[derive(Debug, Object)]
#[oai(rename = "UpgradeAnswer", rename_all = "camelCase", example)]
pub(super) struct UpgradeBody {
    /// Whether the package exists and is in the premium lane now.
    is_upgraded: bool,
    /// Why nothing was upgraded.
    error_message_code: Option<Code>,
}

impl Refuse for UpgradeBody {
    fn refused(code: Code, _: &str) -> Self {
        Self {
            is_upgraded: false,
            error_message_code: Some(code),
        }
    }
}

impl Example for UpgradeBody {
    fn example() -> Self {
        Self {
            is_upgraded: true,
            error_message_code: None,
        }
    }
}

/// Responses to an upgrade.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Self::unreadable")]
enum UpgradeResponse {
    /// Upgraded, or there is no such package.
    #[oai(status = 200)]
    Done(Json<UpgradeBody>),
    /// The token is missing or wrong.
    #[oai(status = 401)]
    Unauthorized(Json<UpgradeBody>),
    /// This instance takes no upgrades.
    #[oai(status = 404)]
    NotFound(Json<UpgradeBody>),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<UpgradeBody>),
    /// A backend is unavailable: try again.
    #[oai(status = 503)]
    Unavailable(
        Json<UpgradeBody>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl UpgradeResponse {
    /// The path is not UTF-8.
    fn unreadable(_: Error) -> Self {
        Self::NotFound(refused(Code::NotFound))
    }

    fn unknown() -> Self {
        Self::Done(refused(Code::UnknownPackageId))
    }
}

fn refused(code: Code) -> Json<UpgradeBody> {
    Json(UpgradeBody::refused(code, ""))
}

impl From<Refusal> for UpgradeResponse {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unavailable => Self::Unavailable(refusal.body(), RETRY_AFTER),
            _ => Self::Failed(Refusal::Failed.body()),
        }
    }
}

#[OpenApi(tag = "Group::Operation")]
impl Upgrade {
    /// Upgrade a package
    ///
    /// For a payment back end: moves a package to the premium lane, a waiting one at once.
    #[oai(
        path = "/admin/packages/:package_id/upgrade",
        method = "post",
        operation_id = "upgradePackage"
    )]
    async fn upgrade(
        &self,
        admin: Admin,
        client: Client,
        #[doc = "The package's id."] package_id: Path<String>,
    ) -> UpgradeResponse {
        let Some(tokens) = &self.admin_tokens else {
            return UpgradeResponse::NotFound(refused(Code::NotFound));
        };
        let is_admin = match admin.token() {
            Some(token) => tokens.verify(token, client.address).await,
            None => false,
        };
        if !is_admin {
            return UpgradeResponse::Unauthorized(Refusal::Unauthorized.body());
        }
        // Parsed after the token is checked: without it, nothing is said about packages.
        let Ok(package) = package_id.parse() else {
            return UpgradeResponse::unknown();
        };
        match with_timeout(BUDGET, self.dumpus.upgrade(package)).await {
            Ok(true) => UpgradeResponse::Done(Json(UpgradeBody {
                is_upgraded: true,
                error_message_code: None,
            })),
            Ok(false) => UpgradeResponse::unknown(),
            Err(refusal) => refusal.into(),
        }
    }
}
