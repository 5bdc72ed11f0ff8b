//! x

#[cfg(any(feature = "memory", feature = "redis"))]
mod marker;
#[cfg(feature = "memory")]
pub mod memory;
