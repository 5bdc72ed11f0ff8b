//! Port: fetching a package from behind its link.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;

use crate::CancellationToken;
use crate::archive::{PackageBytes, Progress};
use crate::domain::failure_detail::FailureDetail;
use crate::domain::link::PackageLink;

/// Fetches packages.
///
/// What it gives exists for the caller only: dropped, nothing of the package is left, and nothing of it is ever on a
/// disk in plaintext.
///
/// Contract, in the words of [`crate::conformance`]:
/// 1. What is behind the link comes as it is, readable at any place.
/// 2. At the end of a successful download the progress is complete.
/// 3. Downloads at the same time do not mix.
/// 4. Each end has its error, whose text names neither address nor key.
/// 5. A cancelled download ends with [`SourceError::Cancelled`], within a second, whatever it waits for.
#[async_trait]
pub trait PackageSource: Send + Sync {
    /// Downloads the package. Progress is reported in bytes of the package. Transient faults are retried inside.
    ///
    /// # Errors
    /// [`SourceError::Cancelled`] once `cancel` is cancelled.
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
    /// The download was not wanted any more.
    #[error("the download was cancelled")]
    Cancelled,
    /// The package could not be stored here.
    #[error("the package could not be stored while it was downloaded")]
    Storage(#[source] io::Error),
}
