//! Why a use case gave no answer, as far as HTTP cares; logged here, once.

use std::error::Error;
use std::time::Duration;

use dumpus_ports::profiles::ProfileError;
use dumpus_ports::usecase::{AccessError, LookUpError, SubmitError};

/// What all backends together may take of a request that only asks for a row: its answer comes within two seconds.
pub(super) const BUDGET: Duration = Duration::from_millis(1_900);
/// The same where a result of many megabytes has to come out of a store; its row still has to come within [`BUDGET`].
pub(super) const RESULT_BUDGET: Duration = Duration::from_secs(20);
/// The same where a third party may make the request wait for its limit.
pub(super) const LOOK_UP_BUDGET: Duration = Duration::from_secs(9);

/// Why a request has no answer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The key does not own the package.
    Unauthorized,
    /// A backend is away.
    Unavailable,
    /// A defect.
    Failed,
}

/// The answer of a use case, if it comes in time.
pub(super) async fn within<T, E: Into<Refused<L>>, L>(
    budget: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, Refused<L>> {
    if let Ok(answer) = tokio::time::timeout(budget, work).await {
        return answer.map_err(Into::into);
    }
    tracing::warn!(budget_ms = budget.as_millis(), "the backends took too long");
    Err(Refused::Trouble(Trouble::Unavailable))
}

/// Trouble, or what is the business of one operation only.
#[derive(Debug)]
pub(super) enum Refused<L> {
    /// As everywhere.
    Trouble(Trouble),
    /// The operation's own.
    Own(L),
}

/// Operations without refusals of their own.
#[derive(Debug)]
pub(super) enum Nothing {}

impl<L> From<AccessError> for Refused<L> {
    fn from(error: AccessError) -> Self {
        Self::Trouble(match &error {
            AccessError::Unauthorized => Trouble::Unauthorized,
            AccessError::Unavailable { source, .. } => {
                tracing::warn!(error = %error, cause = %root(&**source), "a backend is away");
                Trouble::Unavailable
            }
            _ => {
                tracing::error!(error = %error, cause = %root(&error), "a request failed");
                Trouble::Failed
            }
        })
    }
}

/// The link is none.
#[derive(Debug)]
pub(super) struct NoLink;

impl From<SubmitError> for Refused<NoLink> {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Link(_) => Self::Own(NoLink),
            SubmitError::Access(error) => error.into(),
            other => {
                tracing::error!(error = %other, "a submission failed");
                Self::Trouble(Trouble::Failed)
            }
        }
    }
}

/// Seconds until another look-up makes sense.
#[derive(Debug)]
pub(super) struct TooMany(pub u64);

impl From<LookUpError> for Refused<TooMany> {
    fn from(error: LookUpError) -> Self {
        match error {
            LookUpError::Access(error) => error.into(),
            LookUpError::Profile(error) => error.into(),
            other => {
                tracing::error!(error = %other, "a look-up failed");
                Self::Trouble(Trouble::Failed)
            }
        }
    }
}

impl From<ProfileError> for Refused<TooMany> {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::RateLimited { retry_after } => Self::Own(TooMany(retry_after.max(1))),
            other => {
                tracing::warn!(error = %other, "a directory did not answer");
                Self::Trouble(Trouble::Unavailable)
            }
        }
    }
}

fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest
}
