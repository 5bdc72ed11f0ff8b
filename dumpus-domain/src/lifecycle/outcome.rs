//! How a run ends.

use crate::crypto::Envelope;
use crate::error_code::ErrorCode;
use crate::failure_detail::FailureDetail;
use crate::package::{BlobKey, RunId};
use crate::time::Millis;

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// When it ended.
    pub at: Millis,
    /// How.
    pub outcome: Outcome,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is a result.
    Processed(StoredResult),
    /// It failed in its stage.
    Failed(Failure),
}

/// Where a result is stored and how it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResult {
    /// The blob with the ciphertext.
    pub blob: BlobKey,
    /// How it opens.
    pub envelope: Envelope,
    /// Bytes of the ciphertext.
    pub size: u64,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The code that clients match on.
    pub code: ErrorCode,
    /// The reason; `None` when none was recorded.
    pub detail: Option<FailureDetail>,
}

impl Failure {
    /// A failure that is explained to the owner.
    #[must_use]
    pub const fn new(code: ErrorCode, detail: FailureDetail) -> Self {
        let detail = Some(detail);
        Self { code, detail }
    }

    /// The queue did not take the job of an upgraded package.
    #[must_use]
    pub const fn not_queued() -> Self {
        Self::new(ErrorCode::ServerError, FailureDetail::NotQueued)
    }

    /// An operator ended the run.
    #[must_use]
    pub const fn cancelled() -> Self {
        Self::new(ErrorCode::ServerError, FailureDetail::Cancelled)
    }

    /// The store has lost the result.
    #[must_use]
    pub const fn result_lost() -> Self {
        Self::new(ErrorCode::ServerError, FailureDetail::ResultLost)
    }
}

/// What is left of an erased package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedPackage {
    /// The run that ended with it.
    pub run: RunId,
    /// Its result, to be erased too.
    pub blob: Option<BlobKey>,
}
