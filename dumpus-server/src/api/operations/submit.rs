//! `POST /process`: submits a package.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use poem::Error;
use poem_openapi::{
    ApiResponse, NewType, Object, OpenApi,
    payload::Json,
    types::{Example, ParseError, ParseFromJSON, ParseResult},
};
use serde_json::Value;

use dumpus_ports::Dumpus;
use dumpus_ports::domain::link::PackageLink;
use dumpus_ports::usecase::Submission;

use crate::api::document::Group;
use crate::api::http::{
    BUDGET, Client, Code, Operation, Refusal, Refuse, SubmissionQuota, client_network, with_timeout,
};

pub(super) struct Submit {
    pub(super) dumpus: Arc<Dumpus>,
    /// `None` without limit.
    pub(super) quota: Option<SubmissionQuota>,
}

impl Operation for Submit {
    type Refusal = Acceptance;
}

// A string that is not made from a number or a boolean, as poem-openapi's own is.
#[derive(Debug, NewType)]
#[oai(from_json = false, from_parameter = false, from_multipart = false, to_header = false)]
struct Text(String);

impl ParseFromJSON for Text {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            Some(Value::String(text)) => Ok(Self(text)),
            _ => Err(ParseError::custom("expected a string")),
        }
    }
}

/// A package to process.
#[derive(Debug, Object)]
#[oai(example)]
struct SubmitRequest {
    /// The link in Discord's email "Your Discord data package is ready". Surrounding white space is ignored.
    package_link: Text,
}

impl Example for SubmitRequest {
    fn example() -> Self {
        Self {
            package_link: Text("https://click.discord.com/ls/click?upn=u001.4Mf...".to_owned()),
        }
    }
}

/// The outcome of a submission.
#[derive(Debug, Object)]
#[oai(rename = "SubmitAnswer", rename_all = "camelCase", example)]
pub(super) struct Acceptance {
    /// Whether the package waits, is being processed, or is processed already.
    is_accepted: bool,
    /// The package's id: 32 hexadecimal digits.
    package_id: Option<String>,
    /// Why it was not accepted.
    error_message_code: Option<Code>,
}

impl Refuse for Acceptance {
    fn refused(code: Code, _: &str) -> Self {
        Self {
            is_accepted: false,
            package_id: None,
            error_message_code: Some(code),
        }
    }
}

impl Example for Acceptance {
    fn example() -> Self {
        Self {
            is_accepted: true,
            package_id: Some("0b6f1f2a9d6c4d1c8e7a5b3f2d1c0e9a".to_owned()),
            error_message_code: None,
        }
    }
}

/// Responses to a submission.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Self::unreadable")]
enum SubmitResponse {
    /// The submission was read. The package is accepted, or the link is refused with `INVALID_LINK`.
    #[oai(status = 200)]
    Read(Json<Acceptance>),
    /// The body is not JSON, or lacks the link.
    #[oai(status = 400)]
    Unreadable(Json<Acceptance>),
    /// The body is larger than 16 KiB.
    #[oai(status = 413)]
    #[expect(dead_code, reason = "documented here, sent by the response layer")]
    TooLarge(Json<Acceptance>),
    /// Too many submissions from this address began a run, or too many of its packages are unfinished.
    #[oai(status = 429)]
    RateLimited(
        Json<Acceptance>,
        /// Seconds until another submission is accepted.
        #[oai(header = "Retry-After")]
        u64,
    ),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<Acceptance>),
    /// A backend is unavailable, or the queue is full. Nothing of the submission is left behind.
    #[oai(status = 503)]
    Unavailable(
        Json<Acceptance>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl SubmitResponse {
    fn unreadable(_: Error) -> Self {
        Self::Unreadable(Json(Acceptance::refused(Code::InvalidRequest, "")))
    }
}

impl From<Refusal> for SubmitResponse {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::InvalidLink => Self::Read(refusal.body()),
            Refusal::RateLimited(seconds) => Self::RateLimited(refusal.body(), seconds),
            Refusal::Unavailable | Refusal::QueueFull => Self::Unavailable(refusal.body(), refusal.retry_after()),
            _ => Self::Failed(Refusal::Failed.body()),
        }
    }
}

#[OpenApi(tag = "Group::Packages")]
impl Submit {
    /// Submit a package
    ///
    /// Idempotent: a package that waits, is being processed or is processed is not queued twice; one that failed, was
    /// deleted or has expired is processed anew.
    #[oai(path = "/process", method = "post", operation_id = "submitPackage")]
    async fn submit(&self, client: Client, request: Json<SubmitRequest>) -> SubmitResponse {
        let Ok(link) = self.dumpus.parse_link(&request.0.package_link.0) else {
            return Refusal::InvalidLink.into();
        };
        let link = link.submitted_by(self.dumpus.client_group(client_network(client.address)));
        match self.accept(client.address, &link).await {
            Ok(submission) => SubmitResponse::Read(Json(Acceptance {
                is_accepted: true,
                package_id: Some(submission.package.to_string()),
                error_message_code: None,
            })),
            Err(refusal) => refusal.into(),
        }
    }
}

impl Submit {
    async fn accept(&self, client: IpAddr, link: &PackageLink) -> Result<Submission, Refusal> {
        let began = Instant::now();
        let Some(quota) = &self.quota else {
            return with_timeout(BUDGET, self.dumpus.submit(link)).await;
        };
        let reserved = quota.reserve(client).await;
        let budget = BUDGET.saturating_sub(began.elapsed());
        match reserved {
            Ok(reservation) => {
                let submission = with_timeout(budget, self.dumpus.submit(link)).await;
                reservation.settle(submission.ok()).await;
                submission
            }
            // The official client submits again whenever its page is loaded: for a known package, that is not limited.
            Err(wait) => {
                let known = with_timeout(budget, self.dumpus.resubmit(link)).await?;
                known.ok_or_else(|| wait.into())
            }
        }
    }
}
