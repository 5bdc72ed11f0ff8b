//! In-memory adapters of every port.

pub mod profiles;
pub mod source;
