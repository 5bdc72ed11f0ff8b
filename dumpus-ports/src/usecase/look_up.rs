//! Looks up Discord users for owners of packages.

use super::access::{AccessError, prove};
use crate::Dumpus;
use crate::domain::package::PackageId;
use crate::domain::secret::UpnKey;
use crate::profiles::{ProfileError, UserProfile};

/// Why a look-up failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookUpError {
    /// The key does not own the package, or a backend fails.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The directory of users fails.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

impl Dumpus {
    /// A Discord user, for the owner of a processed package; `None` if the package is not processed, nobody has the id, or
    /// this instance has no directory of users.
    ///
    /// # Errors
    /// [`AccessError::Unauthorized`] also if the package does not exist, [`LookUpError::Profile`] if the directory fails.
    pub async fn look_up_user(
        &self,
        key: &UpnKey,
        package: PackageId,
        user_id: &str,
    ) -> Result<Option<UserProfile>, LookUpError> {
        prove(&*self.vault, key, &package)?;
        let row = self.packages.find(package).await.map_err(AccessError::from)?;
        let Some(row) = row else {
            return Err(AccessError::Unauthorized.into());
        };
        // Anyone can submit a link that they made up; only a real package is worth the operator's requests.
        if row.run.result().is_none() {
            return Ok(None);
        }
        // Ids such as `deleted:<channel>` are our own and are not sent to a third party.
        let is_id = !user_id.is_empty() && user_id.len() <= 20 && user_id.bytes().all(|byte| byte.is_ascii_digit());
        match &self.profiles {
            Some(profiles) if is_id => Ok(profiles.look_up(user_id).await?),
            _ => Ok(None),
        }
    }
}
