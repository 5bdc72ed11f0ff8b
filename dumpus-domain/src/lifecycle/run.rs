//! A run from its admission to the end of its package.

use std::time::Duration;

use super::{CurrentLease, DeletedPackage, Dispatch, End, Epoch, Failure, LastAttempt, Outcome, Stage, StoredResult};
use crate::package::{BlobKey, PackageId, RunId};
use crate::queue::{Lane, LaneTotals, Ticket};
use crate::time::Millis;

/// A link that only the key of its package's owner opens; empty when there is none.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OwnerLink(pub Vec<u8>);

impl std::fmt::Debug for OwnerLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnerLink(redacted)")
    }
}

/// A submitted package.
#[derive(Clone, Debug)]
pub struct NewPackage {
    /// Its id.
    pub package: PackageId,
    /// The run that begins if the package is admitted.
    pub run: RunId,
    /// Its link.
    pub owner_link: OwnerLink,
    /// Packages in the lanes before it.
    pub joined: LaneTotals,
}

/// One life of a package, from its admission to a result or an error: what a row of the registry holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The package.
    pub package: PackageId,
    /// The run's own id.
    pub id: RunId,
    /// The lane of the package. It outlives the run.
    pub lane: Lane,
    /// The package's place in the order of arrival.
    pub ticket: Ticket,
    /// When it came.
    pub admitted_at: Millis,
    /// Packages in the lanes when it came.
    pub joined: LaneTotals,
    /// Its link; empty after the end.
    pub owner_link: OwnerLink,
    /// How its job stands with the queue.
    pub dispatch: Dispatch,
    /// Where it is. A failed run keeps the stage that it failed in.
    pub stage: Stage,
    /// 0 to 100 within the stage.
    pub progress: Option<u8>,
    /// Leases so far, except those that were refunded.
    pub attempts: u32,
    /// The number of the last lease. It outlives the run.
    pub lease_number: i64,
    /// The last lease, unless it was released.
    pub lease: Option<CurrentLease>,
    /// The last attempt, if there was one.
    pub last_attempt: Option<LastAttempt>,
    /// Its end, if it has ended.
    pub end: Option<End>,
}

/// What became of a run that was rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollback {
    /// The run is confirmed, ended or not the current one: nothing changed.
    Rejected,
    /// The package is to be erased.
    Erase,
    /// The run has failed, because its package keeps its lane.
    Failed,
}

impl Run {
    /// The run that begins if the package is unknown or its last run failed. `ticket` is called only then.
    ///
    /// # Errors
    /// The run that the package is in already.
    pub fn admit<'a>(
        known: Option<&'a Self>,
        new: &NewPackage,
        ticket: impl FnOnce() -> Ticket,
        now: Millis,
    ) -> Result<Self, &'a Self> {
        if let Some(known) = known.filter(|known| !matches!(known.outcome(), Some(Outcome::Failed(_)))) {
            return Err(known);
        }
        Ok(Self {
            package: new.package,
            id: new.run,
            lane: known.map_or(Lane::Standard, |known| known.lane),
            ticket: ticket(),
            admitted_at: now,
            joined: new.joined,
            owner_link: new.owner_link.clone(),
            dispatch: Dispatch::unconfirmed(now),
            stage: Stage::Locked,
            progress: None,
            attempts: 0,
            lease_number: known.map_or(0, |known| known.lease_number),
            lease: None,
            last_attempt: None,
            end: None,
        })
    }

    /// Records that the queue took the job in this epoch. The lane of the package; `None` for another run.
    pub fn confirm(&mut self, run: RunId, epoch: &Epoch, now: Millis) -> Option<Lane> {
        let epoch = Some(epoch.clone());
        (self.id == run).then(|| {
            self.dispatch = Dispatch { epoch, at: now };
            self.lane
        })
    }

    /// Records that the queue may not have the job any more. False for another run, or an ended one.
    pub fn mark_undispatched(&mut self, run: RunId, now: Millis) -> bool {
        let is_unfinished = self.id == run && self.end.is_none();
        if is_unfinished {
            self.dispatch = Dispatch::unconfirmed(now);
        }
        is_unfinished
    }

    /// Takes the admission of a run back that the queue did not confirm.
    pub fn rollback_admission(&mut self, run: RunId, now: Millis) -> Rollback {
        if self.id != run || self.end.is_some() || self.dispatch.epoch.is_some() {
            return Rollback::Rejected;
        }
        match self.lane {
            Lane::Standard => Rollback::Erase,
            Lane::Premium => {
                self.finish_with(Outcome::Failed(Failure::not_queued()), now);
                Rollback::Failed
            }
        }
    }

    /// Moves the package to the premium lane, behind those that wait there. The current run.
    pub fn upgrade(&mut self, ticket: impl FnOnce() -> Ticket) -> RunId {
        if self.lane == Lane::Standard && self.end.is_none() {
            self.ticket = ticket();
        }
        self.lane = Lane::Premium;
        self.id
    }

    /// Fails an unfinished run, which its operator does not want to be processed. False for one that has ended.
    pub fn cancel(&mut self, now: Millis) -> bool {
        let is_unfinished = self.end.is_none();
        if is_unfinished {
            self.finish_with(Outcome::Failed(Failure::cancelled()), now);
        }
        is_unfinished
    }

    /// Fails a processed run whose result is gone. False for another run, or one that is not processed.
    pub fn mark_result_lost(&mut self, run: RunId, now: Millis) -> bool {
        let is_processed = self.id == run && self.blob().is_some();
        if is_processed {
            self.finish_with(Outcome::Failed(Failure::result_lost()), now);
        }
        is_processed
    }

    /// Whether the run ended at least this long ago.
    #[must_use]
    pub fn is_expired(&self, retention: Duration, now: Millis) -> bool {
        self.end.as_ref().is_some_and(|end| now.is_past(end.at, retention))
    }

    /// What is left when the package is erased.
    #[must_use]
    pub fn deleted(&self) -> DeletedPackage {
        let (run, blob) = (self.id, self.blob());
        DeletedPackage { run, blob }
    }

    /// How the run ended, if it has ended.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        self.end.as_ref().map(|end| &end.outcome)
    }

    /// The result of a processed run.
    #[must_use]
    pub fn result(&self) -> Option<&StoredResult> {
        match self.outcome() {
            Some(Outcome::Processed(result)) => Some(result),
            _ => None,
        }
    }

    fn blob(&self) -> Option<BlobKey> {
        self.result().map(|result| result.blob)
    }

    /// Nobody needs the link or the lease of an ended run.
    pub(super) fn finish_with(&mut self, outcome: Outcome, now: Millis) {
        self.end = Some(End { at: now, outcome });
        self.lease = None;
        self.progress = None;
        self.owner_link = OwnerLink::default();
    }
}
