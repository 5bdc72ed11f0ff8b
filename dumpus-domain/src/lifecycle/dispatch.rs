//! How the job of a run stands with the queue.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use crate::time::Millis;

/// The identity of the queue's contents: it changes when the queue lost its jobs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Epoch(pub String);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the registry knows of a run's job in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatch {
    /// The epoch in which the queue took the job; `None` while the queue has not confirmed it.
    pub epoch: Option<Epoch>,
    /// Since when.
    pub at: Millis,
}

impl Dispatch {
    /// A job that the queue has not confirmed.
    #[must_use]
    pub const fn unconfirmed(at: Millis) -> Self {
        Self { epoch: None, at }
    }
}

/// How long a job may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedispatchPolicy {
    /// A job that the queue has not confirmed for this long is pushed again.
    pub unconfirmed_for: Duration,
    /// A package whose job has been missing for this long, and whose owner has not asked since, is lost for long: it leaves
    /// the queue snapshot, and loses its place.
    pub lost_after: Duration,
}

impl Default for RedispatchPolicy {
    fn default() -> Self {
        Self {
            unconfirmed_for: Duration::from_secs(10),
            lost_after: Duration::from_mins(10),
        }
    }
}

/// Epochs that were superseded are forgotten after this time.
pub const EPOCH_KEPT_FOR: Duration = Duration::from_hours(24);

/// The epochs of the queue, each with the instant at which the registry first heard of it.
#[derive(Clone, Debug, Default)]
pub struct KnownEpochs(HashMap<Epoch, Millis>);

impl KnownEpochs {
    /// When the registry first heard of the epoch, which may be now. A new one drops those that are not needed any more:
    /// callers name the current epoch, or one that was current a moment ago.
    pub fn first_seen(&mut self, epoch: &Epoch, policy: &RedispatchPolicy, now: Millis) -> Millis {
        if let Some(first_seen) = self.0.get(epoch) {
            return *first_seen;
        }
        let kept_for = policy.lost_after.max(EPOCH_KEPT_FOR);
        self.0.retain(|_, first_seen| !now.is_past(*first_seen, kept_for));
        self.0.insert(epoch.clone(), now);
        now
    }
}
