//! `GET /process/{package_id}/status`: how a package stands.

use poem::Error;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};

use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::{PackageState, PackageStatus, ReadStatus};

use crate::api::document::Group;
use crate::api::http::auth::Owner;
use crate::api::http::package_id::OwnedId;
use crate::api::http::problem::{Code, DEFECT, FOREIGN_KEY, RETRY_AFTER, Refuse};
use crate::api::http::refusal::{BUDGET, Refusal, with_timeout};
use crate::api::http::route::Operation;

pub(super) struct Status(pub(super) ReadStatus);

impl Operation for Status {
    type Refusal = StatusBody;
}

/// Where a package is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "ProcessingStep", rename_all = "UPPERCASE")]
enum Step {
    /// It waits.
    Locked,
    /// The archive is being fetched.
    Downloading,
    /// The archive is being read.
    Analyzing,
    /// The result can be fetched.
    Processed,
}

impl From<Stage> for Step {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Locked => Self::Locked,
            Stage::Downloading => Self::Downloading,
            Stage::Analyzing => Self::Analyzing,
            Stage::Processed => Self::Processed,
        }
    }
}

/// Packages accepted and not finished, and where the asking one stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Object)]
#[oai(rename = "ProcessingQueuePosition", rename_all = "camelCase")]
struct QueuePosition {
    /// Unfinished packages in the premium lane.
    premium_queue_total: u64,
    /// Unfinished packages in the standard lane.
    standard_queue_total: u64,
    /// Premium packages ahead; null for a standard package, and when this one does not wait.
    premium_queue_user: Option<u64>,
    /// Standard packages ahead; null for an upgraded package, and when this one does not wait.
    standard_queue_user: Option<u64>,
    /// Unfinished packages in the standard lane when this one came.
    standard_when_joined: u64,
    /// Unfinished packages in the premium lane when this one came.
    premium_when_joined: u64,
}

/// How a package stands.
#[expect(clippy::struct_excessive_bools, reason = "the flags of the API")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Object)]
#[oai(rename = "StatusAnswer", rename_all = "camelCase", example)]
pub(super) struct StatusBody {
    /// Whether the result can be fetched.
    is_data_available: bool,
    /// Whether the package is in the premium lane.
    is_upgraded: bool,
    /// Whether processing failed for good; a new submission tries again.
    is_errored: bool,
    /// Why.
    error_message_code: Option<Code>,
    /// Why, in one plain sentence.
    error_detail: Option<String>,
    /// Whether the package waits or is being processed.
    is_processing: bool,
    /// Where the package is, or where it failed.
    processing_step: Option<Step>,
    /// 0 to 100 within the step: bytes downloaded, then bytes of the archive read.
    processing_progress: Option<u8>,
    /// Who waits.
    processing_queue_position: QueuePosition,
}

impl StatusBody {
    /// The body while a backend is unavailable: `isErrored` or any code would end the client's polling for good.
    fn unavailable() -> Self {
        Self {
            is_processing: true,
            ..Self::default()
        }
    }
}

impl Refuse for StatusBody {
    fn refused(code: Code, detail: &str) -> Self {
        Self {
            is_errored: code == Code::ServerError,
            error_message_code: Some(code),
            error_detail: Some(detail.to_owned()),
            ..Self::default()
        }
    }
}

impl From<PackageStatus> for StatusBody {
    fn from(status: PackageStatus) -> Self {
        let mut body = Self {
            is_upgraded: status.is_upgraded,
            processing_queue_position: QueuePosition {
                premium_queue_total: status.totals.premium,
                standard_queue_total: status.totals.standard,
                premium_queue_user: None,
                standard_queue_user: None,
                standard_when_joined: status.joined.standard,
                premium_when_joined: status.joined.premium,
            },
            ..Self::default()
        };
        match status.state {
            PackageState::Unknown => body.error_message_code = Some(Code::UnknownPackageId),
            PackageState::Underway {
                stage,
                progress,
                position,
            } => {
                body.is_processing = true;
                body.processing_step = Some(stage.into());
                body.processing_progress = progress;
                match position.lane {
                    Lane::Standard => body.processing_queue_position.standard_queue_user = Some(position.ahead),
                    Lane::Premium => body.processing_queue_position.premium_queue_user = Some(position.ahead),
                }
            }
            PackageState::Processed => {
                body.is_data_available = true;
                body.processing_step = Some(Step::Processed);
            }
            PackageState::Failed { stage, code, detail } => {
                body.is_errored = true;
                body.processing_step = Some(stage.into());
                body.error_message_code = Some(code.into());
                body.error_detail = detail;
            }
        }
        body
    }
}

impl Example for StatusBody {
    fn example() -> Self {
        Self {
            is_processing: true,
            processing_step: Some(Step::Downloading),
            processing_progress: Some(42),
            processing_queue_position: QueuePosition {
                standard_queue_total: 12,
                standard_queue_user: Some(3),
                standard_when_joined: 9,
                ..QueuePosition::default()
            },
            ..Self::default()
        }
    }
}

