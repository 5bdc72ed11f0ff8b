//! Random markers without a cryptographic library: they tell memories and workers apart and guard nothing.

use std::hash::{BuildHasher, RandomState};

/// 32 hexadecimal digits that no other call, process or machine gives.
pub(crate) fn random_marker() -> String {
    // Each state is keyed by the operating system's randomness.
    let half = || RandomState::new().hash_one((std::process::id(), std::time::SystemTime::now()));
    format!("{:016x}{:016x}", half(), half())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_differ() {
        assert_ne!(random_marker(), random_marker());
        assert_eq!(random_marker().len(), 32);
    }
}
