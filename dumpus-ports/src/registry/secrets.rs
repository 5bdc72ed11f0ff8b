//! Port: secrets that all processes of an instance share.

use async_trait::async_trait;

use super::RegistryError;

/// Secrets of the instance.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. The first call for a name decides the secret; all others get the same one.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// The secret of this name, 32 bytes; `candidate` becomes the secret if there is none yet. Atomic, also between
    /// processes.
    ///
    /// # Errors
    /// [`RegistryError::Unavailable`] if the same call may succeed later.
    async fn secret(&self, name: &str, candidate: [u8; 32]) -> Result<[u8; 32], RegistryError>;
}
