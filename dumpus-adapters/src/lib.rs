//! Adapters of the Dumpus ports: one module and one feature per technology.

#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "sqlite")]
pub mod report_sqlite;
