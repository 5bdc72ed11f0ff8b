//! The machine's own clock: the only place where it is read.

use std::time::{SystemTime, UNIX_EPOCH};

use dumpus_ports::clock::Clock;
use dumpus_ports::domain::time::Millis;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
