//! An instance of several servers and workers, whose processes and backends are killed, held and restarted.

mod cluster;
#[path = "../support/mod.rs"]
mod support;
