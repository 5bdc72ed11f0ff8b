//! Port: deletion of what has expired.

use std::time::Duration;

use async_trait::async_trait;

use super::{DeletedPackage, Overview, RegistryError, SweepClock};
use crate::blobs::BlobKey;

/// Deletes what has expired.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. `expire` erases ended packages only, those that ended first before others, and at most `limit` of them.
/// 2. `expire_abandoned` erases packages that no worker holds and whose jobs were dispatched long ago, the oldest first,
///    and at most `limit` of them.
/// 3. `unreferenced` returns the blobs that no package points to, in the order in which they were given.
/// 4. `check_clock` follows [`SweepClock::tick`], in all processes together.
/// 5. `end_leases` makes every package wait that is leased, and counts the attempts.
/// 6. `overview` counts as [`Overview::of`] does.
///
/// Every method is atomic, also between processes, and uses the registry's clock.
///
/// # Errors
/// Every method: [`RegistryError::Unavailable`] if the same call may succeed later. Packages that were erased by a
/// call whose answer was lost are not reported again; their blobs are then unreferenced.
#[async_trait]
pub trait RegistryMaintenance: Send + Sync {
    /// Erases packages that ended longer than `retention` ago, at most `limit` of them.
    async fn expire(&self, retention: Duration, limit: u32) -> Result<Vec<DeletedPackage>, RegistryError>;

    /// Erases unfinished packages that no worker holds and whose jobs were dispatched `age` ago or earlier, at most `limit`
    /// of them, see [`Run::is_abandoned`](super::Run::is_abandoned).
    async fn expire_abandoned(&self, age: Duration, limit: u32) -> Result<Vec<DeletedPackage>, RegistryError>;

    /// Reads the registry's clock and compares it with the last reading. The first one is believed.
    async fn check_clock(&self) -> Result<SweepClock, RegistryError>;

    /// Believes the registry's clock from now on, whatever it showed before.
    async fn trust_clock(&self) -> Result<(), RegistryError>;

    /// What the instance is doing, and what ended within `window`. Reads every unfinished package: for an operator.
    async fn overview(&self, window: Duration) -> Result<Overview, RegistryError>;

    /// Checks that the registry takes writes: writes something without a meaning.
    async fn probe(&self) -> Result<(), RegistryError>;

    /// Ends all leases, whose holders are dead. Returns how many there were.
    async fn end_leases(&self) -> Result<u64, RegistryError>;

    /// Of these blobs, those that no package points to.
    async fn unreferenced(&self, blobs: &[BlobKey]) -> Result<Vec<BlobKey>, RegistryError>;
}
