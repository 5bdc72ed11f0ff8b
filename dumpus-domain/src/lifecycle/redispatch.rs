//! When a job has to be pushed again, and when its package is no longer counted in the queue.

use std::time::Duration;

use super::{Dispatch, Epoch, RedispatchPolicy, Run};
use crate::package::RunId;
use crate::queue::{Lane, Ticket};
use crate::time::Millis;

impl Run {
    /// Whether the job has to be pushed again: the package waits, and the queue lost its job or does not confirm it.
    #[must_use]
    pub fn needs_redispatch(&self, epoch: &Epoch, policy: &RedispatchPolicy, now: Millis) -> bool {
        let is_missing = match &self.dispatch.epoch {
            Some(queued) => queued != epoch,
            None => now.is_past(self.dispatch.at, policy.unconfirmed_for),
        };
        is_missing && self.is_waiting(now)
    }

    /// Whether the package waits and its job has been missing for [`RedispatchPolicy::lost_after`]: unconfirmed, or queued
    /// in another epoch than the one that was first seen at `first_seen`. A job that was dispatched since is not lost: the
    /// caller may know an older epoch than the process that dispatched it.
    #[must_use]
    pub fn is_lost_for_long(&self, epoch: &Epoch, first_seen: Millis, policy: &RedispatchPolicy, now: Millis) -> bool {
        let is_missing = match &self.dispatch.epoch {
            Some(queued) => queued != epoch && now.is_past(first_seen, policy.lost_after),
            None => true,
        };
        is_missing && self.is_waiting(now) && now.is_past(self.dispatch.at, policy.lost_after)
    }

    /// Whether no worker holds the unfinished package.
    #[must_use]
    pub fn is_waiting(&self, now: Millis) -> bool {
        self.end.is_none() && !self.is_leased(now)
    }

    /// Whether the package waits, and its job was dispatched this long ago: its owner has not returned since.
    #[must_use]
    pub fn is_abandoned(&self, age: Duration, now: Millis) -> bool {
        self.is_waiting(now) && now.is_past(self.dispatch.at, age)
    }

    /// Claims the right to push the job again: it is unconfirmed from now on. A package that was lost for long gets a new
    /// ticket. The lane of the package; `None` when there is nothing to push.
    pub fn claim_redispatch(
        &mut self,
        run: RunId,
        epoch: &Epoch,
        first_seen: Millis,
        policy: &RedispatchPolicy,
        ticket: impl FnOnce() -> Ticket,
        now: Millis,
    ) -> Option<Lane> {
        if self.id != run || !self.needs_redispatch(epoch, policy, now) {
            return None;
        }
        if self.is_lost_for_long(epoch, first_seen, policy, now) {
            self.ticket = ticket();
        }
        self.dispatch = Dispatch::unconfirmed(now);
        Some(self.lane)
    }
}
