//! Progress of an attempt.

use std::sync::{Arc, Mutex, PoisonError};

use crate::archive::Progress;

/// Progress of the phase that an attempt is in.
#[derive(Default)]
pub(super) struct AttemptProgress(Mutex<Arc<Progress>>);

impl AttemptProgress {
    /// Starts a phase, whose progress begins at zero.
    pub(super) fn enter_phase(&self) -> Arc<Progress> {
        let progress = Progress::new();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = progress.clone();
        progress
    }

    /// 0 to 100 within the phase; `None` while its size is unknown.
    pub(super) fn percent(&self) -> Option<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).percent()
    }
}
