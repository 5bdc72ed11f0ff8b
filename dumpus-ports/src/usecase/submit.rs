//! Takes a link in.

use std::sync::Arc;

use super::access::AccessError;
use super::dispatch::Dispatcher;
use super::queue_positions::QueuePositions;
use crate::blobs::BlobStore;
use crate::domain::link::{LinkError, LinkPolicy, PackageLink};
use crate::domain::package::{PackageId, RunId};
use crate::registry::{Admission, Epoch, NewPackage, Package};

/// Takes a link in. Idempotent: a package that waits, runs or is processed is not queued twice, unless its result is
/// gone.
pub struct SubmitPackage {
    /// Which links are accepted.
    pub policy: LinkPolicy,
    /// Registry, queue and vault.
    pub dispatcher: Arc<Dispatcher>,
    /// Where results are stored: a lost one is made again.
    pub blobs: Arc<dyn BlobStore>,
    /// Knows how many wait.
    pub queue_snapshot: Arc<QueuePositions>,
}

/// Why a link was not taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// Not a link to a package.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Anything else.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl SubmitPackage {
    /// Takes the link in. When this succeeds the package is in the registry and its job in the queue; when it does
    /// not, nothing of this submission is left.
    ///
    /// # Errors
    /// [`SubmitError::Link`] for the owner to correct; unavailability for them to try again.
    pub async fn run(&self, link: &str) -> Result<PackageId, SubmitError> {
        let link = self.policy.parse(link)?;
        let vault = &self.dispatcher.vault;
        let package = vault.package_id(link.key());
        let owner_link = vault
            .seal_owner_link(link.key(), &package, link.address())
            .map_err(AccessError::from)?;
        let (queue_snapshot, epoch) = self.queue_snapshot.get().await?;
        let mut admission = NewPackage {
            package,
            run: RunId::from_bytes(vault.random().map_err(AccessError::from)?),
            owner_link,
            joined: queue_snapshot.totals(),
        };
        // Further rounds are for a submission that met another one at the moment when that was undone, and for one that
        // found the result gone.
        for _ in 0..3 {
            match self
                .dispatcher
                .registry
                .admit(&admission)
                .await
                .map_err(AccessError::from)?
            {
                Admission::Started { lane, ticket } => {
                    // It counts from now on, for all: who comes after it stands behind it from the first answer on.
                    self.queue_snapshot.admitted(lane, ticket);
                    self.queue_begun(&admission, lane, &link).await?;
                    tracing::info!(package.id = %package, "accepted a package");
                    return Ok(package);
                }
                Admission::AlreadyExists(known) => {
                    if self.has_lost_result(&known).await? {
                        tracing::error!(package.id = %package, "the store has lost a result: it is made again");
                    } else if self.join(&known, &link, &epoch).await? {
                        return Ok(package);
                    }
                }
            }
            admission.run = RunId::from_bytes(vault.random().map_err(AccessError::from)?);
        }
        Err(AccessError::Failed("a package changed hands while it was submitted".into()).into())
    }

    async fn queue_begun(
        &self,
        admission: &NewPackage,
        lane: crate::domain::queue::Lane,
        link: &PackageLink,
    ) -> Result<(), AccessError> {
        let taken = self
            .dispatcher
            .dispatch(admission.package, admission.run, lane, link.address())
            .await;
        if let Err(error) = taken {
            if let Err(undo) = self
                .dispatcher
                .registry
                .rollback_admission(admission.package, admission.run)
                .await
            {
                // The row stays unconfirmed: whoever meets it after 10 s pushes it.
                tracing::warn!(package.id = %admission.package, error = %undo, "an admission could not be rolled back");
            }
            return Err(error);
        }
        Ok(())
    }

    /// Whether the package was processed and can begin a new run because its result is gone.
    async fn has_lost_result(&self, known: &Package) -> Result<bool, AccessError> {
        let Some(result) = known.run.result() else {
            return Ok(false);
        };
        if self.blobs.contains(result.blob).await? {
            return Ok(false);
        }
        let registry = &self.dispatcher.registry;
        Ok(registry.mark_result_lost(known.run.package, known.run.id).await?)
    }

    /// Whether a package that is in already is certain to be in the queue too, if it is unfinished.
    async fn join(&self, known: &Package, link: &PackageLink, epoch: &Epoch) -> Result<bool, AccessError> {
        let run = &known.run;
        if run.dispatch.epoch.is_none() && known.is_waiting() {
            // The submission that began this run may yet roll it back: pushing the same run twice queues it once.
            return self
                .dispatcher
                .dispatch(run.package, run.id, run.lane, link.address())
                .await;
        }
        self.dispatcher.redispatch_if_lost(known, link.key(), epoch).await?;
        Ok(true)
    }
}
