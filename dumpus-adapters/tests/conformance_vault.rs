//! The contract of vaults, against every adapter.
#![cfg(feature = "ring")]

use dumpus_adapters::crypto_ring::{InstanceKey, RingVault};

dumpus_ports::vault_conformance!(RingVault::new(&InstanceKey::generate().expect("randomness")));
