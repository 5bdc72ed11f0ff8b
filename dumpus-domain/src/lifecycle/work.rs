//! What a worker does to a run.

use std::time::Duration;

use super::{
    Attempt, CurrentLease, Dispatch, Failure, IllegalStep, LastAttempt, Lease, LeaseOutcome, LeaseRequest, Outcome,
    Run, Stage, StoredResult,
};
use crate::package::RunId;
use crate::time::Millis;

impl Run {
    /// Grants a lease to a job of this run unless another one is unexpired. A repeated request gets the lease that it has.
    ///
    /// A job of another run gets none, and makes this one unconfirmed: if its push was delayed while the package was deleted
    /// and submitted again, it may have replaced this run's job in the queue.
    pub fn lease(&mut self, run: RunId, request: LeaseRequest, length: Duration, now: Millis) -> LeaseOutcome {
        if self.end.is_some() {
            return LeaseOutcome::Stale;
        }
        if self.id != run {
            if self.dispatch.epoch.is_some() {
                self.dispatch = Dispatch::unconfirmed(now);
            }
            return LeaseOutcome::Stale;
        }
        let is_repeated = self.lease.is_some_and(|lease| lease.request == Some(request.id));
        if !is_repeated {
            if self.is_leased(now) {
                return LeaseOutcome::AlreadyLeased;
            }
            self.lease_number += 1;
            self.attempts += 1;
            self.last_attempt = Some(LastAttempt {
                worker: request.worker,
                leased_at: now,
                downloading_at: None,
                analyzing_at: None,
            });
        }
        self.lease = Some(CurrentLease {
            request: Some(request.id),
            until: now.plus(length),
        });
        LeaseOutcome::Granted(Lease {
            package: self.package,
            run,
            number: self.lease_number,
            attempt: self.attempts,
        })
    }

    /// Whether a lease is unexpired.
    #[must_use]
    pub fn is_leased(&self, now: Millis) -> bool {
        self.lease.is_some_and(|lease| lease.until > now)
    }

    /// Whether the lease is still the worker's. It stays so after it has expired, until another one is granted.
    #[must_use]
    pub fn is_held_by(&self, lease: &Lease) -> bool {
        self.lease.is_some() && self.was_held_by(lease)
    }

    /// Makes the lease last `length` from now. False when it is not the worker's any more, here and below.
    pub fn extend(&mut self, lease: &Lease, length: Duration, now: Millis) -> bool {
        let is_held = self.is_held_by(lease);
        if let Some(lease) = self.lease.as_mut().filter(|_| is_held) {
            lease.until = now.plus(length);
        }
        is_held
    }

    /// Ends the lease without a result: the package waits again, in its old place.
    pub fn release(&mut self, lease: &Lease, attempt: Attempt) -> bool {
        let is_held = self.is_held_by(lease);
        if is_held {
            self.lease = None;
            self.stage = Stage::Locked;
            self.progress = None;
            self.attempts -= u32::from(attempt == Attempt::Refunded);
        }
        is_held
    }

    /// Ends a lease whose holder is dead, like a release whose attempt is counted: the package may be what killed it.
    pub fn end_lease(&mut self) {
        if self.lease.take().is_some() {
            self.stage = Stage::Locked;
            self.progress = None;
        }
    }

    /// Goes to a stage, with progress 0.
    ///
    /// # Errors
    /// [`IllegalStep`] when the stage does not follow the current one, or only a result leads to it.
    pub fn step(&mut self, lease: &Lease, to: Stage, now: Millis) -> Result<bool, IllegalStep> {
        if !self.is_held_by(lease) {
            return Ok(false);
        }
        let from = self.stage;
        if to == Stage::Processed {
            return Err(IllegalStep { from, to });
        }
        self.stage = from.step(to)?;
        self.progress = Some(0);
        if let Some(attempt) = &mut self.last_attempt {
            match to {
                Stage::Downloading => attempt.downloading_at = Some(now),
                Stage::Analyzing => attempt.analyzing_at = Some(now),
                Stage::Locked | Stage::Processed => {}
            }
        }
        Ok(true)
    }

    /// Records progress within the stage; more than 100 is 100.
    pub fn progress(&mut self, lease: &Lease, percent: u8) -> bool {
        let is_held = self.is_held_by(lease);
        if is_held {
            self.progress = Some(percent.min(100));
        }
        is_held
    }

    /// Ends the run with a result. Also true when the same call already did, and its answer was lost.
    ///
    /// # Errors
    /// [`IllegalStep`] when the package is not being analysed.
    pub fn finish(&mut self, lease: &Lease, result: &StoredResult, now: Millis) -> Result<bool, IllegalStep> {
        if !self.is_held_by(lease) {
            return Ok(self.is_finished_by(lease, result));
        }
        self.stage = self.stage.step(Stage::Processed)?;
        self.finish_with(Outcome::Processed(result.clone()), now);
        Ok(true)
    }

    /// Whether the holder of the lease ended the run with this result.
    #[must_use]
    pub fn is_finished_by(&self, lease: &Lease, result: &StoredResult) -> bool {
        self.was_held_by(lease) && self.result() == Some(result)
    }

    /// Ends the run with an error.
    pub fn fail(&mut self, lease: &Lease, failure: &Failure, now: Millis) -> bool {
        let is_held = self.is_held_by(lease);
        if is_held {
            self.finish_with(Outcome::Failed(failure.clone()), now);
        }
        is_held
    }

    fn was_held_by(&self, lease: &Lease) -> bool {
        self.package == lease.package && self.id == lease.run && self.lease_number == lease.number
    }
}
