//! Port: the processes of an instance, and what operators want of them.

use async_trait::async_trait;

use super::RegistryError;
use crate::domain::audit::Action;
use crate::domain::package::PackageId;
use crate::domain::process::{Heartbeat, Process, ProcessId};
use crate::domain::queue::Lane;
use crate::domain::time::Millis;

/// What operators want of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// It is to take no more packages.
    pub is_drained: bool,
    /// Lanes from which nobody is to take packages, in their order.
    pub paused: Vec<Lane>,
}

/// Something to do to a job, for a process that has the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobOrder {
    /// The package.
    pub package: PackageId,
    /// [`Action::Retry`] or [`Action::Promote`].
    pub action: Action,
}

/// All processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Processes {
    /// The registry's clock.
    pub now: Millis,
    /// In the order of their ids.
    pub all: Vec<Process>,
}

impl Processes {
    /// Those that are not offline.
    pub fn alive(&self) -> impl Iterator<Item = &Process> {
        self.all.iter().filter(|process| !process.is_offline(self.now))
    }
}

/// The processes of an instance.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. A process is known from its first heartbeat until it leaves or is forgotten; its last heartbeat counts.
/// 2. What an operator wants of a process or a lane is told with every heartbeat, and survives restarts as far as lanes.
/// 3. An order is taken once.
///
/// Every method is atomic, also between processes, and uses the registry's clock.
///
/// # Errors
/// Every method: [`RegistryError::Unavailable`] if the same call may succeed later.
#[async_trait]
pub trait ProcessRegistry: Send + Sync {
    /// Records that a process is there.
    async fn beat(&self, heartbeat: &Heartbeat) -> Result<Orders, RegistryError>;

    /// Forgets a process that ends.
    async fn leave(&self, process: ProcessId) -> Result<(), RegistryError>;

    /// Forgets processes that have been offline for a day, and those offline beyond the last hundred.
    async fn forget_offline(&self) -> Result<(), RegistryError>;

    /// Every process that is known.
    async fn processes(&self) -> Result<Processes, RegistryError>;

    /// Lets a process take no more packages, or take them again. False when it is unknown.
    async fn drain(&self, process: ProcessId, is_drained: bool) -> Result<bool, RegistryError>;

    /// Stops the delivery of a lane, or resumes it.
    async fn pause(&self, lane: Lane, is_paused: bool) -> Result<(), RegistryError>;

    /// Lanes whose delivery is stopped, in their order.
    async fn paused(&self) -> Result<Vec<Lane>, RegistryError>;

    /// Leaves an order for a process that has the queue.
    async fn order(&self, order: JobOrder) -> Result<(), RegistryError>;

    /// Takes the orders that nobody has taken.
    async fn take_orders(&self) -> Result<Vec<JobOrder>, RegistryError>;
}
