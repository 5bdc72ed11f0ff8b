//! The outcomes of an attempt, and the error codes and details for owners.

use crate::archive::ArchiveError;
use crate::domain::error_code::ErrorCode;
use crate::registry::StoredResult;
use crate::source::SourceError;

/// How an attempt ended.
pub(super) enum AttemptOutcome {
    Done(StoredResult),
    Fail(ErrorCode, String),
    /// A fault on this side: another attempt may succeed, and is counted.
    Retry(&'static str),
    /// The process stops: another attempt will do, and does not count.
    Release,
    /// The package is not this worker's any more, or its registry cannot be reached for the length of a lease.
    Lost,
}

pub(super) fn source_failure(error: SourceError) -> AttemptOutcome {
    match error {
        SourceError::Expired(detail) => AttemptOutcome::Fail(ErrorCode::ExpiredLink, detail),
        SourceError::Invalid(detail) => AttemptOutcome::Fail(ErrorCode::InvalidLink, detail),
        SourceError::Unavailable(detail) => AttemptOutcome::Fail(ErrorCode::ServerError, detail),
        SourceError::Cancelled => AttemptOutcome::Lost,
        SourceError::Storage(error) => {
            tracing::error!(error = %error, "Failed to store a package while it was downloaded");
            AttemptOutcome::Retry("there was no room to store the package")
        }
    }
}

pub(super) fn archive_failure(error: &ArchiveError) -> AttemptOutcome {
    match error {
        ArchiveError::NotAnArchive(_) | ArchiveError::TooLarge { .. } => {
            AttemptOutcome::Fail(ErrorCode::InvalidLink, sentence(&error.to_string()))
        }
        ArchiveError::MissingUserData(_) => {
            AttemptOutcome::Fail(ErrorCode::MissingUserData, sentence(&error.to_string()))
        }
        ArchiveError::Cancelled => AttemptOutcome::Lost,
        ArchiveError::Storage(_) => {
            tracing::error!(error = %error, "Failed to read back a package");
            AttemptOutcome::Retry("the package could not be read back")
        }
        ArchiveError::Failed(_) => {
            tracing::error!(error = %error, "The reader failed");
            AttemptOutcome::Retry("The reader failed")
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
