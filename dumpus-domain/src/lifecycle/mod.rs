//! The lifecycle of a package: its runs, and the changes that are allowed at a time.
//!
//! Values and total functions. Times are arguments, read from the registry's clock by the adapter that calls.
//! `docs/architecture.md` has the state diagram.

mod dispatch;
mod history;
mod lease;
mod outcome;
mod overview;
mod redispatch;
mod run;
mod stage;
mod sweep_clock;
mod work;

pub use dispatch::{Dispatch, EPOCH_KEPT_FOR, Epoch, KnownEpochs, RedispatchPolicy};
pub use history::{LastAttempt, Phase, RunEnd, RunRecord, Volume};
pub use lease::{Attempt, CurrentLease, Lease, LeaseOutcome, LeaseRequest};
pub use outcome::{DeletedPackage, End, Failure, Outcome, StoredResult};
pub use overview::Overview;
pub use run::{NewPackage, OwnerLink, Rollback, Run};
pub use stage::{IllegalStep, Stage, UnknownStage};
pub use sweep_clock::SweepClock;
