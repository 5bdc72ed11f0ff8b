//! Waits for conditions instead of fixed times.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// Interval between checks of a condition.
const INTERVAL: Duration = Duration::from_millis(20);
/// Enough for anything on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Waits until `look` returns a value.
///
/// # Panics
/// If it does not within [`PATIENCE`].
pub fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, look)
}

/// Like [`eventually`], with another limit.
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