/// Responses to a request for the status.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Self::unauthorized")]
enum StatusResponse {
    /// How the package stands; an unknown one has the code `UNKNOWN_PACKAGE_ID`.
    #[oai(status = 200)]
    Found(Json<StatusBody>),
    /// The key is missing, malformed, or another package's.
    #[oai(status = 401)]
    Unauthorized(Json<StatusBody>),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<StatusBody>),
    /// A backend is unavailable: keep polling.
    #[oai(status = 503)]
    Unavailable(
        Json<StatusBody>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl StatusResponse {
    fn unauthorized(_: Error) -> Self {
        Refusal::Unauthorized.into()
    }
}

impl From<Refusal> for StatusResponse {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unauthorized => Self::Unauthorized(Json(StatusBody::refused(Code::Unauthorized, FOREIGN_KEY))),
            Refusal::Unavailable => Self::Unavailable(Json(StatusBody::unavailable()), RETRY_AFTER),
            _ => Self::Failed(Json(StatusBody::refused(Code::ServerError, DEFECT))),
        }
    }
}

#[OpenApi]
impl Status {
    /// Status of a package
    ///
    /// May be polled every second. An unknown, deleted or expired package is not an HTTP error: see the code.
    #[oai(
        path = "/process/:package_id/status",
        method = "get",
        operation_id = "getPackageStatus",
        tag = "Group::Packages"
    )]
    async fn status(&self, owner: Owner, #[doc = "The package's id."] package_id: Path<OwnedId>) -> StatusResponse {
        match with_timeout(BUDGET, self.0.run(&owner.key(), package_id.0.0)).await {
            Ok(status) => StatusResponse::Found(Json(status.into())),
            Err(refusal) => refusal.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dumpus_ports::domain::error_code::ErrorCode;
    use dumpus_ports::domain::queue::{LaneTotals, Position};
    use poem_openapi::types::ToJSON;
    use serde_json::{Value, json};

    fn json_of(state: PackageState) -> Value {
        let status = PackageStatus {
            state,
            is_upgraded: false,
            totals: LaneTotals {
                standard: 7,
                premium: 2,
            },
            joined: LaneTotals {
                standard: 5,
                premium: 1,
            },
        };
        StatusBody::from(status).to_json().unwrap()
    }

    fn flags(body: &Value) -> [Value; 5] {
        [
            "isDataAvailable",
            "isProcessing",
            "isErrored",
            "processingStep",
            "errorMessageCode",
        ]
        .map(|name| body[name].clone())
    }

    fn underway(stage: Stage, lane: Lane) -> PackageState {
        PackageState::Underway {
            stage,
            progress: Some(3),
            position: Position { lane, ahead: 4 },
        }
    }

    #[test]
    fn a_package_underway_is_processing_in_its_step() {
        for (stage, step) in [
            (Stage::Locked, "LOCKED"),
            (Stage::Downloading, "DOWNLOADING"),
            (Stage::Analyzing, "ANALYZING"),
        ] {
            let body = json_of(underway(stage, Lane::Standard));
            assert_eq!(
                flags(&body),
                [json!(false), json!(true), json!(false), json!(step), Value::Null]
            );
            assert_eq!(body["processingProgress"], 3);
        }
    }

    #[test]
    fn a_processed_package_has_data() {
        let body = json_of(PackageState::Processed);
        assert_eq!(
            flags(&body),
            [json!(true), json!(false), json!(false), json!("PROCESSED"), Value::Null]
        );
    }

    #[test]
    fn a_failed_package_says_where_and_why() {
        let body = json_of(PackageState::Failed {
            stage: Stage::Downloading,
            code: ErrorCode::ExpiredLink,
            detail: Some("The link has expired.".to_owned()),
        });
        assert_eq!(
            flags(&body),
            [
                json!(false),
                json!(false),
                json!(true),
                json!("DOWNLOADING"),
                json!("EXPIRED_LINK")
            ]
        );
        assert_eq!(body["errorDetail"], "The link has expired.");
    }

    #[test]
    fn an_unknown_package_is_neither_processing_nor_errored() {
        let body = json_of(PackageState::Unknown);
        assert_eq!(
            flags(&body),
            [
                json!(false),
                json!(false),
                json!(false),
                Value::Null,
                json!("UNKNOWN_PACKAGE_ID")
            ]
        );
    }

    #[test]
    fn a_foreign_key_is_neither_processing_nor_errored() {
        let body = StatusBody::refused(Code::Unauthorized, "no").to_json().unwrap();
        assert_eq!(
            flags(&body),
            [
                json!(false),
                json!(false),
                json!(false),
                Value::Null,
                json!("UNAUTHORIZED")
            ]
        );
    }

    #[test]
    fn a_backend_that_is_away_keeps_the_client_polling() {
        let body = StatusBody::unavailable().to_json().unwrap();
        assert_eq!(
            flags(&body),
            [json!(false), json!(true), json!(false), Value::Null, Value::Null]
        );
    }

    #[test]
    fn the_position_is_whole_in_every_state() {
        let standard = json_of(underway(Stage::Locked, Lane::Standard));
        assert_eq!(
            standard["processingQueuePosition"],
            json!({"premiumQueueTotal": 2, "standardQueueTotal": 7, "premiumQueueUser": null, "standardQueueUser": 4,
                   "standardWhenJoined": 5, "premiumWhenJoined": 1})
        );
        let premium = json_of(underway(Stage::Locked, Lane::Premium));
        assert_eq!(premium["processingQueuePosition"]["premiumQueueUser"], 4);
        assert_eq!(premium["processingQueuePosition"]["standardQueueUser"], Value::Null);
        for body in [StatusBody::unavailable(), StatusBody::refused(Code::Unauthorized, "")] {
            let body = body.to_json().unwrap();
            assert_eq!(body["processingQueuePosition"].as_object().unwrap().len(), 6);
            assert_eq!(body.as_object().unwrap().len(), 9);
        }
    }
}
