//! An instance of several servers and workers, whose processes and backends are killed, suspended and restarted.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod aftermath;
mod client;
mod cluster;
mod faults;
mod owner;
mod plan;
mod positions;
mod run;
#[path = "../support/mod.rs"]
mod support;
mod tally;
mod world;
