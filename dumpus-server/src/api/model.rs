//! The JSON of requests and answers.

use std::borrow::Cow;

use poem_openapi::registry::MetaSchemaRef;
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use poem_openapi::{Enum, Object};
use serde_json::Value;

use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::profiles::UserProfile;

/// A text of a request. Numbers and booleans are no texts.
#[derive(Debug)]
pub(super) struct Text(pub(super) String);

impl Type for Text {
    const IS_REQUIRED: bool = true;
    type RawValueType = String;
    type RawElementValueType = String;

    fn name() -> Cow<'static, str> {
        String::name()
    }

    fn schema_ref() -> MetaSchemaRef {
        String::schema_ref()
    }

    fn as_raw_value(&self) -> Option<&String> {
        Some(&self.0)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a String> + 'a> {
        Box::new(std::iter::once(&self.0))
    }
}

impl ParseFromJSON for Text {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            Some(Value::String(text)) => Ok(Self(text)),
            _ => Err(ParseError::custom("expected a text")),
        }
    }
}

impl ToJSON for Text {
    fn to_json(&self) -> Option<Value> {
        self.0.to_json()
    }
}

/// Why a request was not granted, or why a package failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "ErrorMessageCode", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Code {
    /// No package of this id: never submitted, deleted or expired.
    UnknownPackageId,
    /// Something on this side failed.
    ServerError,
    /// The key does not own the package.
    Unauthorized,
    /// Discord does not serve this link any more.
    ExpiredLink,
    /// Not a link to a package.
    InvalidLink,
    /// The package does not tell whose it is.
    MissingUserData,
    /// The request is not what this document describes.
    InvalidRequest,
    /// No such route, or nothing there.
    NotFound,
    /// The route has no such method.
    MethodNotAllowed,
    /// Too many requests.
    RateLimited,
}

impl From<ErrorCode> for Code {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::UnknownPackageId => Self::UnknownPackageId,
            ErrorCode::ServerError => Self::ServerError,
            ErrorCode::Unauthorized => Self::Unauthorized,
            ErrorCode::ExpiredLink => Self::ExpiredLink,
            ErrorCode::InvalidLink => Self::InvalidLink,
            ErrorCode::MissingUserData => Self::MissingUserData,
            ErrorCode::InvalidRequest => Self::InvalidRequest,
            ErrorCode::NotFound => Self::NotFound,
            ErrorCode::MethodNotAllowed => Self::MethodNotAllowed,
            ErrorCode::RateLimited => Self::RateLimited,
        }
    }
}

/// A package to process.
#[derive(Debug, Object)]
#[oai(example)]
pub(super) struct SubmitRequest {
    /// The link of Discord's mail "Your Discord data package is ready". White space around it is ignored.
    pub(super) package_link: Text,
}

impl poem_openapi::types::Example for SubmitRequest {
    fn example() -> Self {
        Self {
            package_link: Text("https://click.discord.com/ls/click?upn=u001.4Mf...".to_owned()),
        }
    }
}

/// What became of a submission.
#[derive(Debug, Object)]
#[oai(rename = "SubmitAnswer", rename_all = "camelCase", example)]
pub(super) struct Acceptance {
    /// Whether the package waits, is being processed, or is processed already.
    pub(super) is_accepted: bool,
    /// The package's id: 32 hexadecimal digits.
    pub(super) package_id: Option<String>,
    /// Why it was not accepted.
    pub(super) error_message_code: Option<Code>,
}

impl Acceptance {
    /// Not accepted.
    #[must_use]
    pub(super) const fn refused(code: Code) -> Self {
        Self {
            is_accepted: false,
            package_id: None,
            error_message_code: Some(code),
        }
    }
}

impl poem_openapi::types::Example for Acceptance {
    fn example() -> Self {
        Self {
            is_accepted: true,
            package_id: Some("0b6f1f2a9d6c4d1c8e7a5b3f2d1c0e9a".to_owned()),
            error_message_code: None,
        }
    }
}

/// Where the encrypted result can be fetched.
#[derive(Debug, Object)]
#[oai(rename = "BlobAnswer", example)]
pub(super) struct BlobBody {
    /// Absolute address of the ciphertext; fetch it without any header.
    pub(super) url: String,
    /// Initialisation vector, 32 hexadecimal digits; null when the bytes are not encrypted (demo only).
    pub(super) iv: Option<String>,
    /// Seconds for which the address is good.
    pub(super) ttl: u64,
}

impl poem_openapi::types::Example for BlobBody {
    fn example() -> Self {
        Self {
            url: "https://api.example.org/blobs/7c9e6679f4c24f5da3b1d1f7a2c6e0b4?expires=1800000000&signature=5d41..."
                .to_owned(),
            iv: Some("000102030405060708090a0b0c0d0e0f".to_owned()),
            ttl: 300,
        }
    }
}

/// A Discord user.
#[derive(Debug, Object)]
#[oai(rename = "UserAnswer", example)]
pub(super) struct UserBody {
    /// Discord's id of the user.
    pub(super) user_id: String,
    /// The handle.
    pub(super) username: String,
    /// The name shown to others.
    pub(super) display_name: Option<String>,
    /// Address of the avatar, or of Discord's default one.
    pub(super) avatar_url: String,
}

