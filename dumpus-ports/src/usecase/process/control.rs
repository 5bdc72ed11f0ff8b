//! What a process did since its start, and what operators want of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::ProcessPackage;
use crate::domain::process::ProcessState;
use crate::domain::queue::Lane;
use crate::registry::Orders;

/// What a process did and is to do. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct WorkControl(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    done: AtomicU64,
    failed: AtomicU64,
    in_work: AtomicU64,
    orders: Mutex<Orders>,
}

/// What a process reports of its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkReport {
    /// What it is doing.
    pub state: ProcessState,
    /// Why it cannot work, in words.
    pub fault: Option<String>,
    /// Packages that it has processed.
    pub done: u64,
    /// Packages that failed here.
    pub failed: u64,
}

/// Ends with the work on a package.
pub(super) struct InWork(Arc<Counts>);

impl Drop for InWork {
    fn drop(&mut self) {
        self.0.in_work.fetch_sub(1, Ordering::Relaxed);
    }
}

impl WorkControl {
    /// Does what operators want from now on. Packages in work are finished.
    pub fn follow(&self, orders: Orders) {
        let mut last = self.orders();
        if last.is_drained != orders.is_drained {
            let takes_packages = !orders.is_drained;
            tracing::info!(takes_packages, "An operator drained this process, or let it work again");
        }
        if last.paused != orders.paused {
            let paused: Vec<_> = orders.paused.iter().map(|lane| lane.as_str()).collect();
            tracing::info!(paused = paused.join(", "), "An operator paused or resumed lanes");
        }
        *last = orders;
    }

    /// Of these lanes, those from which packages may be taken.
    pub(super) fn allowed(&self, lanes: &[Lane]) -> Vec<Lane> {
        let orders = self.orders();
        let is_allowed = |lane: &&Lane| !orders.is_drained && !orders.paused.contains(lane);
        lanes.iter().filter(is_allowed).copied().collect()
    }

    pub(super) fn begin(&self) -> InWork {
        self.0.in_work.fetch_add(1, Ordering::Relaxed);
        InWork(self.0.clone())
    }

    pub(super) fn count_done(&self) {
        self.0.done.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_failed(&self) {
        self.0.failed.fetch_add(1, Ordering::Relaxed);
    }

    fn orders(&self) -> std::sync::MutexGuard<'_, Orders> {
        self.0.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProcessPackage {
    /// What the process reports of its work.
    #[must_use]
    pub fn report(&self) -> WorkReport {
        let counts = &self.control.0;
        let fault = self.health.fault();
        let state = if fault.is_some() {
            ProcessState::Faulty
        } else if self.control.orders().is_drained {
            ProcessState::Draining
        } else if counts.in_work.load(Ordering::Relaxed) > 0 {
            ProcessState::Working
        } else {
            ProcessState::Idle
        };
        WorkReport {
            state,
            fault: fault.map(|fault| fault.to_string()),
            done: counts.done.load(Ordering::Relaxed),
            failed: counts.failed.load(Ordering::Relaxed),
        }
    }
}
