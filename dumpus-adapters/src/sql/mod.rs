//! Registry and blobs in one SQL database: SQLite or PostgreSQL.
//!
//! Times are the database's clock, in milliseconds since 1970. Every write is one statement that compares and sets, or
//! on SQLite a `BEGIN IMMEDIATE` transaction. Whatever a driver says is reduced to codes before it leaves this module:
//! drivers quote values.

mod blobs;
mod connect;
mod error;
mod pool;
mod postgres;
mod registry;
mod sqlite;

pub use blobs::SqlBlobs;
pub use connect::{SqlDatabase, SqlOptions};
pub use error::ConnectError;
pub use registry::SqlRegistry;
