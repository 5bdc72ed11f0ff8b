//! Helpers that several test binaries share.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::allow_attributes,
    reason = "each binary uses only some of the helpers, and a failing helper fails the test"
)]

pub mod authority;
pub mod cluster;
pub mod database;
pub mod directory;
pub mod discord;
pub mod engine;
pub mod http;
pub mod instance;
pub mod packages;
pub mod postgres_server;
pub mod process;
#[path = "../../../dumpus-adapters/tests/redis_server/mod.rs"]
pub mod redis_server;
pub mod services;
pub mod tables;
pub mod wait;
