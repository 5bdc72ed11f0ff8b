//! Adapters of the Dumpus ports: one module and one feature per technology.

#[cfg(feature = "ring")]
pub mod crypto_ring;
#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "profiles")]
pub mod profiles;
#[cfg(feature = "http")]
pub mod source_http;
#[cfg(feature = "http")]
pub mod spool;
#[cfg(feature = "http")]
pub mod transport;