impl From<UserProfile> for UserBody {
    fn from(user: UserProfile) -> Self {
        Self {
            user_id: user.user_id,
            username: user.username,
            display_name: user.display_name,
            avatar_url: user.avatar_url,
        }
    }
}

impl poem_openapi::types::Example for UserBody {
    fn example() -> Self {
        Self {
            user_id: "422820341791064085".to_owned(),
            username: "ada".to_owned(),
            display_name: Some("Ada".to_owned()),
            avatar_url: "https://cdn.discordapp.com/embed/avatars/0.png".to_owned(),
        }
    }
}

/// What became of a deletion.
#[derive(Debug, Object)]
#[oai(rename = "DeleteAnswer", rename_all = "camelCase", example)]
pub(super) struct Deletion {
    /// Whether there was a package, and it is erased.
    pub(super) is_deleted: bool,
    /// Why nothing was erased.
    pub(super) error_message_code: Option<Code>,
}

impl Deletion {
    /// Nothing was erased.
    #[must_use]
    pub(super) const fn refused(code: Code) -> Self {
        Self {
            is_deleted: false,
            error_message_code: Some(code),
        }
    }
}

impl poem_openapi::types::Example for Deletion {
    fn example() -> Self {
        Self {
            is_deleted: true,
            error_message_code: None,
        }
    }
}

/// What became of an upgrade.
#[derive(Debug, Object)]
#[oai(rename = "UpgradeAnswer", rename_all = "camelCase", example)]
pub(super) struct Upgrade {
    /// Whether there is such a package, and it is in the premium lane now.
    pub(super) is_upgraded: bool,
    /// Why nothing was upgraded.
    pub(super) error_message_code: Option<Code>,
}

impl Upgrade {
    /// Nothing was upgraded.
    #[must_use]
    pub(super) const fn refused(code: Code) -> Self {
        Self {
            is_upgraded: false,
            error_message_code: Some(code),
        }
    }
}

impl poem_openapi::types::Example for Upgrade {
    fn example() -> Self {
        Self {
            is_upgraded: true,
            error_message_code: None,
        }
    }
}

/// Why a request was not granted, on routes without an error shape of their own.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase", example)]
pub(super) struct Problem {
    /// For programs.
    pub(super) error_message_code: Code,
    /// For people: one plain sentence.
    pub(super) error_detail: String,
}

impl Problem {
    /// A problem.
    #[must_use]
    pub(super) fn new(code: Code, detail: &str) -> Self {
        Self {
            error_message_code: code,
            error_detail: detail.to_owned(),
        }
    }
}

impl poem_openapi::types::Example for Problem {
    fn example() -> Self {
        Self::new(Code::NotFound, "There is no result for this package.")
    }
}

/// A guild as a widget shows it.
#[derive(Debug, Object)]
#[oai(rename = "WidgetAnswer", example)]
pub(super) struct Widget {
    /// Its name.
    pub(super) name: String,
    /// Address of its icon.
    pub(super) icon_url: String,
    /// How many members it has, about.
    pub(super) member_count: u64,
}

impl poem_openapi::types::Example for Widget {
    fn example() -> Self {
        Self {
            name: "Dumpus".to_owned(),
            icon_url: "https://cdn.discordapp.com/icons/1082042302410891264/0123456789abcdef.png".to_owned(),
            member_count: 1200,
        }
    }
}

/// Why there is no widget.
#[derive(Debug, Object)]
#[oai(example)]
pub(super) struct WidgetProblem {
    /// One plain sentence.
    pub(super) error: String,
}

impl WidgetProblem {
    /// A problem.
    #[must_use]
    pub(super) fn new(error: &str) -> Self {
        Self {
            error: error.to_owned(),
        }
    }
}

impl poem_openapi::types::Example for WidgetProblem {
    fn example() -> Self {
        Self::new("There is no such guild.")
    }
}

/// That the process is alive.
#[derive(Debug, Object)]
#[oai(example)]
pub(super) struct Health {
    /// Always `alive`.
    pub(super) status: String,
    /// The machine that answers.
    pub(super) hostname: String,
}

impl poem_openapi::types::Example for Health {
    fn example() -> Self {
        Self {
            status: "alive".to_owned(),
            hostname: "dumpus-1".to_owned(),
        }
    }
}

/// Whether a backend answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub(super) enum BackendState {
    /// It answers.
    Up,
    /// It does not.
    Down,
}

/// Whether the server can do its work.
#[derive(Debug, Object)]
#[oai(example)]
pub(super) struct Ready {
    /// `ready` when every backend is up, else `unavailable`.
    pub(super) status: String,
    /// The database of packages.
    pub(super) registry: BackendState,
    /// The queue of jobs.
    pub(super) queue: BackendState,
    /// The store of results.
    pub(super) blobs: BackendState,
}

impl Ready {
    /// The status that follows from the backends.
    #[must_use]
    pub(super) fn of(registry: BackendState, queue: BackendState, blobs: BackendState) -> Self {
        let is_ready = [registry, queue, blobs].iter().all(|state| *state == BackendState::Up);
        Self {
            status: if is_ready { "ready" } else { "unavailable" }.to_owned(),
            registry,
            queue,
            blobs,
        }
    }
}

impl poem_openapi::types::Example for Ready {
    fn example() -> Self {
        Self::of(BackendState::Up, BackendState::Up, BackendState::Up)
    }
}
