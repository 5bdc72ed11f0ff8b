//! Names a Discord user to the owner of a package.

use std::sync::Arc;

use super::access::{AccessError, prove};
use crate::domain::package::PackageId;
use crate::domain::secret::UpnKey;
use crate::profiles::{ProfileDirectory, ProfileError, UserProfile};
use crate::registry::PackageRegistry;
use crate::vault::Vault;

/// Names a Discord user, for owners of an existing package only.
pub struct LookUpUser {
    /// Knows which packages exist.
    pub registry: Arc<dyn PackageRegistry>,
    /// Proves ownership.
    pub vault: Arc<dyn Vault>,
    /// Knows the users; `None` if this instance has no directory.
    pub profiles: Option<Arc<dyn ProfileDirectory>>,
}

/// Why no user was named.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookUpError {
    /// The key is another's, or a backend is away.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The directory did not answer.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

impl LookUpUser {
    /// The user of this id; `None` when there is none.
    ///
    /// # Errors
    /// [`AccessError::Unauthorized`] also when the package does not exist.
    pub async fn run(
        &self,
        key: &UpnKey,
        package: PackageId,
        user_id: &str,
    ) -> Result<Option<UserProfile>, LookUpError> {
        prove(&*self.vault, key, &package)?;
        if self.registry.find(package).await.map_err(AccessError::from)?.is_none() {
            return Err(AccessError::Unauthorized.into());
        }
        // Ids such as `deleted:<channel>` are our own and are not sent to a third party.
        let is_id = !user_id.is_empty() && user_id.len() <= 20 && user_id.bytes().all(|byte| byte.is_ascii_digit());
        match &self.profiles {
            Some(profiles) if is_id => Ok(profiles.look_up(user_id).await?),
            _ => Ok(None),
        }
    }
}
