//! Adapters of the Dumpus ports: one module and one feature per technology.

#[cfg(any(feature = "memory", feature = "redis"))]
mod marker;
#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "redis")]
pub mod redis;
