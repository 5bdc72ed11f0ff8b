//! Processes, history and audit log of the registry in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::domain::audit::{Action, AuditEntry, Target};
use dumpus_ports::domain::history::{Hour, HourStatistics};
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::process::{Heartbeat, Process, ProcessId};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::domain::time::{DAY, Millis};
use dumpus_ports::registry::{
    AuditLog, JobOrder, Orders, ProcessRegistry, Processes, RegistryError, RunHistory, RunPage, RunRecord,
};

use super::MemoryRegistry;

/// How many processes are kept that are offline.
const OFFLINE: usize = 100;
/// How long audit entries are kept.
const AUDIT_KEPT: Duration = Duration::from_millis(366 * DAY.unsigned_abs());

#[derive(Default)]
pub(super) struct Operations {
    /// Runs that have ended.
    pub(super) runs: Vec<RunRecord>,
    hours: BTreeMap<(Hour, Lane), HourStatistics>,
    processes: BTreeMap<ProcessId, Process>,
    paused: BTreeSet<Lane>,
    orders: Vec<JobOrder>,
    audit: Vec<AuditEntry>,
}

impl Operations {
    /// Removes the id of a package that is deleted.
    pub(super) fn forget(&mut self, package: PackageId) {
        for run in self.runs.iter_mut().filter(|run| run.package == Some(package)) {
            run.package = None;
        }
        self.orders.retain(|order| order.package != package);
        for entry in &mut self.audit {
            if entry.target == Target::Package(Some(package)) {
                entry.target = Target::Package(None);
            }
        }
    }
}

#[async_trait]
impl RunHistory for MemoryRegistry {
    async fn runs(&self, page: &RunPage) -> Result<Vec<RunRecord>, RegistryError> {
        let state = self.state();
        let place = |run: &RunRecord| (run.ended_at, run.run);
        let is_on_page = |run: &&RunRecord| {
            (page.from..page.until).contains(&run.ended_at) && page.after.is_none_or(|after| place(run) > after)
        };
        let mut runs: Vec<_> = state.operations.runs.iter().filter(is_on_page).cloned().collect();
        runs.sort_by_key(place);
        runs.truncate(page.limit as usize);
        Ok(runs)
    }

    async fn runs_of(&self, package: PackageId) -> Result<Vec<RunRecord>, RegistryError> {
        let state = self.state();
        let runs = state.operations.runs.iter();
        let mut runs: Vec<_> = runs.filter(|run| run.package == Some(package)).cloned().collect();
        runs.sort_by_key(|run| (run.ended_at, run.run));
        Ok(runs.split_off(runs.len().saturating_sub(10)))
    }

    async fn now(&self) -> Result<Millis, RegistryError> {
        Ok(self.clock.now())
    }

    async fn last_hour(&self) -> Result<Option<Hour>, RegistryError> {
        let last = self.state().operations.hours.last_key_value().map(|(key, _)| key.0);
        Ok(last)
    }

    async fn record_hour(&self, hour: Hour, lanes: &BTreeMap<Lane, HourStatistics>) -> Result<(), RegistryError> {
        let lanes = lanes
            .iter()
            .map(|(lane, statistics)| ((hour, *lane), statistics.clone()));
        self.state().operations.hours.extend(lanes);
        Ok(())
    }

    async fn hours(&self, from: Hour, until: Hour) -> Result<Vec<(Hour, Lane, HourStatistics)>, RegistryError> {
        let state = self.state();
        let hours = state.operations.hours.iter();
        let hours = hours.filter(|((hour, _), _)| (from..until).contains(hour));
        let mut hours: Vec<_> = hours
            .map(|((hour, lane), statistics)| (*hour, *lane, statistics.clone()))
            .collect();
        hours.sort_by_key(|(hour, lane, _)| (*hour, lane.as_str()));
        Ok(hours)
    }

    async fn prune(&self, runs: Duration, hours: Duration) -> Result<(), RegistryError> {
        let now = self.clock.now();
        let operations = &mut self.state().operations;
        operations.runs.retain(|run| !now.is_past(run.ended_at, runs));
        operations
            .hours
            .retain(|(hour, _), _| !now.is_past(hour.start(), hours));
        Ok(())
    }
}

#[async_trait]
impl ProcessRegistry for MemoryRegistry {
    async fn beat(&self, heartbeat: &Heartbeat) -> Result<Orders, RegistryError> {
        let now = self.clock.now();
        let operations = &mut self.state().operations;
        let process = operations.processes.entry(heartbeat.id).or_insert_with(|| Process {
            started_at: now,
            seen_at: now,
            is_drained: false,
            last: heartbeat.clone(),
        });
        process.seen_at = now;
        process.last = heartbeat.clone();
        Ok(Orders {
            is_drained: process.is_drained,
            paused: operations.paused.iter().copied().collect(),
        })
    }

    async fn leave(&self, process: ProcessId) -> Result<(), RegistryError> {
        self.state().operations.processes.remove(&process);
        Ok(())
    }

    async fn forget_offline(&self) -> Result<(), RegistryError> {
        let now = self.clock.now();
        let processes = &mut self.state().operations.processes;
        processes.retain(|_, process| !process.is_forgotten(now));
        let mut last: Vec<_> = processes.values().map(|process| process.seen_at).collect();
        last.sort_unstable_by(|one, other| other.cmp(one));
        if let Some(oldest) = last.get(OFFLINE).copied() {
            processes.retain(|_, process| process.seen_at > oldest || !process.is_offline(now));
        }
        Ok(())
    }

    async fn processes(&self) -> Result<Processes, RegistryError> {
        let all = self.state().operations.processes.values().cloned().collect();
        Ok(Processes {
            now: self.clock.now(),
            all,
        })
    }

    async fn drain(&self, process: ProcessId, is_drained: bool) -> Result<bool, RegistryError> {
        let mut state = self.state();
        let process = state.operations.processes.get_mut(&process);
        Ok(process.map(|process| process.is_drained = is_drained).is_some())
    }

    async fn pause(&self, lane: Lane, is_paused: bool) -> Result<(), RegistryError> {
        let paused = &mut self.state().operations.paused;
        if is_paused {
            paused.insert(lane);
        } else {
            paused.remove(&lane);
        }
        Ok(())
    }

    async fn paused(&self) -> Result<Vec<Lane>, RegistryError> {
        Ok(self.state().operations.paused.iter().copied().collect())
    }

    async fn order(&self, order: JobOrder) -> Result<(), RegistryError> {
        let orders = &mut self.state().operations.orders;
        if !orders.contains(&order) {
            orders.push(order);
        }
        Ok(())
    }

    async fn take_orders(&self) -> Result<Vec<JobOrder>, RegistryError> {
        Ok(std::mem::take(&mut self.state().operations.orders))
    }
}

#[async_trait]
impl AuditLog for MemoryRegistry {
    async fn record(&self, action: Action, target: Target) -> Result<(), RegistryError> {
        let at = self.clock.now();
        let mut state = self.state();
        let target = match target {
            Target::Package(package) => Target::Package(package.filter(|package| state.runs.contains_key(package))),
            other => other,
        };
        let audit = &mut state.operations.audit;
        audit.retain(|entry| !at.is_past(entry.at, AUDIT_KEPT));
        audit.push(AuditEntry { at, action, target });
        Ok(())
    }

    async fn entries(&self, limit: u32) -> Result<Vec<AuditEntry>, RegistryError> {
        let state = self.state();
        Ok(state
            .operations
            .audit
            .iter()
            .rev()
            .take(limit as usize)
            .copied()
            .collect())
    }
}
