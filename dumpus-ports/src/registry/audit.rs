//! Port: what operators did.

use async_trait::async_trait;

use super::RegistryError;
use crate::domain::audit::{Action, AuditEntry, Target};

/// A list of actions, with times by the registry's clock.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. `entries` returns the last actions, the newest first.
/// 2. The id of a package is removed when the package is deleted.
/// 3. Entries are kept for a year.
///
/// # Errors
/// Every method: [`RegistryError::Unavailable`] if the same call may succeed later.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Adds an entry.
    async fn record(&self, action: Action, target: Target) -> Result<(), RegistryError>;

    /// The last entries, at most `limit` of them.
    async fn entries(&self, limit: u32) -> Result<Vec<AuditEntry>, RegistryError>;
}
