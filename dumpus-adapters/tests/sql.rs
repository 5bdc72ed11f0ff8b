//! What the SQL adapter promises beyond the contracts of its ports.

#![cfg(feature = "sql")]

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
