//! Faults that are this worker's own: a wrong key, forgotten settings, a full disk. A worker that fails at once would
//! otherwise take most packages of an instance, because it is always free.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::package::RunId;

/// Pauses after a fault: the first, which doubles with each further fault, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));
/// With so many packages whose hosts cannot be reached, it is this worker that reaches none.
const CUT_OFF: usize = 3;
/// How long a host that could not be reached makes this worker suspicious.
const SUSPICION: Duration = Duration::from_mins(2);
/// Runs that are not met again for this long are forgotten: they went to another worker, or were deleted.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(3);

/// What is wrong with a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerFault {
    /// Links of the queue were sealed under another key, or have expired by the clock of this machine.
    #[error("queued links cannot be opened: another instance key, or a wrong clock")]
    LinkNotOpened,
    /// The server accepted a link that the settings of this worker do not allow.
    #[error("a link is not allowed by the settings of this worker")]
    LinkNotAllowed,
    /// A package could not be stored on the disk.
    #[error("there is no room for packages, or the spool cannot be written")]
    NoStorage,
    /// Several packages in a row could not be fetched because their host could not be reached.
    #[error("no host of packages can be reached from here")]
    NoNetwork,
    /// Another worker accepts a larger package than this one.
    #[error("another worker accepts larger packages than this one")]
    SmallerLimit {
        /// What this one accepts.
        bytes: u64,
    },
}

impl WorkerFault {
    /// Attempts at a run that may end like this before the package is suspected. A full disk says nothing of the package.
    const fn free_attempts(self) -> u32 {
        match self {
            Self::LinkNotOpened | Self::LinkNotAllowed | Self::NoNetwork | Self::SmallerLimit { .. } => 3,
            Self::NoStorage => 30,
        }
    }
}

/// What a fault means for the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is another worker's, after this delay. The attempt is not counted.
    TryAgain(Duration),
    /// This worker has tried often enough to suspect the package.
    Suspect,
}

/// Whether a process is able to work. Clones share it.
#[derive(Clone, Default)]
pub struct WorkerHealth(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The last of the faults that no success has followed, and how many there were.
    fault: Option<(WorkerFault, u32)>,
    pause_until: Option<Instant>,
    /// Runs whose hosts could not be reached since the last success.
    unreachable: HashSet<RunId>,
    unreachable_at: Option<Instant>,
    /// Attempts at runs that ended with a fault, and when the last one did.
    attempts: HashMap<RunId, (u32, Instant)>,
}

impl WorkerHealth {
    /// The fault that keeps this worker from working, until it succeeds again. That the host of one package could not be
    /// reached counts for two minutes: it may be the host's fault.
    #[must_use]
    pub fn fault(&self) -> Option<WorkerFault> {
        let state = self.state();
        let is_cut_off = state.unreachable_at.is_some_and(|at| at.elapsed() < SUSPICION);
        let cut_off = is_cut_off.then_some(WorkerFault::NoNetwork);
        state.fault.map(|(fault, _)| fault).or(cut_off)
    }

    /// How long this worker takes no jobs, for the others to take them.
    pub(super) fn pause(&self) -> Option<Duration> {
        let until = self.state().pause_until?;
        Some(until - Instant::now()).filter(|pause| !pause.is_zero())
    }

    /// The host of a run's package could not be reached. Whether this worker is to blame: that happened to several runs and
    /// none succeeded in between.
    pub(super) fn is_cut_off(&self, run: RunId) -> bool {
        let mut state = self.state();
        if state.unreachable.is_empty() {
            tracing::error!(fault = %WorkerFault::NoNetwork, "This worker may not be able to process packages");
        }
        if state.unreachable.len() < CUT_OFF {
            state.unreachable.insert(run);
        }
        state.unreachable_at = Some(Instant::now());
        state.unreachable.len() >= CUT_OFF
    }

    /// An attempt at the run ended with a fault.
    pub(super) fn record(&self, fault: WorkerFault, run: RunId, delays: &[Duration]) -> Verdict {
        let (mut state, now) = (self.state(), Instant::now());
        let faults = state.fault.map_or(0, |(_, faults)| faults);
        let is_known = state.fault.is_some_and(|(last, _)| last == fault);
        state.fault = Some((fault, faults.saturating_add(1)));
        let pause = PAUSE.0.saturating_mul(2_u32.saturating_pow(faults)).min(PAUSE.1);
        state.pause_until = Some(now + pause);
        // Once until the next success: every package meets it.
        if is_known {
            tracing::debug!(fault = %fault, pause_s = pause.as_secs(), "This worker still cannot process packages");
        } else {
            tracing::error!(fault = %fault, "This worker cannot process packages");
        }
        state.attempts.retain(|_, (_, last)| last.elapsed() < FORGOTTEN_AFTER);
        let (attempts, last) = state.attempts.entry(run).or_insert((0, now));
        (*attempts, *last) = (*attempts + 1, now);
        if *attempts > fault.free_attempts() {
            return Verdict::Suspect;
        }
        let delay = delays.get(*attempts as usize - 1).or(delays.last());
        Verdict::TryAgain(delay.copied().unwrap_or_default())
    }

    /// An attempt came to an end that depends on the package only.
    pub(super) fn recover(&self, run: RunId) {
        let mut state = self.state();
        state.attempts.remove(&run);
        state.pause_until = None;
        state.unreachable.clear();
        state.unreachable_at = None;
        if state.fault.take().is_some() {
            tracing::info!("This worker processes packages again");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
