//! Port: the download of packages.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;

use crate::CancellationToken;
use crate::archive::{PackageBytes, Progress};
use crate::domain::failure_detail::FailureDetail;
use crate::domain::link::PackageLink;

/// Downloads packages.
///
/// The returned bytes exist for the caller only: nothing of the package is left when they are dropped, and nothing of it
/// is ever on a disk in plaintext.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. The bytes behind the link are returned unchanged, readable at any offset.
/// 2. At the end of a successful download the progress is complete.
/// 3. Concurrent downloads do not mix.
/// 4. Each kind of failure has its error, whose text contains neither address nor key.
/// 5. A cancelled download ends with [`SourceError::Cancelled`] within a second, whatever it waits for.
#[async_trait]
pub trait PackageSource: Send + Sync {
    /// Downloads the package. Progress is reported in bytes of the package. Transient faults are retried inside.
    ///
    /// # Errors
    /// [`SourceError::Expired`] and [`SourceError::Invalid`] are final. [`SourceError::Unavailable`],
    /// [`SourceError::DoesNotFit`] and [`SourceError::Storage`] are worth another attempt, [`SourceError::Challenged`] is in a
    /// minute. [`SourceError::Cancelled`] once `cancel` is cancelled.
    async fn download(
        &self,
        link: &PackageLink,
        progress: Arc<Progress>,
        cancel: CancellationToken,
    ) -> Result<Arc<dyn PackageBytes>, SourceError>;
}

/// Why a package could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The link worked once, and does not any more.
    #[error("{0}")]
    Expired(FailureDetail),
    /// The link leads to no package.
    #[error("{0}")]
    Invalid(FailureDetail),
    /// The other side did not deliver, often enough to give up.
    #[error("{0}")]
    Unavailable(FailureDetail),
    /// The other side asks for a proof that a human is there, as it does for a while when it is asked often.
    #[error("the link was challenged")]
    Challenged,
    /// The download was not wanted any more.
    #[error("the download was cancelled")]
    Cancelled,
    /// The package took up the room that there was for it here.
    #[error("the package did not fit")]
    DoesNotFit(#[source] io::Error),
    /// Packages cannot be stored here, or there is little room for any.
    #[error("the package could not be stored while it was downloaded")]
    Storage(#[source] io::Error),
}
