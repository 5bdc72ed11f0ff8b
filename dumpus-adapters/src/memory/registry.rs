//! The registry in memory: the functions of the domain's [`Run`] on a map.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::blobs::BlobKey;
use dumpus_ports::clock::Clock;
use dumpus_ports::domain::lifecycle::{IllegalStep, Rollback, Stage};
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{Lane, QueueSnapshot};
use dumpus_ports::domain::time::Millis;
use dumpus_ports::registry::{
    Admission, Attempt, DeletedPackage, Epoch, Failure, Lease, LeaseOutcome, LeaseRegistry, LeaseRequest, NewPackage,
    Overview, Package, PackageRegistry, RedispatchPolicy, RegistryError, RegistryMaintenance, Run, SecretStore,
    StoredResult, SweepClock, Volume,
};

mod operations;
mod state;

use state::State;

/// The registry in memory. Clones share it.
#[derive(Clone)]
pub struct MemoryRegistry {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

impl MemoryRegistry {
    /// A registry without packages, whose times are those of this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let state = Arc::default();
        Self { clock, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the package's run, if there is one, at this instant.
    fn change<T>(&self, package: PackageId, change: impl FnOnce(&mut Run, Millis) -> T) -> Option<T> {
        let now = self.clock.now();
        self.state().runs.get_mut(&package).map(|run| change(run, now))
    }

    /// Changes the package's run, if there is one, at this instant, and records its end if it ends.
    fn end<T>(&self, package: PackageId, volume: &Volume, change: impl FnOnce(&mut Run, Millis) -> T) -> Option<T> {
        let now = self.clock.now();
        self.state().end(package, volume, |run| change(run, now))
    }
}

fn illegal(step: IllegalStep) -> RegistryError {
    RegistryError::Failed(step.into())
}

#[async_trait]
impl PackageRegistry for MemoryRegistry {
    async fn admit(&self, admission: &NewPackage) -> Result<Admission, RegistryError> {
        let now = self.clock.now();
        let State { runs, tickets, .. } = &mut *self.state();
        let known = runs.get(&admission.package);
        match Run::admit(known, admission, || tickets.draw(), now) {
            Ok(run) => {
                let (lane, ticket) = (run.lane, run.ticket);
                runs.insert(admission.package, run);
                Ok(Admission::Started { lane, ticket })
            }
            Err(known) => {
                let run = known.clone();
                Ok(Admission::AlreadyExists(Box::new(Package { run, now })))
            }
        }
    }

    async fn confirm(&self, package: PackageId, run: RunId, epoch: &Epoch) -> Result<Option<Lane>, RegistryError> {
        let confirmed = self.change(package, |current, now| current.confirm(run, epoch, now));
        Ok(confirmed.flatten())
    }

