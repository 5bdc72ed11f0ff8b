//! Adapters that keep everything in this process: for embedded mode, for embedders, for tests.

mod archive;
pub mod blobs;
pub mod clock;
pub mod profiles;
pub mod queue;
pub mod registry;
pub mod report;
pub mod source;

use std::time::Duration;

use dumpus_ports::domain::time::Millis;

pub use archive::MemoryArchive;

/// What is this long away; a length beyond all times is the end of time.
fn after(now: Millis, length: Duration) -> Millis {
    Millis(
        now.0
            .saturating_add(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)),
    )
}

/// Whether so much time has passed since.
fn is_past(now: Millis, since: Millis, length: Duration) -> bool {
    now >= after(since, length)
}
