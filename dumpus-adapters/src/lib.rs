//! Adapters of the Dumpus ports: one module and one feature per technology.

#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "sql")]
pub mod sql;
pub mod system;
