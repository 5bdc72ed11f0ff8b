//! Whether work goes on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Signs of life of one line of work, whether it waits for a job, for a backend, or works: they are never further apart
/// than the slowest request to a backend takes. Clones share it.
#[derive(Clone)]
pub struct Liveness(Arc<Mutex<Option<Instant>>>);

impl Default for Liveness {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Some(Instant::now()))))
    }
}

impl Liveness {
    /// Tells that work goes on.
    pub(super) fn touch(&self) {
        self.set(Some(Instant::now()));
    }

    /// Tells that this line of work has come to its end as it should.
    pub fn end(&self) {
        self.set(None);
    }

    /// Time since the last sign of life; none for work that has ended.
    #[must_use]
    pub fn silence(&self) -> Duration {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.map_or(Duration::ZERO, |last| last.elapsed())
    }

    fn set(&self, touch: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = touch;
    }
}
