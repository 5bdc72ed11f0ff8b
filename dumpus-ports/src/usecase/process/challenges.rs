//! Challenges: which packages wait for their end, and whether the host of the links challenges everybody. Known to this
//! process only.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::link::ClientGroup;
use crate::domain::package::RunId;

/// Runs that are not challenged again for this long are forgotten: they went to another worker, or were deleted.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(3);
/// The host challenges everybody when clients of this many groups were challenged and nobody else was answered: a client
/// who submits made-up links does not pause the downloads of others.
const BLOCKED_GROUPS: usize = 3;
/// While it does, one download in this time finds out whether it still does.
const PROBE_INTERVAL: Duration = Duration::from_mins(1);

/// Packages whose links are challenged, and a circuit breaker for the host of the links. Clones share them.
#[derive(Clone, Default)]
pub struct Challenges(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Since when each run is challenged.
    since: HashMap<RunId, Instant>,
    /// The groups of clients that were challenged since the host last answered.
    groups: HashSet<ClientGroup>,
    /// When the next download may find out whether the host answers; `None` while it does.
    next_probe: Option<Instant>,
}

/// Whether a job may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Free,
    /// One, to find out whether the host answers.
    Probe,
    Wait(Duration),
}

impl Challenges {
    /// How long the run has been challenged, from this challenge on.
    pub(super) fn duration(&self, run: RunId) -> Duration {
        let since = &mut self.state().since;
        since.retain(|_, since| since.elapsed() < FORGOTTEN_AFTER);
        since.entry(run).or_insert_with(Instant::now).elapsed()
    }

    /// The run has ended.
    pub(super) fn forget(&self, run: RunId) {
        self.state().since.remove(&run);
    }

    /// The host challenged a link of a client of this group.
    pub(super) fn host_challenged(&self, client: ClientGroup) {
        let mut state = self.state();
        state.groups.insert(client);
        if state.groups.len() >= BLOCKED_GROUPS && state.next_probe.is_none() {
            state.next_probe = Some(Instant::now() + PROBE_INTERVAL);
            tracing::warn!(
                "Paused downloads, but one a minute: Discord's click host challenges the links of several clients"
            );
        }
    }

    /// The host answered a link without a challenge.
    pub(super) fn host_answered(&self) {
        let mut state = self.state();
        state.groups.clear();
        if state.next_probe.take().is_some() {
            tracing::info!("Resumed downloads: Discord's click host answers");
        }
    }

    /// Whether the caller may take a job. Of several who ask when a probe is due, one is to probe.
    pub(super) fn turn(&self) -> Turn {
        let mut state = self.state();
        let Some(probe) = &mut state.next_probe else {
            return Turn::Free;
        };
        let now = Instant::now();
        if now < *probe {
            return Turn::Wait(*probe - now);
        }
        *probe = now + PROBE_INTERVAL;
        Turn::Probe
    }

    /// The caller that was to probe found no job: the next one may.
    pub(super) fn did_not_probe(&self) {
        if let Some(probe) = &mut self.state().next_probe {
            *probe = Instant::now();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
