//! The worker of Dumpus as a library: its loops, and the configuration and log that it shares with the server.

pub mod config;
pub mod run;
pub mod telemetry;
