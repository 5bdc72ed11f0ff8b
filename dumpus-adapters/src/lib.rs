//! Adapters of the Dumpus ports: one module and one feature per technology.

#[cfg(feature = "ring")]
pub mod crypto_ring;
