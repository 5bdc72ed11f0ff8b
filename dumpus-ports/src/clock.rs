//! Port: the time.

use crate::domain::time::Millis;

/// Tells the time.
///
/// 1. It tells a time of this age: what expires is compared with it, and dates of packages are.
/// 2. It goes forwards while time passes, but may be set back: nothing relies on the order of two readings. Where
///    many processes share a registry, leases go by the database's clock instead.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Millis;
}
