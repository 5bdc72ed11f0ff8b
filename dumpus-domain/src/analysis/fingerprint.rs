//! Short stand-ins for ids that are only ever compared.

use std::hash::{DefaultHasher, Hasher};

/// 128 bits that stand for an id; two ids of one package share them with a probability below 1e-20.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fingerprint(u64, u64);

impl Fingerprint {
    pub(super) fn of(id: &str) -> Self {
        let hash = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u8(salt);
            hasher.write(id.as_bytes());
            hasher.finish()
        };
        Self(hash(0), hash(1))
    }
}
