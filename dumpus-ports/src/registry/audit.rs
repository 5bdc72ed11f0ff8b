//! Port: what operators asked for.

use async_trait::async_trait;

use super::RegistryError;
use crate::domain::audit::{Action, AuditEntry, Target};

/// A list of actions, with times by the registry's clock. An entry says what an operator asked for: it is added before the
/// change that it names, so that no change takes effect without one.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. `entries` returns the last actions, the newest first; also those that one process added in the same instant.
/// 2. The id of a package is removed when the package is deleted. The id of one that is gone already is not kept, also when
///    both happen at the same time.
/// 3. Entries are kept for a year.
///
/// # Errors
/// Every method: [`RegistryError::Unavailable`] if the same call may succeed later.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Adds an entry, without the id of a package that does not exist.
    async fn record(&self, action: Action, target: Target) -> Result<(), RegistryError>;

    /// The last entries, at most `limit` of them.
    async fn entries(&self, limit: u32) -> Result<Vec<AuditEntry>, RegistryError>;
}
