//! What a connection waits for, and until when.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::TimeLimits;

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The first byte of a request.
    Idle,
    /// The rest of a request's head.
    Head,
    /// The rest of a request, or its response.
    Request,
    /// The client, which has to take the rest of a complete response.
    Flush,
}

/// The progress of one connection, shared by its stream, its requests and its responses.
#[derive(Debug)]
pub(super) struct Progress {
    limits: TimeLimits,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    phase: Phase,
    /// When the phase began; inside a request, when it last made progress.
    since: Instant,
    /// Whether the client does not take bytes at the moment.
    is_write_blocked: bool,
}

impl Progress {
    pub(super) fn new(limits: TimeLimits) -> Self {
        let state = State {
            phase: Phase::Idle,
            since: Instant::now(),
            is_write_blocked: false,
        };
        Self {
            limits,
            state: Mutex::new(state),
        }
    }

    /// When the connection is to be closed unless something happens before.
    pub(super) fn deadline(&self) -> Instant {
        let state = self.state();
        state.since
            + match state.phase {
                Phase::Idle => self.limits.idle,
                Phase::Head => self.limits.head,
                Phase::Request | Phase::Flush => self.limits.progress,
            }
    }

    /// The client sent bytes.
    pub(super) fn received(&self) {
        let mut state = self.state();
        match state.phase {
            Phase::Idle => state.enter(Phase::Head),
            // Bytes that follow the first one do not extend the time of a head.
            Phase::Head | Phase::Flush => {}
            // A client that sends while it does not take the response makes no progress.
            Phase::Request if state.is_write_blocked => {}
            Phase::Request => state.since = Instant::now(),
        }
    }

    /// The client took bytes.
    pub(super) fn sent(&self) {
        let mut state = self.state();
        state.is_write_blocked = false;
        if matches!(state.phase, Phase::Request | Phase::Flush) {
            state.since = Instant::now();
        }
    }

    /// The client does not take bytes.
    pub(super) fn blocked(&self) {
        self.state().is_write_blocked = true;
    }

    /// The head of a request is complete.
    pub(super) fn request_began(&self) {
        self.state().enter(Phase::Request);
    }

    /// The response's body is complete, or was dropped.
    pub(super) fn response_ended(&self) {
        let mut state = self.state();
        if state.phase == Phase::Request {
            state.enter(Phase::Flush);
        }
    }

    /// Everything that was written has been passed to the system.
    pub(super) fn flushed(&self) {
        let mut state = self.state();
        if state.phase == Phase::Flush {
            state.enter(Phase::Idle);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }
}
