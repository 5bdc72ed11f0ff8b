//! Ports: the registry, which is the truth about where each package is.
//!
//! One backend implements all of them: [`PackageRegistry`] for the API, [`LeaseRegistry`] for workers,
//! [`RegistryMaintenance`] for the sweep, [`SecretStore`] for start-up, [`ProcessRegistry`] for the presence of processes and
//! what operators want of them, [`RunHistory`] for statistics and [`AuditLog`] for what operators did. Times are the registry's own clock, never that
//! of the process that calls. Each method is atomic, also between processes.

mod audit;
mod history;
mod leases;
mod maintenance;
mod packages;
mod processes;
mod secrets;

use std::sync::Arc;

pub use self::audit::AuditLog;
pub use self::history::{RunHistory, RunPage};
pub use self::leases::LeaseRegistry;
pub use self::maintenance::RegistryMaintenance;
pub use self::packages::PackageRegistry;
pub use self::processes::{JobOrder, Orders, ProcessRegistry, Processes};
pub use self::secrets::SecretStore;
use crate::BoxError;
pub use crate::domain::lifecycle::{
    Attempt, DeletedPackage, Epoch, Failure, LastAttempt, Lease, LeaseOutcome, LeaseRequest, NewPackage, Outcome,
    Overview, OwnerLink, RedispatchPolicy, Run, RunEnd, RunRecord, StoredResult, SweepClock, Volume,
};
use crate::domain::queue::{Lane, Ticket};
use crate::domain::time::Millis;

/// The ports of one registry.
#[derive(Clone)]
pub struct Registry {
    /// For the API.
    pub packages: Arc<dyn PackageRegistry>,
    /// For workers.
    pub leases: Arc<dyn LeaseRegistry>,
    /// For the sweep.
    pub maintenance: Arc<dyn RegistryMaintenance>,
    /// For start-up.
    pub secrets: Arc<dyn SecretStore>,
    /// Who is there.
    pub processes: Arc<dyn ProcessRegistry>,
    /// What was.
    pub history: Arc<dyn RunHistory>,
    /// What operators did.
    pub audit: Arc<dyn AuditLog>,
}

impl Registry {
    /// The ports of a backend that implements all of them.
    #[must_use]
    pub fn new<T>(backend: Arc<T>) -> Self
    where
        T: PackageRegistry
            + LeaseRegistry
            + RegistryMaintenance
            + SecretStore
            + ProcessRegistry
            + RunHistory
            + AuditLog
            + 'static,
    {
        Self {
            packages: backend.clone(),
            leases: backend.clone(),
            maintenance: backend.clone(),
            secrets: backend.clone(),
            processes: backend.clone(),
            history: backend.clone(),
            audit: backend,
        }
    }
}

/// What became of an admission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A new run began: its job has to be pushed to the queue.
    Started {
        /// The lane of the package, which an upgrade may have changed in an earlier run.
        lane: Lane,
        /// Its place in the order of arrival.
        ticket: Ticket,
    },
    /// The package waits, runs or is processed already.
    AlreadyExists(Box<Package>),
}

/// A package as the registry read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its current run.
    pub run: Run,
    /// The registry's clock at that moment.
    pub now: Millis,
}

impl Package {
    /// Whether a worker holds an unexpired lease.
    #[must_use]
    pub fn is_leased(&self) -> bool {
        self.run.is_leased(self.now)
    }

    /// Whether no worker holds the unfinished package.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.run.is_waiting(self.now)
    }
}

/// Why a call to the registry failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// It cannot be reached, or not in time: worth another attempt.
    #[error("the registry is unavailable: {0}")]
    Unavailable(#[source] BoxError),
    /// A row holds a value that this version cannot read.
    #[error("the registry holds an unreadable value in {column}")]
    Inconsistent {
        /// Table and column, never the value.
        column: &'static str,
    },
    /// A defect.
    #[error("the registry failed")]
    Failed(#[source] BoxError),
}
