//! What the SQL adapter promises beyond the contracts of its ports.

#![cfg(feature = "sql")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

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
