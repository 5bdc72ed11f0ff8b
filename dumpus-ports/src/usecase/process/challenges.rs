//! Packages whose links were challenged, and since when. Known to this process only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::package::RunId;

/// Runs that are not challenged again for this long are forgotten: they went to another worker, or were deleted.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(3);

/// The runs that are being challenged. Clones share them.
#[derive(Clone, Default)]
pub struct Challenges(Arc<Mutex<HashMap<RunId, Instant>>>);

impl Challenges {
    /// How long the run has been challenged, from this challenge on.
    pub(super) fn duration(&self, run: RunId) -> Duration {
        let mut since = self.since();
        since.retain(|_, since| since.elapsed() < FORGOTTEN_AFTER);
        since.entry(run).or_insert_with(Instant::now).elapsed()
    }

    /// The run has ended.
    pub(super) fn forget(&self, run: RunId) {
        self.since().remove(&run);
    }

    fn since(&self) -> MutexGuard<'_, HashMap<RunId, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
