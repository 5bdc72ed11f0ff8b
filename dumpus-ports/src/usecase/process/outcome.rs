//! The outcomes of an attempt, and the failures that end a run.

use crate::archive::ArchiveError;
use crate::domain::analysis::OverBudget;
use crate::domain::error_code::ErrorCode;
use crate::domain::failure_detail::{AttemptError, FailureDetail};
use crate::registry::StoredResult;
use crate::source::SourceError;

/// How an attempt ended.
pub(super) enum AttemptOutcome {
    Done(StoredResult),
    Fail(ErrorCode, FailureDetail),
    /// A fault on this side: another attempt may succeed, and is counted.
    Retry(AttemptError),
    /// Another attempt may succeed in a minute, and this one does not count.
    Postpone,
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
        SourceError::Challenged => AttemptOutcome::Postpone,
        SourceError::Cancelled => AttemptOutcome::Lost,
        SourceError::Storage(error) => {
            tracing::error!(error = %error, "Failed to store a package while it was downloaded");
            AttemptOutcome::Retry(AttemptError::NoStorage)
        }
    }
}

pub(super) fn archive_failure(error: &ArchiveError) -> AttemptOutcome {
    match error {
        &ArchiveError::NotAnArchive(defect) => {
            AttemptOutcome::Fail(ErrorCode::InvalidLink, FailureDetail::NotAnArchive { defect })
        }
        &ArchiveError::TooLarge(OverBudget { what, limit }) => {
            AttemptOutcome::Fail(ErrorCode::InvalidLink, FailureDetail::LimitExceeded { what, limit })
        }
        ArchiveError::MissingUserData(_) => {
            AttemptOutcome::Fail(ErrorCode::MissingUserData, FailureDetail::MissingUserData)
        }
        ArchiveError::Cancelled => AttemptOutcome::Lost,
        ArchiveError::Storage(_) => {
            tracing::error!(error = %error, "Failed to read back a package");
            AttemptOutcome::Retry(AttemptError::NotReadBack)
        }
        ArchiveError::Failed(_) => {
            tracing::error!(error = %error, "The reader failed");
            AttemptOutcome::Retry(AttemptError::ReaderFailed)
        }
    }
}
