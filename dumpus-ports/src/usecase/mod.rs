//! What Dumpus offers: each use case is a struct that holds the ports it uses, with one `run`.

mod access;
mod delete;
mod dispatch;
mod fetch;
mod look_up;
mod process;
mod queue_positions;
mod status;
mod submit;
mod sweep;
mod upgrade;

pub use access::AccessError;
pub use delete::DeletePackage;
pub use dispatch::Dispatcher;
pub use fetch::{BlobAddress, FetchData, LocateBlob, LocatedBlob, ServeBlob};
pub use look_up::{LookUpError, LookUpUser};
pub use process::{Liveness, ProcessPackage, ProcessSettings, RoundOutcome};
pub use queue_positions::QueuePositions;
pub use status::{PackageState, PackageStatus, ReadStatus};
pub use submit::{SubmitError, SubmitPackage};
pub use sweep::Sweep;
pub use upgrade::UpgradePackage;
