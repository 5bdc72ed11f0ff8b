//! What is kept of a run after its end, for statistics of the instance. Nothing of the package but its id, and that only
//! until the package is deleted.

use std::time::Duration;

use super::{Failure, Outcome, Run};
use crate::package::{PackageId, RunId};
use crate::process::ProcessId;
use crate::queue::Lane;
use crate::time::Millis;

/// The last attempt at a run, by the registry's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastAttempt {
    /// The process that it is or was leased to.
    pub worker: ProcessId,
    /// When it was leased.
    pub leased_at: Millis,
    /// When the download began.
    pub downloading_at: Option<Millis>,
    /// When the analysis began.
    pub analyzing_at: Option<Millis>,
}

/// How much there was to process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// Bytes of the archive.
    pub bytes: u64,
    /// Events that were counted.
    pub events: u64,
    /// Messages that were counted.
    pub messages: u64,
}

/// A run that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    /// The run.
    pub run: RunId,
    /// Its package; `None` once it was deleted.
    pub package: Option<PackageId>,
    /// The lane it ended in.
    pub lane: Lane,
    /// Leases, except those that were refunded.
    pub attempts: u32,
    /// When it was admitted.
    pub admitted_at: Millis,
    /// The last attempt; `None` when there was none.
    pub last_attempt: Option<LastAttempt>,
    /// When it ended.
    pub ended_at: Millis,
    /// How it ended.
    pub end: RunEnd,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// With a result.
    Processed(Volume),
    /// With an error.
    Failed(Failure),
}

/// A stretch of time in the life of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// From admission to the last lease.
    Wait,
    /// From the beginning of the download to that of the analysis.
    Download,
    /// From the beginning of the analysis to the end.
    Analysis,
    /// From admission to the end.
    Total,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 4] = [Self::Wait, Self::Download, Self::Analysis, Self::Total];
}

impl RunRecord {
    /// What is kept of a run; `None` before its end. `volume` is that of a processed run.
    #[must_use]
    pub fn of(run: &Run, volume: Volume) -> Option<Self> {
        let end = run.end.as_ref()?;
        Some(Self {
            run: run.id,
            package: Some(run.package),
            lane: run.lane,
            attempts: run.attempts,
            admitted_at: run.admitted_at,
            last_attempt: run.last_attempt,
            ended_at: end.at,
            end: match &end.outcome {
                Outcome::Processed(_) => RunEnd::Processed(volume),
                Outcome::Failed(failure) => RunEnd::Failed(failure.clone()),
            },
        })
    }

    /// How long a phase took; `None` when the run did not come to its end.
    #[must_use]
    pub fn duration(&self, phase: Phase) -> Option<Duration> {
        let last = self.last_attempt;
        let (from, to) = match phase {
            Phase::Wait => (Some(self.admitted_at), last.map(|last| last.leased_at)),
            Phase::Download => (
                last.and_then(|last| last.downloading_at),
                last.and_then(|last| last.analyzing_at),
            ),
            Phase::Analysis => (
                last.and_then(|last| last.analyzing_at),
                matches!(self.end, RunEnd::Processed(_)).then_some(self.ended_at),
            ),
            Phase::Total => (Some(self.admitted_at), Some(self.ended_at)),
        };
        Some(from?.until(to?))
    }
}
