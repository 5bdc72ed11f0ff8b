//! The worker of Dumpus as a library: the command line's `analyze`, and the loop that takes packages from the queue.

pub mod analyze;
pub mod config;
pub mod health;
pub mod presence;
pub mod run;
