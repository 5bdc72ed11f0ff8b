//! The registry in memory.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::blobs::BlobKey;
use dumpus_ports::clock::Clock;
use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::lifecycle::{IllegalStep, Stage};
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{Lane, QueueSnapshot, Ticket};
use dumpus_ports::domain::time::Millis;
use dumpus_ports::registry::{
    Admission, Attempt, DeletedPackage, Epoch, Lease, LeaseOutcome, LeaseRegistry, LeaseRequest, NOT_QUEUED,
    NewPackage, Outcome, Package, PackageRegistry, RegistryError, RegistryMaintenance, SecretStore, StoredResult,
};

use super::{after, is_past};

mod row;

use row::Row;

/// The registry in memory. Its clock is the one it is given.
pub struct MemoryRegistry {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rows: HashMap<PackageId, Row>,
    tickets: Ticket,
    epochs: HashMap<Epoch, Millis>,
    secrets: HashMap<String, [u8; 32]>,
}

impl MemoryRegistry {
    /// No packages yet; all times are this clock's.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let state = Mutex::default();
        Self { clock, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the row of a lease that is still the worker's.
    fn change<T>(&self, lease: &Lease, change: impl FnOnce(&mut Row, Millis) -> T) -> Option<T> {
        let now = self.clock.now();
        let mut state = self.state();
        let row = state.rows.get_mut(&lease.package).filter(|row| row.is_held_by(lease))?;
        Some(change(row, now))
    }
}

impl State {
    fn next_ticket(&mut self) -> Ticket {
        self.tickets += 1;
        self.tickets
    }

    fn current(&mut self, package: PackageId, run: RunId) -> Option<&mut Row> {
        self.rows.get_mut(&package).filter(|row| row.admission.run == run)
    }

    /// Whether the epoch has been known for so long; from now on it is known.
    fn is_known_for(&mut self, epoch: &Epoch, length: Duration, now: Millis) -> bool {
        let seen = *self.epochs.entry(epoch.clone()).or_insert(now);
        is_past(now, seen, length)
    }
}

fn illegal(step: IllegalStep) -> RegistryError {
    RegistryError::Failed(step.into())
}

#[async_trait]
impl PackageRegistry for MemoryRegistry {
    async fn admit(&self, admission: &NewPackage) -> Result<Admission, RegistryError> {
        let now = self.clock.now();
        let mut state = self.state();
        let earlier = state.rows.get(&admission.package);
        if let Some(row) = earlier.filter(|row| !row.is_failed()) {
            return Ok(Admission::AlreadyExists(row.package(now)));
        }
        let lane = earlier.map_or(Lane::Standard, |row| row.lane);
        let lease_number = earlier.map_or(0, |row| row.lease_number);
        let replaced = earlier.and_then(Row::blob);
        let ticket = state.next_ticket();
        let row = Row::new(admission, lane, ticket, lease_number, now);
        state.rows.insert(admission.package, row);
        Ok(Admission::Started { lane, ticket, replaced })
    }

    async fn confirm(&self, package: PackageId, run: RunId, epoch: &Epoch) -> Result<Option<Lane>, RegistryError> {
        let now = self.clock.now();
        let mut state = self.state();
        Ok(state.current(package, run).map(|row| {
            row.epoch = Some(epoch.clone());
            row.dispatched = now;
            row.lane
        }))
    }

