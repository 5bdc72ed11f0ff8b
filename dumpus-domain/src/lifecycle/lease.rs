//! The right of one worker to change a package.

use crate::package::{PackageId, RunId};
use crate::process::ProcessId;
use crate::time::Millis;

/// The right to work on a package until the lease ends. Every write of a worker names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The package.
    pub package: PackageId,
    /// The run that the job belongs to.
    pub run: RunId,
    /// Rises with every lease of the package, so that a worker that was held up is recognised.
    pub number: i64,
    /// Leases of this run, this one included.
    pub attempt: u32,
}

/// A request for a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseRequest {
    /// Random, so that a request whose answer was lost can be repeated.
    pub id: [u8; 16],
    /// The process that asks.
    pub worker: ProcessId,
}

/// The answer to a worker that asks for a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseOutcome {
    /// The package is the worker's until the lease ends.
    Granted(Lease),
    /// Another worker holds it; the job is to be delivered again later.
    AlreadyLeased,
    /// The package was deleted, submitted again, or has ended: the job is void.
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

/// The lease that was granted last, until it is released or the run ends. After `until` another one may be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentLease {
    /// The request that it was granted to; `None` in rows of releases that did not record it.
    pub request: Option<[u8; 16]>,
    /// When it ends unless it is extended.
    pub until: Millis,
}
