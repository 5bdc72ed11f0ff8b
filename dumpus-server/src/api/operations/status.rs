//! `GET /process/{package_id}/status`: how a package stands.

use std::sync::Arc;

use poem_openapi::{Enum, Object, OpenApi, param::Path, payload::Json, types::Example};

use dumpus_ports::Dumpus;
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::{PackageState, PackageStatus};

use crate::api::document::Group;
use crate::api::http::{BUDGET, Code, Operation, OwnedId, Owner, OwnerResponse, Refuse, with_timeout};

pub(super) struct Status(pub(super) Arc<Dumpus>);

impl Operation for Status {
    type Refusal = StatusBody;
}

/// Where a package is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "ProcessingStep", rename_all = "UPPERCASE", remote = "Stage")]
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

/// Packages accepted and not finished, and the position of this one.
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
    /// The queue and the package's position in it.
    processing_queue_position: QueuePosition,
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

    /// `isErrored` or any code would end the official client's polling for good.
    fn unavailable() -> Self {
        Self {
            is_processing: true,
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
                body.error_detail = detail.map(|detail| detail.to_string());
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

#[OpenApi(tag = "Group::Packages")]
impl Status {
    /// Status of a package
    ///
    /// May be polled every second. An unknown, deleted or expired package is not an HTTP error: see the code.
    #[oai(
        path = "/process/:package_id/status",
        method = "get",
        operation_id = "getPackageStatus"
    )]
    async fn status(
        &self,
        owner: Owner,
        #[doc = "The package's id."] package_id: Path<OwnedId>,
    ) -> OwnerResponse<StatusBody> {
        match with_timeout(BUDGET, self.0.status(&owner.key(), package_id.0.0)).await {
            Ok(status) => OwnerResponse::Done(Json(status.into())),
            Err(refusal) => refusal.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dumpus_ports::domain::error_code::ErrorCode;
    use dumpus_ports::domain::failure_detail::FailureDetail;
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

    fn underway(stage: Stage, lane: Lane) -> Value {
        json_of(PackageState::Underway {
            stage,
            progress: Some(3),
            position: Position { lane, ahead: 4 },
        })
    }

    #[test]
    fn the_flags_follow_from_the_state() {
        let failed = json_of(PackageState::Failed {
            stage: Stage::Downloading,
            code: ErrorCode::ExpiredLink,
            detail: Some(FailureDetail::TooManyRedirects),
        });
        assert_eq!(failed["errorDetail"], "The link redirects too many times.");
        let refused = |code| StatusBody::refused(code, "no").to_json().unwrap();
        let running = underway(Stage::Downloading, Lane::Standard);
        assert_eq!(running["processingProgress"], 3);
        let unavailable = StatusBody::unavailable().to_json().unwrap();
        // Available, processing, errored, step, code.
        for (body, flags) in [
            (
                underway(Stage::Locked, Lane::Standard),
                json!([false, true, false, "LOCKED", null]),
            ),
            (running, json!([false, true, false, "DOWNLOADING", null])),
            (
                underway(Stage::Analyzing, Lane::Premium),
                json!([false, true, false, "ANALYZING", null]),
            ),
            (
                json_of(PackageState::Processed),
                json!([true, false, false, "PROCESSED", null]),
            ),
            (failed, json!([false, false, true, "DOWNLOADING", "EXPIRED_LINK"])),
            (
                json_of(PackageState::Unknown),
                json!([false, false, false, null, "UNKNOWN_PACKAGE_ID"]),
            ),
            (
                refused(Code::Unauthorized),
                json!([false, false, false, null, "UNAUTHORIZED"]),
            ),
            (
                refused(Code::ServerError),
                json!([false, false, true, null, "SERVER_ERROR"]),
            ),
            // Neither an error nor a code: the client keeps polling.
            (unavailable, json!([false, true, false, null, null])),
        ] {
            let names = "isDataAvailable isProcessing isErrored processingStep errorMessageCode";
            let found: Value = names.split(' ').map(|name| body[name].clone()).collect();
            assert_eq!(found, flags, "{body}");
            assert_eq!(body["processingQueuePosition"].as_object().unwrap().len(), 6);
            assert_eq!(body.as_object().unwrap().len(), 9);
        }
    }

    #[test]
    fn the_position_is_that_of_the_packages_lane() {
        assert_eq!(
            underway(Stage::Locked, Lane::Standard)["processingQueuePosition"],
            json!({"premiumQueueTotal": 2, "standardQueueTotal": 7, "premiumQueueUser": null, "standardQueueUser": 4,
                   "standardWhenJoined": 5, "premiumWhenJoined": 1})
        );
        let premium = &underway(Stage::Locked, Lane::Premium)["processingQueuePosition"];
        assert_eq!(
            (&premium["premiumQueueUser"], &premium["standardQueueUser"]),
            (&json!(4), &Value::Null)
        );
    }
}