    async fn mark_undispatched(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError> {
        let now = self.clock.now();
        let mut state = self.state();
        let Some(row) = state.current(package, run).filter(|row| row.end.is_none()) else {
            return Ok(false);
        };
        row.epoch = None;
        row.dispatched = now;
        Ok(true)
    }

    async fn rollback_admission(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError> {
        let now = self.clock.now();
        let mut state = self.state();
        let Some(row) = state.current(package, run).filter(|row| row.epoch.is_none()) else {
            return Ok(false);
        };
        if row.lane == Lane::Standard {
            state.rows.remove(&package);
        } else if row.end.is_some() {
            return Ok(false);
        } else {
            let (code, detail) = (ErrorCode::ServerError, Some(NOT_QUEUED.to_owned()));
            row.end(now, Outcome::Failed { code, detail });
        }
        Ok(true)
    }

    async fn find(&self, package: PackageId) -> Result<Option<Package>, RegistryError> {
        let now = self.clock.now();
        Ok(self.state().rows.get(&package).map(|row| row.package(now)))
    }

    async fn claim_redispatch(
        &self,
        package: PackageId,
        run: RunId,
        older_than: Duration,
        epoch: &Epoch,
        lost_after: Duration,
    ) -> Result<Option<Lane>, RegistryError> {
        let now = self.clock.now();
        let mut state = self.state();
        let is_old_epoch = state.is_known_for(epoch, lost_after, now);
        let ticket = state.tickets + 1;
        let Some(row) = state.current(package, run) else {
            return Ok(None);
        };
        let is_missing = match &row.epoch {
            Some(queued) => queued != epoch,
            None => is_past(now, row.dispatched, older_than),
        };
        if row.end.is_some() || row.is_leased(now) || !is_missing {
            return Ok(None);
        }
        let is_lost = row.is_lost(epoch, is_old_epoch, lost_after, now);
        row.epoch = None;
        row.dispatched = now;
        let lane = row.lane;
        if is_lost {
            row.ticket = ticket;
            state.tickets = ticket;
        }
        Ok(Some(lane))
    }

    async fn mark_result_lost(&self, package: PackageId, run: RunId, detail: &str) -> Result<bool, RegistryError> {
        let now = self.clock.now();
        let mut state = self.state();
        let Some(row) = state.current(package, run).filter(|row| row.blob().is_some()) else {
            return Ok(false);
        };
        let (code, detail) = (ErrorCode::ServerError, Some(detail.to_owned()));
        row.end(now, Outcome::Failed { code, detail });
        Ok(true)
    }

    async fn delete(&self, package: PackageId) -> Result<Option<DeletedPackage>, RegistryError> {
        Ok(self.state().rows.remove(&package).map(|row| row.deleted()))
    }

    async fn upgrade(&self, package: PackageId) -> Result<Option<RunId>, RegistryError> {
        let mut state = self.state();
        let ticket = state.tickets + 1;
        let Some(row) = state.rows.get_mut(&package) else {
            return Ok(None);
        };
        let run = row.admission.run;
        let moves = row.lane == Lane::Standard && row.end.is_none();
        row.lane = Lane::Premium;
        if moves {
            row.ticket = ticket;
            state.tickets = ticket;
        }
        Ok(Some(run))
    }

    async fn queue_snapshot(&self, epoch: &Epoch, lost_after: Duration) -> Result<QueueSnapshot, RegistryError> {
        let now = self.clock.now();
        let mut state = self.state();
        let is_old_epoch = state.is_known_for(epoch, lost_after, now);
        let unfinished = state.rows.values().filter(|row| row.end.is_none());
        let waiting = unfinished.filter(|row| !row.is_lost(epoch, is_old_epoch, lost_after, now));
        Ok(QueueSnapshot::new(waiting.map(|row| (row.lane, row.ticket))))
    }

    async fn ping(&self) -> Result<(), RegistryError> {
        Ok(())
    }
}

#[async_trait]
impl LeaseRegistry for MemoryRegistry {
    async fn lease(
        &self,
        package: PackageId,
        run: RunId,
        request: LeaseRequest,
        length: Duration,
    ) -> Result<LeaseOutcome, RegistryError> {
        let now = self.clock.now();
        let mut state = self.state();
        let Some(row) = state.rows.get_mut(&package).filter(|row| row.end.is_none()) else {
            return Ok(LeaseOutcome::Stale);
        };
        if row.admission.run != run {
            if row.epoch.take().is_some() {
                row.dispatched = now;
            }
            return Ok(LeaseOutcome::Stale);
        }
        let is_repeated = row.lease_until.is_some() && row.lease_request == Some(request);
        if row.is_leased(now) && !is_repeated {
            return Ok(LeaseOutcome::AlreadyLeased);
        }
        if !is_repeated {
            row.lease_number += 1;
            row.attempts += 1;
        }
        row.lease_request = Some(request);
        row.lease_until = Some(after(now, length));
        Ok(LeaseOutcome::Granted(Lease {
            package,
            run,
            number: row.lease_number,
            attempt: row.attempts,
        }))
    }

    async fn extend(&self, lease: &Lease, length: Duration) -> Result<bool, RegistryError> {
        let extended = self.change(lease, |row, now| row.lease_until = Some(after(now, length)));
        Ok(extended.is_some())
    }

    async fn release(&self, lease: &Lease, attempt: Attempt) -> Result<bool, RegistryError> {
        let given = self.change(lease, |row, _| {
            row.lease_until = None;
            row.stage = Stage::Locked;
            row.progress = None;
            row.attempts -= u32::from(attempt == Attempt::Refunded);
        });
        Ok(given.is_some())
    }

    async fn step(&self, lease: &Lease, to: Stage) -> Result<bool, RegistryError> {
        if to == Stage::Processed {
            return Err(RegistryError::Failed("only a result makes a package processed".into()));
        }
        let step = self.change(lease, |row, _| {
            row.stage = row.stage.step(to)?;
            row.progress = Some(0);
            Ok(())
        });
        step.map_or(Ok(false), |step| step.map(|()| true).map_err(illegal))
    }

    async fn progress(&self, lease: &Lease, percent: u8) -> Result<bool, RegistryError> {
        let told = self.change(lease, |row, _| row.progress = Some(percent.min(100)));
        Ok(told.is_some())
    }

    async fn finish(&self, lease: &Lease, result: &StoredResult) -> Result<bool, RegistryError> {
        let finished = self.change(lease, |row, now| {
            row.stage = row.stage.step(Stage::Processed)?;
            row.end(now, Outcome::Processed(result.clone()));
            Ok(true)
        });
        // An earlier call may have recorded it.
        let is_recorded = || {
            let mut state = self.state();
            let row = state.current(lease.package, lease.run);
            row.is_some_and(|row| matches!(&row.end, Some((_, Outcome::Processed(recorded))) if recorded == result))
        };
        finished.unwrap_or_else(|| Ok(is_recorded())).map_err(illegal)
    }

    async fn fail(&self, lease: &Lease, code: ErrorCode, detail: &str) -> Result<bool, RegistryError> {
        let detail = Some(detail.to_owned());
        let failed = self.change(lease, |row, now| row.end(now, Outcome::Failed { code, detail }));
        Ok(failed.is_some())
    }

    async fn is_current(&self, lease: &Lease) -> Result<bool, RegistryError> {
        Ok(self.change(lease, |_, _| ()).is_some())
    }
}

#[async_trait]
impl RegistryMaintenance for MemoryRegistry {
    async fn expire(&self, retention: Duration, limit: u32) -> Result<Vec<DeletedPackage>, RegistryError> {
        let now = self.clock.now();
        let mut state = self.state();
        let expired = state.rows.iter().filter_map(|(id, row)| {
            let (ended, _) = row.end.as_ref()?;
            is_past(now, *ended, retention).then_some((*ended, *id))
        });
        let mut expired: Vec<_> = expired.collect();
        expired.sort_unstable();
        let expired = expired.iter().take(limit as usize);
        let rows = expired.filter_map(|(_, id)| state.rows.remove(id));
        Ok(rows.map(|row| row.deleted()).collect())
    }

    async fn unreferenced(&self, blobs: &[BlobKey]) -> Result<Vec<BlobKey>, RegistryError> {
        let state = self.state();
        let is_referenced = |blob: &BlobKey| state.rows.values().any(|row| row.blob() == Some(*blob));
        Ok(blobs.iter().copied().filter(|blob| !is_referenced(blob)).collect())
    }
}

#[async_trait]
impl SecretStore for MemoryRegistry {
    async fn secret(&self, name: &str, candidate: [u8; 32]) -> Result<[u8; 32], RegistryError> {
        Ok(match self.state().secrets.entry(name.to_owned()) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(candidate),
        })
    }
}
