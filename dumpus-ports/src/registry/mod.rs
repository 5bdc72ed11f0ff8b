//! Ports: the registry, which is the truth about where each package is.
//!
//! One backend implements all four: [`PackageRegistry`] for the API, [`LeaseRegistry`] for workers,
//! [`RegistryMaintenance`] for the sweep and [`SecretStore`] for start-up. Times are the registry's own clock, never that
//! of the process that calls. Each method is atomic, also between processes.

mod leases;
mod maintenance;
mod packages;
mod secrets;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use self::leases::LeaseRegistry;
pub use self::maintenance::RegistryMaintenance;
pub use self::packages::PackageRegistry;
pub use self::secrets::SecretStore;
use crate::BoxError;
use crate::blobs::BlobKey;
use crate::domain::crypto::Envelope;
use crate::domain::error_code::ErrorCode;
use crate::domain::lifecycle::Stage;
use crate::domain::package::{PackageId, RunId};
use crate::domain::queue::{Lane, LaneTotals, Ticket};

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
}

impl Registry {
    /// The ports of a backend that implements all of them.
    #[must_use]
    pub fn new<T>(backend: Arc<T>) -> Self
    where
        T: PackageRegistry + LeaseRegistry + RegistryMaintenance + SecretStore + 'static,
    {
        Self {
            packages: backend.clone(),
            leases: backend.clone(),
            maintenance: backend.clone(),
            secrets: backend,
        }
    }
}

/// A submitted package, to be taken into the registry.
#[derive(Clone, Debug)]
pub struct NewPackage {
    /// Its id.
    pub package: PackageId,
    /// The run that begins if it is taken.
    pub run: RunId,
    /// Its link, sealed so that only its owner's key opens it.
    pub owner_link: Vec<u8>,
    /// Packages in the lanes before it.
    pub joined: LaneTotals,
}

/// What became of an admission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A new run began: the queue has to take its job.
    Started {
        /// The lane it is in: a package that was upgraded stays so.
        lane: Lane,
        /// Its place in the order of arrival.
        ticket: Ticket,
        /// The result of an earlier run, to be erased.
        replaced: Option<BlobKey>,
    },
    /// It waits, runs or is processed already.
    AlreadyExists(Package),
}

/// The registry's row of a package. Times are the registry's own clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its id.
    pub id: PackageId,
    /// The run it is in.
    pub run: RunId,
    /// Its lane.
    pub lane: Lane,
    /// Its place in the order of arrival.
    pub ticket: Ticket,
    /// Where it is in its life.
    pub stage: Stage,
    /// 0 to 100 within the stage.
    pub progress: Option<u8>,
    /// Leases so far in this run.
    pub attempts: u32,
    /// Packages in the lanes when it came.
    pub joined: LaneTotals,
    /// Its link, sealed so that only its owner's key opens it.
    pub owner_link: Vec<u8>,
    /// How its job stands with the queue.
    pub dispatch: Dispatch,
    /// Whether a worker holds an unexpired lease.
    pub is_leased: bool,
    /// The end of the run, if it has ended.
    pub outcome: Option<Outcome>,
}

/// How a job stands with the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dispatch {
    /// The queue has not confirmed the job for this long.
    Unconfirmed(Duration),
    /// The queue took the job in this epoch.
    Queued(Epoch),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is a result.
    Processed(StoredResult),
    /// It failed in its stage.
    Failed {
        /// The code that clients match on.
        code: ErrorCode,
        /// One plain sentence without private data.
        detail: Option<String>,
    },
}

/// Where a result is and how it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResult {
    /// The blob with the ciphertext.
    pub blob: BlobKey,
    /// How it opens.
    pub envelope: Envelope,
    /// Bytes of the ciphertext.
    pub size: u64,
}

/// A marker of the queue's memory: it differs after the queue lost its jobs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Epoch(pub String);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The right to work on a package until the lease ends. Every write of a worker names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The package.
    pub package: PackageId,
    /// The run the job belongs to.
    pub run: RunId,
    /// Rises with every lease of the package, so that a worker that wakes up late is told apart.
    pub number: i64,
    /// Leases of this run, this one included.
    pub attempt: u32,
}

/// Names a request for a lease, so that one whose answer was lost can be made again. Random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseRequest(pub [u8; 16]);

/// The answer to a worker that asks for a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseOutcome {
    /// The package is the worker's until the lease ends.
    Granted(Lease),
    /// Another worker holds it; the job is to be delivered again later.
    AlreadyLeased,
    /// Deleted, submitted anew, or ended: the job is void.
    Stale,
}

/// Whether an attempt that ends without a result uses up one of those that a package has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It does: the package may be what made it fail.
    Counted,
    /// It does not, for example because the worker was stopped.
    Refunded,
}

/// A package that was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedPackage {
    /// The run that ended with it.
    pub run: RunId,
    /// Its result, to be erased too.
    pub blob: Option<BlobKey>,
}

/// What owners are told of an upgraded package that the queue did not take.
pub const NOT_QUEUED: &str = "The queue did not take the package; submit it again.";

/// Why the registry gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// It cannot be reached, or not in time: worth another attempt.
    #[error("the registry is unavailable")]
    Unavailable(#[source] BoxError),
    /// A row says something that this version cannot read.
    #[error("the registry holds an unreadable value in {column}")]
    Inconsistent {
        /// Table and column, never the value.
        column: &'static str,
    },
    /// A defect.
    #[error("the registry failed")]
    Failed(#[source] BoxError),
}
