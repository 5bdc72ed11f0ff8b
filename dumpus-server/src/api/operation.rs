//! For the operator: upgrades, liveness, readiness, description.

use std::sync::{Arc, OnceLock};

use poem::Error;
use poem_openapi::param::Path;
use poem_openapi::payload::{Html, Json, PlainText};
use poem_openapi::{ApiResponse, OpenApi};

use dumpus_ports::domain::package::PackageId;

use super::UseCases;
use super::auth::Admin;
use super::document::Documents;
use super::model::{Code, Health, Ready, Upgrade};
use super::packages::Group;
use super::responses::trouble;
use super::route::RETRY_AFTER;
use super::trouble::{BUDGET, Trouble, within};

pub(super) struct Operation {
    pub(super) use_cases: Arc<UseCases>,
    pub(super) admin_token: Option<String>,
    pub(super) hostname: String,
    /// Set once the service that they describe is complete.
    pub(super) documents: Arc<OnceLock<Documents>>,
}

/// Answers to an upgrade.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Upgraded::unread")]
enum Upgraded {
    /// Upgraded, or there is no such package.
    #[oai(status = 200)]
    Answer(Json<Upgrade>),
    /// The token is missing or wrong.
    #[oai(status = 401)]
    Unauthorized(Json<Upgrade>),
    /// This instance takes no upgrades.
    #[oai(status = 404)]
    NotFound(Json<Upgrade>),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<Upgrade>),
    /// A backend is away: ask again.
    #[oai(status = 503)]
    Unavailable(
        Json<Upgrade>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl Upgraded {
    fn unread(_: Error) -> Self {
        Self::Answer(Json(Upgrade::refused(Code::UnknownPackageId)))
    }
}

/// Answers to a question for readiness.
#[derive(ApiResponse)]
enum Readiness {
    /// Every backend answers.
    #[oai(status = 200)]
    Ready(Json<Ready>),
    /// A backend is away.
    #[oai(status = 503)]
    Unavailable(
        Json<Ready>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

/// This document as YAML.
#[derive(ApiResponse)]
enum Yaml {
    /// The document.
    #[oai(status = 200, content_type = "application/yaml")]
    Document(PlainText<String>),
}

/// This document as JSON.
#[derive(ApiResponse)]
enum JsonDocument {
    /// The document.
    #[oai(status = 200, content_type = "application/json")]
    Document(PlainText<String>),
}

#[OpenApi]
impl Operation {
    /// Upgrade a package
    ///
    /// For a payment back end: moves a package to the premium lane, a waiting one at once.
    #[oai(
        path = "/admin/packages/:package_id/upgrade",
        method = "post",
        operation_id = "upgradePackage",
        tag = "Group::Operation"
    )]
    async fn upgrade(&self, admin: Admin, #[doc = "The package's id."] package_id: Path<String>) -> Upgraded {
        let refuse = |code| Json(Upgrade::refused(code));
        let Some(token) = &self.admin_token else {
            return Upgraded::NotFound(refuse(Code::NotFound));
        };
        if !admin.is(token) {
            return Upgraded::Unauthorized(refuse(Code::Unauthorized));
        }
        let Ok(package) = package_id.parse::<PackageId>() else {
            return Upgraded::Answer(refuse(Code::UnknownPackageId));
        };
        match within(BUDGET, self.use_cases.upgrade.run(package)).await {
            Ok(is_upgraded) => Upgraded::Answer(Json(Upgrade {
                is_upgraded,
                error_message_code: (!is_upgraded).then_some(Code::UnknownPackageId),
            })),
            Err(refused) => match trouble(refused) {
                Trouble::Unavailable => Upgraded::Unavailable(refuse(Code::ServerError), RETRY_AFTER),
                Trouble::Unauthorized | Trouble::Failed => Upgraded::Failed(refuse(Code::ServerError)),
            },
        }
    }

    /// Liveness
    #[oai(
        path = "/health",
        method = "get",
        operation_id = "getHealth",
        tag = "Group::Operation"
    )]
    async fn health(&self) -> Json<Health> {
        Json(Health {
            status: "alive".to_owned(),
            hostname: self.hostname.clone(),
        })
    }

    /// Readiness
    ///
    /// Whether every backend answers.
    #[oai(
        path = "/ready",
        method = "get",
        operation_id = "getReadiness",
        tag = "Group::Operation"
    )]
    async fn ready(&self) -> Readiness {
        let ready = self.use_cases.backends.ready().await;
        if ready.status == "ready" {
            Readiness::Ready(Json(ready))
        } else {
            Readiness::Unavailable(Json(ready), RETRY_AFTER)
        }
    }

    /// This document, JSON
    #[oai(
        path = "/openapi.json",
        method = "get",
        operation_id = "getOpenApiJson",
        tag = "Group::Operation"
    )]
    async fn json(&self) -> JsonDocument {
        JsonDocument::Document(PlainText(self.document(|documents| &documents.json)))
    }

    /// This document, YAML
    #[oai(
        path = "/openapi.yaml",
        method = "get",
        operation_id = "getOpenApiYaml",
        tag = "Group::Operation"
    )]
    async fn yaml(&self) -> Yaml {
        Yaml::Document(PlainText(self.document(|documents| &documents.yaml)))
    }

    /// This document, to try out
    #[oai(path = "/docs", method = "get", operation_id = "getDocs", tag = "Group::Operation")]
    async fn docs(&self) -> Html<String> {
        Html(self.document(|documents| &documents.html))
    }

    /// What this is
    #[oai(path = "/", method = "get", operation_id = "getHome", tag = "Group::Operation")]
    async fn home(&self) -> Html<&'static str> {
        Html(include_str!("home.html"))
    }
}

impl Operation {
    fn document(&self, part: impl Fn(&Documents) -> &String) -> String {
        self.documents.get().map(part).cloned().unwrap_or_default()
    }
}
