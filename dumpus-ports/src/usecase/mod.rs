//! The use cases: what [`Dumpus`](crate::Dumpus) offers, one file each, and the worker.

mod access;
mod delete;
mod dispatch;
mod fetch;
mod look_up;
mod operate;
mod presence;
mod process;
mod queue_positions;
mod readiness;
mod recent_packages;
mod roll_up;
mod status;
mod submit;
mod sweep;
mod upgrade;

pub use access::AccessError;
pub use fetch::{BlobAddress, LocatedBlob, SignedBlob};
pub use look_up::LookUpError;
pub use operate::{Drained, PackageLife, Promoted, Retried};
pub use presence::{JoinError, Presence, ProcessInfo};
pub use process::{
    Challenges, Liveness, ProcessPackage, ProcessSettings, RoundOutcome, WorkControl, WorkReport, WorkerFault,
    WorkerHealth,
};
pub(crate) use queue_positions::QueuePositions;
pub(crate) use readiness::Probes;
pub use readiness::{BackendState, Readiness};
pub(crate) use recent_packages::RecentPackages;
pub use status::{PackageState, PackageStatus};
pub use submit::{RunState, Submission};
pub use sweep::{Sweep, Swept};
