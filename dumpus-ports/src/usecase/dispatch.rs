//! Pushes a package's job to the queue, at admission and after the queue lost it. The registry's row is written first; a
//! package is accepted once its row is confirmed.

use std::time::Duration;

use super::access::AccessError;
use crate::Dumpus;
use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::Lane;
use crate::domain::secret::{LinkAddress, UpnKey};
use crate::domain::time::{DAY, Millis};
use crate::queue::Job;
use crate::registry::{Epoch, Package, RedispatchPolicy};

/// Discord's links live 30 days: a queued link need not live longer.
const LINK_LIFETIME: i64 = 30 * DAY;
/// A job that was pushed this long ago may be missing.
const CHECKED_AFTER: Duration = Duration::from_mins(1);

impl Dumpus {
    /// Pushes the job of a run and confirms it. False when the run is not the current one any more.
    pub(super) async fn dispatch(
        &self,
        package: PackageId,
        run: RunId,
        lane: Lane,
        link: &LinkAddress,
    ) -> Result<bool, AccessError> {
        let expires = Millis(self.clock.now().0.saturating_add(LINK_LIFETIME));
        let link = self.vault.seal_queued_link(&package, link, expires)?;
        let epoch = self
            .queue
            .push(&Job {
                package,
                run,
                lane,
                link,
            })
            .await?;
        let Some(current) = self.packages.confirm(package, run, &epoch).await? else {
            return Ok(false);
        };
        // Upgraded since the lane was read, when the queue had no job that could be promoted.
        if current != lane
            && let Err(error) = self.queue.promote(package, run).await
        {
            tracing::warn!(package.id = %package, error = %error, "An upgraded package waits in its old lane");
        }
        Ok(true)
    }

    /// Queues an unfinished package again if its job is unconfirmed or lost: its owner is here, and only their key
    /// opens the link.
    pub(super) async fn redispatch_if_lost(
        &self,
        package: &Package,
        key: &UpnKey,
        epoch: &Epoch,
    ) -> Result<(), AccessError> {
        let (run, policy) = (&package.run, RedispatchPolicy::default());
        if !run.needs_redispatch(epoch, &policy, package.now) {
            return self.check_job(package).await;
        }
        let claimed = self
            .packages
            .claim_redispatch(run.package, run.id, epoch, &policy)
            .await?;
        let Some(lane) = claimed else { return Ok(()) };
        let link = self.vault.open_owner_link(key, &run.package, &run.owner_link)?;
        self.dispatch(run.package, run.id, lane, &link).await?;
        tracing::info!(package.id = %run.package, "Queued a package again whose job was lost");
        Ok(())
    }

    /// Makes the run of a package unconfirmed that has waited for a while and whose job is not in the queue: an operator
    /// deleted it, a full Redis evicted it, or another instance took it for a stale one.
    async fn check_job(&self, package: &Package) -> Result<(), AccessError> {
        let run = &package.run;
        let may_be_lost = package.is_waiting() && package.now.is_past(run.dispatch.at, CHECKED_AFTER);
        if !may_be_lost || !self.checked_jobs.insert(run.package) || self.queue.contains(run.package, run.id).await? {
            return Ok(());
        }
        if self.packages.mark_undispatched(run.package, run.id).await? {
            tracing::warn!(package.id = %run.package, "The queue has lost the job of a package");
        }
        Ok(())
    }
}
