//! Accepts links.

use super::access::AccessError;
use crate::Dumpus;
use crate::domain::link::PackageLink;
use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::Lane;
use crate::registry::{Admission, Epoch, NewPackage, Package};

impl Dumpus {
    /// Queues the package of a link its package. A package that is waiting, running or processed is not queued again,
    /// unless its result is lost.
    ///
    /// Several steps, not one atomic one. On success, the package is in the registry and its job in the queue. On failure
    /// the admission is rolled back; if that fails too, the next call or [`Dumpus::status`] completes it.
    ///
    /// # Errors
    /// [`AccessError`] if a backend fails.
    pub async fn submit(&self, link: &PackageLink) -> Result<PackageId, AccessError> {
        let vault = &self.vault;
        let package = vault.package_id(link.key());
        let owner_link = vault.seal_owner_link(link.key(), &package, link.address())?;
        let (queue_snapshot, epoch) = self.positions.get().await?;
        let mut admission = NewPackage {
            package,
            run: RunId::from_bytes(vault.random()?),
            owner_link,
            joined: queue_snapshot.totals(),
        };
        // Further rounds are for a submission that met another one at the moment when that was undone, and for one that
        // found the result gone.
        for _ in 0..3 {
            match self.packages.admit(&admission).await? {
                Admission::Started { lane, ticket } => {
                    // Packages that are admitted later must be reported behind this one from their first answer on.
                    self.positions.admitted(lane, ticket);
                    self.queue_begun(&admission, lane, link).await?;
                    tracing::info!(package.id = %package, "Accepted a package");
                    return Ok(package);
                }
                Admission::AlreadyExists(known) => {
                    if self.has_lost_result(&known).await? {
                        tracing::error!(package.id = %package, "The store has lost a result: processing its package again");
                    } else if self.join(&known, link, &epoch).await? {
                        return Ok(package);
                    }
                }
            }
            admission.run = RunId::from_bytes(vault.random()?);
        }
        Err(AccessError::Failed(
            "other submissions of the package kept replacing its run".into(),
        ))
    }

    async fn queue_begun(&self, admission: &NewPackage, lane: Lane, link: &PackageLink) -> Result<(), AccessError> {
        let taken = self
            .dispatch(admission.package, admission.run, lane, link.address())
            .await;
        if let Err(error) = taken {
            if let Err(undo) = self.packages.rollback_admission(admission.package, admission.run).await {
                // The row stays unconfirmed, and after 10 s the next submission or status request pushes its job.
                tracing::warn!(package.id = %admission.package, error = %undo, "Failed to roll back an admission");
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
        Ok(self.packages.mark_result_lost(known.run.package, known.run.id).await?)
    }

    /// Whether a package that is in already is certain to be in the queue too, if it is unfinished.
    async fn join(&self, known: &Package, link: &PackageLink, epoch: &Epoch) -> Result<bool, AccessError> {
        let run = &known.run;
        if run.dispatch.epoch.is_none() && known.is_waiting() {
            // The submission that began this run may yet roll it back: pushing the same run twice queues it once.
            return self.dispatch(run.package, run.id, run.lane, link.address()).await;
        }
        self.redispatch_if_lost(known, link.key(), epoch).await?;
        Ok(true)
    }
}
