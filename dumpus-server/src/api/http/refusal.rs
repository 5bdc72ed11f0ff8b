//! Why a use case returned no output, as far as HTTP cares. Errors are logged here, once.

use std::error::Error;
use std::time::Duration;

use poem_openapi::payload::Json;

use dumpus_ports::profiles::ProfileError;
use dumpus_ports::usecase::AccessError;

use super::outages;
use super::problem::{Code, DEFECT, FOREIGN_KEY, RETRY_AFTER, Refuse};

/// Time limit for all backends together, for a request that needs a row only: it is answered within two seconds.
pub(in crate::api) const BUDGET: Duration = Duration::from_millis(1_900);
/// The same where a result of many megabytes has to come out of a store.
pub(in crate::api) const RESULT_BUDGET: Duration = Duration::from_secs(20);
/// The same where Discord or Dis-who may make the request wait for their rate limit.
pub(in crate::api) const LOOK_UP_BUDGET: Duration = Duration::from_secs(9);

/// Seconds after which a client may submit again when the queue is full.
const QUEUE_RETRY_AFTER: u64 = 60;

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Refusal {
    /// The key does not own the package.
    Unauthorized,
    /// The text is not a link to a package.
    InvalidLink,
    /// Too many requests; seconds until another one makes sense.
    RateLimited(u64),
    /// The queue is full.
    QueueFull,
    /// Too many results are on their way to this client, for this package, or at all.
    Busy,
    /// A backend did not answer, or not in time.
    Unavailable,
    /// A defect of the server.
    Failed,
}

/// The output of a use case, if it comes within `budget`.
pub(in crate::api) async fn with_timeout<T, E: Into<Refusal>>(
    budget: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, Refusal> {
    if let Ok(output) = tokio::time::timeout(budget, work).await {
        return output.map_err(Into::into);
    }
    outages::record_silence(budget);
    Err(Refusal::Unavailable)
}

impl Refusal {
    /// The body that says why.
    pub(in crate::api) fn body<B: Refuse>(self) -> Json<B> {
        Json(match self {
            Self::Unauthorized => B::refused(Code::Unauthorized, FOREIGN_KEY),
            Self::InvalidLink => B::refused(Code::InvalidLink, "This is not a link to a package."),
            Self::RateLimited(_) => B::refused(Code::RateLimited, "Too many requests."),
            Self::QueueFull => B::refused(Code::ServerError, "Too many packages are waiting; try again later."),
            Self::Busy => B::refused(
                Code::ServerError,
                "Too many results are being downloaded; try again in a moment.",
            ),
            Self::Unavailable => B::unavailable(),
            Self::Failed => B::refused(Code::ServerError, DEFECT),
        })
    }

    /// Seconds until another attempt makes sense.
    pub(in crate::api) const fn retry_after(self) -> u64 {
        match self {
            Self::RateLimited(seconds) => seconds,
            Self::QueueFull => QUEUE_RETRY_AFTER,
            _ => RETRY_AFTER,
        }
    }

    /// Logs an error that only a defect of the server can cause.
    pub(in crate::api) fn defect(error: &(dyn Error + 'static)) -> Self {
        tracing::error!(error = %error, cause = %root_cause(error), "Request failed");
        Self::Failed
    }
}

impl From<AccessError> for Refusal {
    fn from(error: AccessError) -> Self {
        match &error {
            AccessError::Unauthorized => Self::Unauthorized,
            AccessError::QueueFull => Self::QueueFull,
            AccessError::Unavailable { backend, source } => {
                outages::record(backend, root_cause(&**source));
                Self::Unavailable
            }
            _ => Self::defect(&error),
        }
    }
}

impl From<Duration> for Refusal {
    /// A rate limit that is lifted after this time.
    fn from(wait: Duration) -> Self {
        Self::RateLimited(wait.as_secs() + 1)
    }
}

impl From<ProfileError> for Refusal {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::RateLimited { retry_after } => Self::RateLimited(retry_after.as_secs().max(1)),
            other => {
                tracing::warn!(error = %other, "Directory of users or guilds did not answer");
                Self::Unavailable
            }
        }
    }
}

fn root_cause<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest
}
