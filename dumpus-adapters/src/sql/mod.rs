//! Registry and blobs in one SQL database: SQLite or PostgreSQL.
//!
//! Times are the database's clock, in milliseconds since 1970. Every write is one statement that compares and sets, or
//! on SQLite a `BEGIN IMMEDIATE` transaction. Errors of drivers are reduced to codes before they leave this module,
//! because drivers quote values.

mod blobs;
mod database;
mod error;
mod pool;
mod pools;
mod postgres;
mod registry;
mod room;
mod sqlite;

pub use blobs::SqlBlobs;
pub use database::SqlDatabase;
pub use error::ConnectError;
pub use pools::SqlOptions;
pub use registry::SqlRegistry;
