//! The outcomes of an attempt, and the error codes and details for owners.

use super::stages::Stages;
use crate::archive::ArchiveError;
use crate::domain::error_code::ErrorCode;
use crate::registry::StoredResult;
use crate::source::SourceError;

/// How the work on a package ended.
pub(super) enum End {
    Done(StoredResult),
    Fail(ErrorCode, String),
    /// Trouble on this side: another attempt may succeed, and counts.
    Retry(&'static str),
    /// The process stops: another attempt will do, and does not count.
    GiveBack,
    /// The package is not this worker's any more, or its registry cannot be reached for the length of a lease.
    Lost,
}

impl End {
    /// Blocking work behind a dropped future stops at its next look at the progress.
    pub(super) fn cancelling(self, stages: &Stages) -> Self {
        stages.downloading.cancel();
        stages.analyzing.cancel();
        self
    }
}

pub(super) fn source_end(error: SourceError) -> End {
    match error {
        SourceError::Expired(detail) => End::Fail(ErrorCode::ExpiredLink, detail),
        SourceError::Invalid(detail) => End::Fail(ErrorCode::InvalidLink, detail),
        SourceError::Unavailable(detail) => End::Fail(ErrorCode::ServerError, detail),
        SourceError::Cancelled => End::Lost,
        SourceError::Storage(error) => {
            tracing::error!(error = %error, "a package could not be stored while it was downloaded");
            End::Retry("there was no room to store the package")
        }
    }
}

pub(super) fn archive_end(error: &ArchiveError) -> End {
    match error {
        ArchiveError::NotAnArchive(_) | ArchiveError::TooLarge { .. } => {
            End::Fail(ErrorCode::InvalidLink, sentence(&error.to_string()))
        }
        ArchiveError::MissingUserData(_) => End::Fail(ErrorCode::MissingUserData, sentence(&error.to_string())),
        ArchiveError::Cancelled => End::Lost,
        ArchiveError::Storage(_) => {
            tracing::error!(error = %error, "a package could not be read back");
            End::Retry("the package could not be read back")
        }
        ArchiveError::Failed(_) => {
            tracing::error!(error = %error, "the reader failed");
            End::Retry("the reader failed")
        }
    }
}

/// A message as a sentence for people.
pub(super) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}
