//! What operators asked of an instance.

use std::fmt;
use std::str::FromStr;

use crate::package::PackageId;
use crate::process::{ProcessId, UnknownWord, words};
use crate::queue::Lane;
use crate::time::Millis;

words! {
    /// What an operator did.
    Action {
        /// Ran a delayed attempt at once.
        Retry "retry"
        /// Ended an unfinished package.
        Cancel "cancel"
        /// Erased a package.
        Erase "erase"
        /// Moved a package to the premium lane.
        Promote "promote"
        /// Stopped the delivery of a lane.
        Pause "pause"
        /// Resumed it.
        Resume "resume"
        /// Let a worker take no more packages.
        Drain "drain"
        /// Let it take packages again.
        Undrain "undrain"
        /// Confirmed the clock.
        TrustClock "trust-clock"
    }
}

impl Action {
    /// The word of operators for it. Registries keep [`as_str`](Action::as_str).
    #[must_use]
    pub const fn command(self) -> &'static str {
        match self {
            Self::Promote => "upgrade",
            other => other.as_str(),
        }
    }
}

/// What an action was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The instance.
    Instance,
    /// A lane.
    Lane(Lane),
    /// A process.
    Process(ProcessId),
    /// A package; `None` once it was deleted.
    Package(Option<PackageId>),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance => f.write_str("the instance"),
            Self::Lane(lane) => write!(f, "the {lane} lane"),
            Self::Process(process) => write!(f, "process {process}"),
            Self::Package(Some(package)) => write!(f, "package {package}"),
            Self::Package(None) => f.write_str("a package that is deleted"),
        }
    }
}

/// An action, as the registry remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When it was asked for, by the registry's clock.
    pub at: Millis,
    /// What was asked for.
    pub action: Action,
    /// To what.
    pub target: Target,
}
