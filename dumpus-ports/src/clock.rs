//! Port: the current time.

use crate::domain::time::Millis;

/// The wall clock of this process, for what expires: seals of queued links and signed blob addresses.
///
/// It is not used for leases, tickets or retention. Processes that share a registry use the registry's clock for these,
/// and timeouts within a process use the runtime's monotonic clock.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. It returns a plausible current time: later than Discord's launch.
/// 2. It moves forward as time passes. It may be set back, so callers do not rely on the order of two readings.
pub trait Clock: Send + Sync {
    /// The current time in milliseconds since 1970, UTC.
    fn now(&self) -> Millis;
}
