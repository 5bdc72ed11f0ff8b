//! What is known of one package.

use std::time::Duration;

use dumpus_ports::blobs::BlobKey;
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::queue::{Lane, Ticket};
use dumpus_ports::domain::time::Millis;
use dumpus_ports::registry::{DeletedPackage, Dispatch, Epoch, Lease, LeaseRequest, NewPackage, Outcome, Package};

use super::super::is_past;

pub(super) struct Row {
    pub(super) admission: NewPackage,
    pub(super) lane: Lane,
    pub(super) ticket: Ticket,
    pub(super) stage: Stage,
    pub(super) progress: Option<u8>,
    pub(super) attempts: u32,
    pub(super) lease_number: i64,
    pub(super) lease_until: Option<Millis>,
    pub(super) lease_request: Option<LeaseRequest>,
    pub(super) epoch: Option<Epoch>,
    pub(super) dispatched: Millis,
    pub(super) end: Option<(Millis, Outcome)>,
}

impl Row {
    pub(super) fn new(admission: &NewPackage, lane: Lane, ticket: Ticket, lease_number: i64, now: Millis) -> Self {
        Self {
            admission: admission.clone(),
            lane,
            ticket,
            stage: Stage::Locked,
            progress: None,
            attempts: 0,
            lease_number,
            lease_until: None,
            lease_request: None,
            epoch: None,
            dispatched: now,
            end: None,
        }
    }

    pub(super) fn is_held_by(&self, lease: &Lease) -> bool {
        self.admission.run == lease.run
            && self.lease_number == lease.number
            && self.lease_until.is_some()
            && self.end.is_none()
    }

    pub(super) fn end(&mut self, now: Millis, outcome: Outcome) {
        self.end = Some((now, outcome));
        self.lease_until = None;
        self.progress = None;
        self.admission.owner_link.clear();
    }

    pub(super) fn is_leased(&self, now: Millis) -> bool {
        self.lease_until.is_some_and(|until| until > now)
    }

    pub(super) fn is_failed(&self) -> bool {
        matches!(self.end, Some((_, Outcome::Failed { .. })))
    }

    /// Whether nobody works on it, and its job is lost or unconfirmed for so long that it does not count any more. What
    /// was dispatched since is not lost: whoever asks may know an older epoch than the one who dispatched it.
    pub(super) fn is_lost(&self, epoch: &Epoch, is_old_epoch: bool, lost_after: Duration, now: Millis) -> bool {
        let is_missing = self.epoch.as_ref().is_none_or(|queued| queued != epoch && is_old_epoch);
        is_missing && !self.is_leased(now) && is_past(now, self.dispatched, lost_after)
    }

    pub(super) fn blob(&self) -> Option<BlobKey> {
        match &self.end {
            Some((_, Outcome::Processed(result))) => Some(result.blob),
            _ => None,
        }
    }

    pub(super) fn package(&self, now: Millis) -> Package {
        let age = u64::try_from(now.0 - self.dispatched.0).unwrap_or(0);
        Package {
            id: self.admission.package,
            run: self.admission.run,
            lane: self.lane,
            ticket: self.ticket,
            stage: self.stage,
            progress: self.progress,
            attempts: self.attempts,
            joined: self.admission.joined,
            owner_link: self.admission.owner_link.clone(),
            dispatch: match &self.epoch {
                Some(epoch) => Dispatch::Queued(epoch.clone()),
                None => Dispatch::Unconfirmed(Duration::from_millis(age)),
            },
            is_leased: self.is_leased(now),
            outcome: self.end.as_ref().map(|(_, outcome)| outcome.clone()),
        }
    }

    pub(super) fn deleted(&self) -> DeletedPackage {
        DeletedPackage {
            run: self.admission.run,
            blob: self.blob(),
        }
    }
}
