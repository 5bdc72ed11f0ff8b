//! The worker of Dumpus as a library: the command line's `analyze`, the loop that takes packages from the queue, and
//! the configuration and log that it shares with the server.

pub mod analyze;
pub mod config;
pub mod heartbeat;
pub mod run;
pub mod telemetry;
pub mod wiring;
