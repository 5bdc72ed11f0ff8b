//! Waiting for conditions, never for time to pass.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often a condition is looked at.
const INTERVAL: Duration = Duration::from_millis(20);
/// Enough for everything that a busy machine does; who waits this long has failed.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// What `look` finds as soon as it finds something.
///
/// # Panics
/// When it has found nothing within [`PATIENCE`].
pub fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, look)
}

/// The same with a limit of its own.
pub fn within<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < limit, "not within {limit:?}: {what}");
        sleep(INTERVAL);
    }
}
