//! The outcomes of an attempt, and the failures that end a run.

use super::health::WorkerFault;
use crate::archive::ArchiveError;
use crate::domain::analysis::OverBudget;
use crate::domain::error_code::ErrorCode;
use crate::domain::failure_detail::{AttemptError, FailureDetail};
use crate::registry::{StoredResult, Volume};
use crate::source::SourceError;

/// How an attempt ended.
pub(super) enum AttemptOutcome {
    Done(StoredResult, Volume),
    Fail(ErrorCode, FailureDetail),
    /// Another attempt may succeed, and this one is counted.
    Retry(Setback),
    /// A fault that may be this worker's own: another worker may succeed.
    Fault(WorkerFault),
    /// Another attempt may succeed in a minute, and this one does not count.
    Postpone,
    /// The process stops: another attempt will do, and does not count.
    Release,
    /// The package is not this worker's any more, or its registry cannot be reached for the length of a lease.
    Lost,
}

/// Why an attempt ended that another one may make up for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Setback {
    /// A fault on this side.
    #[error("{0}")]
    Here(AttemptError),
    /// A fault on the way to the package.
    #[error("{0}")]
    Source(FailureDetail),
}

impl Setback {
    /// What the owner reads after the last attempt.
    pub(super) fn detail(self, attempts: u32) -> FailureDetail {
        match self {
            Self::Here(error) => FailureDetail::ProcessingFailed {
                attempts: attempts.into(),
                error,
            },
            Self::Source(detail) => detail,
        }
    }
}

impl From<AttemptError> for AttemptOutcome {
    fn from(error: AttemptError) -> Self {
        Self::Retry(Setback::Here(error))
    }
}

pub(super) fn source_failure(error: SourceError) -> AttemptOutcome {
    match error {
        SourceError::Expired(detail) => AttemptOutcome::Fail(ErrorCode::ExpiredLink, detail),
        SourceError::Invalid(detail) => AttemptOutcome::Fail(ErrorCode::InvalidLink, detail),
        SourceError::Unavailable(detail @ FailureDetail::Unreachable) => AttemptOutcome::Retry(Setback::Source(detail)),
        SourceError::Unavailable(detail) => AttemptOutcome::Fail(ErrorCode::ServerError, detail),
        SourceError::Challenged => AttemptOutcome::Postpone,
        SourceError::Cancelled => AttemptOutcome::Lost,
        SourceError::DoesNotFit(error) => {
            tracing::error!(error = %error, "A package did not fit into the spool");
            AttemptError::NoStorage.into()
        }
        SourceError::Storage(error) => {
            // The worker's health logs the fault, once.
            tracing::debug!(error = %error, "Failed to store a package while it was downloaded");
            AttemptOutcome::Fault(WorkerFault::NoStorage)
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
            AttemptError::NotReadBack.into()
        }
        ArchiveError::Failed(_) => {
            tracing::error!(error = %error, "The reader failed");
            AttemptError::ReaderFailed.into()
        }
    }
}
