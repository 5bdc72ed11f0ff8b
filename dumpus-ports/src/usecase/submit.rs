//! Accepts links.

use super::access::AccessError;
use crate::Dumpus;
use crate::domain::lifecycle::Outcome;
use crate::domain::link::PackageLink;
use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::Lane;
use crate::registry::{Admission, Epoch, NewPackage, Package};

/// An accepted submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The package.
    pub package: PackageId,
    /// The run that this submission began; `None` if the package was waiting, running or processed already.
    pub started: Option<RunId>,
}

/// How a run stands that a submission began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It waits or runs.
    Unfinished,
    /// It failed.
    Failed,
    /// It is processed, deleted, or replaced by a later run.
    Over,
}

impl Dumpus {
    /// Queues the package of a link. A package that is waiting, running or processed is not queued again, unless its
    /// result is lost.
    ///
    /// Several steps, not one atomic one. On success, the package is in the registry and its job in the queue. On failure
    /// the admission is rolled back; if that fails too, the next call or [`Dumpus::status`] completes it.
    ///
    /// # Errors
    /// [`AccessError::QueueFull`] if this would begin a run and there are too many, another one if a backend fails.
    pub async fn submit(&self, link: &PackageLink) -> Result<Submission, AccessError> {
        let vault = &self.vault;
        let package = vault.package_id(link.key());
        let owner_link = vault.seal_owner_link(link.key(), &package, &link.to_sealed())?;
        let (queue_snapshot, epoch) = self.positions.get().await?;
        if queue_snapshot.totals().sum() >= self.max_queue {
            return self.resubmit(link).await?.ok_or(AccessError::QueueFull);
        }
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
                    return Ok(Submission {
                        package,
                        started: Some(admission.run),
                    });
                }
                Admission::AlreadyExists(known) => {
                    if self.has_lost_result(&known).await? {
                        tracing::error!(package.id = %package, "The store has lost a result: processing its package again");
                    } else if self.join_run(&known, link, &epoch).await? {
                        return Ok(Submission { package, started: None });
                    }
                }
            }
            admission.run = RunId::from_bytes(vault.random()?);
        }
        Err(AccessError::Failed(
            "other submissions of the package kept replacing its run".into(),
        ))
    }

    /// Does what [`Dumpus::submit`] does for a package that is waiting, running or processed, and nothing for another one:
    /// `None` if a submission would begin a run.
    ///
    /// # Errors
    /// [`AccessError`] if a backend fails.
    pub async fn resubmit(&self, link: &PackageLink) -> Result<Option<Submission>, AccessError> {
        let package = self.vault.package_id(link.key());
        let Some(known) = self.packages.find(package).await? else {
            return Ok(None);
        };
        let is_accepted = match known.run.outcome() {
            Some(Outcome::Failed(_)) => false,
            Some(Outcome::Processed(result)) => self.blobs.contains(result.blob).await?,
            None => {
                let (_, epoch) = self.positions.get().await?;
                self.join_run(&known, link, &epoch).await?
            }
        };
        Ok(is_accepted.then_some(Submission { package, started: None }))
    }

    /// How a run stands that a submission began.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn run_state(&self, package: PackageId, run: RunId) -> Result<RunState, AccessError> {
        let known = self.packages.find(package).await?.filter(|known| known.run.id == run);
        Ok(match known.as_ref().map(|known| known.run.outcome()) {
            Some(None) => RunState::Unfinished,
            Some(Some(Outcome::Failed(_))) => RunState::Failed,
            Some(Some(Outcome::Processed(_))) | None => RunState::Over,
        })
    }

    async fn queue_begun(&self, admission: &NewPackage, lane: Lane, link: &PackageLink) -> Result<(), AccessError> {
        let taken = self
            .dispatch(admission.package, admission.run, lane, &link.to_sealed())
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
    async fn join_run(&self, known: &Package, link: &PackageLink, epoch: &Epoch) -> Result<bool, AccessError> {
        let run = &known.run;
        if run.dispatch.epoch.is_none() && known.is_waiting() {
            // The submission that began this run may yet roll it back: pushing the same run twice queues it once.
            return self.dispatch(run.package, run.id, run.lane, &link.to_sealed()).await;
        }
        self.redispatch_if_lost(known, link.key(), epoch).await?;
        Ok(true)
    }
}
