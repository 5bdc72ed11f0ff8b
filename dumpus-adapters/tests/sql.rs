//! Guarantees of the SQL adapter beyond the contracts of its ports.

#![cfg(feature = "sql")]
#![expect(clippy::unwrap_used, reason = "a failing setup fails the test")]

#[path = "databases/mod.rs"]
mod support;

#[path = "sql/connecting.rs"]
mod connecting;
#[path = "sql/erasing.rs"]
mod erasing;
#[path = "sql/migrating.rs"]
mod migrating;
#[path = "sql/reading.rs"]
mod reading;
#[path = "sql/upkeep.rs"]
mod upkeep;
