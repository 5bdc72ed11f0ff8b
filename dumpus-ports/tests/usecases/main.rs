//! Every use case over the adapters in memory, with the time under control.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod access;
mod delete;
mod facade;
mod fetch;
mod look_up;
mod operations;
mod operators;
mod process;
mod process_again;
mod process_lost;
mod queue_positions;
mod requeue;
mod status;
mod submit;
mod support;
mod sweep;
mod upgrade;
mod worker_faults;
