//! The codes that clients match on.

use std::fmt;
use std::str::FromStr;

/// Every `errorMessageCode`. Adding one is a change of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorCode {
    /// No package of this id: never submitted, deleted or expired.
    UnknownPackageId,
    /// The server failed.
    ServerError,
    /// The key does not own the package.
    Unauthorized,
    /// Discord does not serve this link any more.
    ExpiredLink,
    /// Not a link to a package.
    InvalidLink,
    /// The package does not identify its owner.
    MissingUserData,
    /// The request does not match the API.
    InvalidRequest,
    /// No such route.
    NotFound,
    /// The route has no such method.
    MethodNotAllowed,
    /// Too many requests.
    RateLimited,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 10] = [
        Self::UnknownPackageId,
        Self::ServerError,
        Self::Unauthorized,
        Self::ExpiredLink,
        Self::InvalidLink,
        Self::MissingUserData,
        Self::InvalidRequest,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RateLimited,
    ];

    /// The spelling on the wire and in the registry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownPackageId => "UNKNOWN_PACKAGE_ID",
            Self::ServerError => "SERVER_ERROR",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::ExpiredLink => "EXPIRED_LINK",
            Self::InvalidLink => "INVALID_LINK",
            Self::MissingUserData => "MISSING_USER_DATA",
            Self::InvalidRequest => "INVALID_REQUEST",
            Self::NotFound => "NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::RateLimited => "RATE_LIMITED",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text does not name a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown error code")]
pub struct UnknownCode;

impl FromStr for ErrorCode {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::ALL
            .into_iter()
            .find(|code| code.as_str() == text)
            .ok_or(UnknownCode)
    }
}
