//! The stages of a run: which may follow which.

use std::fmt;
use std::str::FromStr;

/// Where a run is. A failed run keeps the stage that it failed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Waiting for a worker; the client calls it locked.
    Locked,
    /// A worker fetches the archive.
    Downloading,
    /// A worker reads the archive.
    Analyzing,
    /// The result can be fetched.
    Processed,
}

/// A step that a run cannot make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a package cannot go from {from} to {to}")]
pub struct IllegalStep {
    /// The stage it is in.
    pub from: Stage,
    /// The stage it should go to.
    pub to: Stage,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 4] = [Self::Locked, Self::Downloading, Self::Analyzing, Self::Processed];

    /// The legal steps. A new attempt begins again with the download, and a released package waits again. A step may be
    /// repeated, because its answer may have been lost.
    ///
    /// # Errors
    /// [`IllegalStep`] for any other pair.
    pub fn step(self, to: Self) -> Result<Self, IllegalStep> {
        use Stage::{Analyzing, Downloading, Locked, Processed};
        match (self, to) {
            (Locked | Downloading | Analyzing, Downloading | Locked)
            | (Downloading | Analyzing, Analyzing)
            | (Analyzing, Processed) => Ok(to),
            (from, to) => Err(IllegalStep { from, to }),
        }
    }

    /// Stages from which a step to `to` is legal: the condition of a compare-and-set.
    pub fn before(to: Self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |from| from.step(to).is_ok())
    }

    /// The spelling on the wire and in the registry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Locked => "LOCKED",
            Self::Downloading => "DOWNLOADING",
            Self::Analyzing => "ANALYZING",
            Self::Processed => "PROCESSED",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text does not name a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown stage")]
pub struct UnknownStage;

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(text: &str) -> Result<Self, UnknownStage> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.as_str() == text)
            .ok_or(UnknownStage)
    }
}