    async fn mark_undispatched(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError> {
        let marked = self.change(package, |current, now| current.mark_undispatched(run, now));
        Ok(marked.unwrap_or(false))
    }

    async fn rollback_admission(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError> {
        let now = self.clock.now();
        let mut state = self.state();
        let rolled_back = state.end(package, &Volume::default(), |current| {
            current.rollback_admission(run, now)
        });
        let rolled_back = rolled_back.unwrap_or(Rollback::Rejected);
        if rolled_back == Rollback::Erase {
            state.runs.remove(&package);
            state.operations.forget(package);
        }
        Ok(rolled_back != Rollback::Rejected)
    }

    async fn find(&self, package: PackageId) -> Result<Option<Package>, RegistryError> {
        let now = self.clock.now();
        let run = self.state().runs.get(&package).cloned();
        Ok(run.map(|run| Package { run, now }))
    }

    async fn claim_redispatch(
        &self,
        package: PackageId,
        run: RunId,
        epoch: &Epoch,
        policy: &RedispatchPolicy,
    ) -> Result<Option<Lane>, RegistryError> {
        let now = self.clock.now();
        let State {
            runs, tickets, epochs, ..
        } = &mut *self.state();
        let first_seen = epochs.first_seen(epoch, policy, now);
        let current = runs.get_mut(&package);
        Ok(
            current
                .and_then(|current| current.claim_redispatch(run, epoch, first_seen, policy, || tickets.draw(), now)),
        )
    }

    async fn mark_result_lost(&self, package: PackageId, run: RunId) -> Result<bool, RegistryError> {
        let marked = self.change(package, |current, now| current.mark_result_lost(run, now));
        Ok(marked.unwrap_or(false))
    }

    async fn cancel(&self, package: PackageId) -> Result<Option<RunId>, RegistryError> {
        let cancelled = self.end(package, &Volume::default(), |run, now| {
            run.cancel(now).then_some(run.id)
        });
        Ok(cancelled.flatten())
    }

    async fn delete(&self, package: PackageId) -> Result<Option<DeletedPackage>, RegistryError> {
        let mut state = self.state();
        state.operations.forget(package);
        Ok(state.runs.remove(&package).map(|run| run.deleted()))
    }

    async fn upgrade(&self, package: PackageId) -> Result<Option<RunId>, RegistryError> {
        let State { runs, tickets, .. } = &mut *self.state();
        Ok(runs.get_mut(&package).map(|run| run.upgrade(|| tickets.draw())))
    }

    async fn queue_snapshot(&self, epoch: &Epoch, policy: &RedispatchPolicy) -> Result<QueueSnapshot, RegistryError> {
        let now = self.clock.now();
        let State { runs, epochs, .. } = &mut *self.state();
        let first_seen = epochs.first_seen(epoch, policy, now);
        let unfinished = runs.values().filter(|run| run.end.is_none());
        let counted = unfinished.filter(|run| !run.is_lost_for_long(epoch, first_seen, policy, now));
        Ok(QueueSnapshot::new(counted.map(|run| (run.lane, run.ticket))))
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
        let leased = self.change(package, |current, now| current.lease(run, request, length, now));
        Ok(leased.unwrap_or(LeaseOutcome::Stale))
    }

    async fn extend(&self, lease: &Lease, length: Duration) -> Result<bool, RegistryError> {
        let extended = self.change(lease.package, |run, now| run.extend(lease, length, now));
        Ok(extended.unwrap_or(false))
    }

    async fn release(&self, lease: &Lease, attempt: Attempt) -> Result<bool, RegistryError> {
        let released = self.change(lease.package, |run, _| run.release(lease, attempt));
        Ok(released.unwrap_or(false))
    }

    async fn step(&self, lease: &Lease, to: Stage) -> Result<bool, RegistryError> {
        let stepped = self.change(lease.package, |run, now| run.step(lease, to, now));
        stepped.unwrap_or(Ok(false)).map_err(illegal)
    }

    async fn progress(&self, lease: &Lease, percent: u8) -> Result<bool, RegistryError> {
        let recorded = self.change(lease.package, |run, _| run.progress(lease, percent));
        Ok(recorded.unwrap_or(false))
    }

    async fn finish(&self, lease: &Lease, result: &StoredResult, volume: &Volume) -> Result<bool, RegistryError> {
        let finished = self.end(lease.package, volume, |run, now| run.finish(lease, result, now));
        finished.unwrap_or(Ok(false)).map_err(illegal)
    }

    async fn fail(&self, lease: &Lease, failure: &Failure) -> Result<bool, RegistryError> {
        let failed = self.end(lease.package, &Volume::default(), |run, now| {
            run.fail(lease, failure, now)
        });
        Ok(failed.unwrap_or(false))
    }

    async fn is_current(&self, lease: &Lease) -> Result<bool, RegistryError> {
        let current = self.change(lease.package, |run, _| run.is_held_by(lease));
        Ok(current.unwrap_or(false))
    }
}

#[async_trait]
impl RegistryMaintenance for MemoryRegistry {
    async fn expire(&self, retention: Duration, limit: u32) -> Result<Vec<DeletedPackage>, RegistryError> {
        let now = self.clock.now();
        let ended_at = |run: &Run| run.end.as_ref().map(|end| end.at);
        Ok(self
            .state()
            .erase(limit, ended_at, |run| run.is_expired(retention, now)))
    }

    async fn expire_abandoned(&self, age: Duration, limit: u32) -> Result<Vec<DeletedPackage>, RegistryError> {
        let now = self.clock.now();
        let dispatched_at = |run: &Run| run.dispatch.at;
        Ok(self
            .state()
            .erase(limit, dispatched_at, |run| run.is_abandoned(age, now)))
    }

    async fn check_clock(&self) -> Result<SweepClock, RegistryError> {
        let (now, mut state) = (self.clock.now(), self.state());
        let clock = state
            .sweep_clock
            .map_or_else(|| SweepClock::trusted(now), |clock| clock.tick(now));
        state.sweep_clock = Some(clock);
        Ok(clock)
    }

    async fn trust_clock(&self) -> Result<(), RegistryError> {
        self.state().sweep_clock = Some(SweepClock::trusted(self.clock.now()));
        Ok(())
    }

    async fn overview(&self, window: Duration) -> Result<Overview, RegistryError> {
        let now = self.clock.now();
        let state = self.state();
        Ok(Overview::of(state.runs.values(), &state.operations.runs, window, now))
    }

    async fn probe(&self) -> Result<(), RegistryError> {
        Ok(())
    }

    async fn end_leases(&self) -> Result<u64, RegistryError> {
        let mut state = self.state();
        let leased = state
            .runs
            .values_mut()
            .filter(|run| run.lease.is_some() && run.end.is_none());
        Ok(leased.map(Run::end_lease).count() as u64)
    }

    async fn unreferenced(&self, blobs: &[BlobKey]) -> Result<Vec<BlobKey>, RegistryError> {
        let state = self.state();
        let is_referenced = |blob: &BlobKey| {
            let mut results = state.runs.values().filter_map(Run::result);
            results.any(|result| result.blob == *blob)
        };
        Ok(blobs.iter().copied().filter(|blob| !is_referenced(blob)).collect())
    }
}

#[async_trait]
impl SecretStore for MemoryRegistry {
    async fn secret(&self, name: &str, candidate: [u8; 32]) -> Result<[u8; 32], RegistryError> {
        Ok(*self.state().secrets.entry(name.to_owned()).or_insert(candidate))
    }
}
