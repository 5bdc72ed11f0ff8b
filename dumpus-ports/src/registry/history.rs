//! Port: the runs that have ended, and statistics of them by hour.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use super::{RegistryError, RunRecord};
use crate::domain::history::{Hour, HourStatistics};
use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::Lane;
use crate::domain::time::Millis;

/// Which runs to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunPage {
    /// Runs that ended at this instant or later.
    pub from: Millis,
    /// Runs that ended before this instant.
    pub until: Millis,
    /// The last run of the page before.
    pub after: Option<(Millis, RunId)>,
    /// At most so many.
    pub limit: u32,
}

/// The history of an instance. [`LeaseRegistry`](super::LeaseRegistry) and
/// [`PackageRegistry`](super::PackageRegistry) write it.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. Every run that was finished, failed or cancelled is recorded once.
/// 2. `runs` returns the runs of a page in the order in which they ended, then of their ids.
/// 3. The id of a package is removed from its runs when the package is deleted or expires.
/// 4. `record_hour` replaces what was recorded of the hour and these lanes, atomically.
/// 5. `prune` removes runs and hours that are older, and nothing else.
///
/// # Errors
/// Every method: [`RegistryError::Unavailable`] if the same call may succeed later.
#[async_trait]
pub trait RunHistory: Send + Sync {
    /// The runs of a page.
    async fn runs(&self, page: &RunPage) -> Result<Vec<RunRecord>, RegistryError>;

    /// The ended runs of a package, at most the last ten, in the order in which they ended.
    async fn runs_of(&self, package: PackageId) -> Result<Vec<RunRecord>, RegistryError>;

    /// The registry's clock.
    async fn now(&self) -> Result<Millis, RegistryError>;

    /// The last hour that is recorded.
    async fn last_hour(&self) -> Result<Option<Hour>, RegistryError>;

    /// Records statistics of an hour.
    async fn record_hour(&self, hour: Hour, lanes: &BTreeMap<Lane, HourStatistics>) -> Result<(), RegistryError>;

    /// Statistics of the hours from the first to before the second, in the order of hours and of lane names; hours in which nothing ended are left out.
    async fn hours(&self, from: Hour, until: Hour) -> Result<Vec<(Hour, Lane, HourStatistics)>, RegistryError>;

    /// Removes runs that ended longer ago than `runs`, and hours that began longer ago than `hours`.
    async fn prune(&self, runs: Duration, hours: Duration) -> Result<(), RegistryError>;
}
