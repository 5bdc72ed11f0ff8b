//! The registry in tables: one file per port.

mod leases;
mod maintenance;
mod packages;
mod row;
mod secrets;

use super::pools::Pools;

/// The registry in the tables of a [`super::SqlDatabase`].
#[derive(Clone, Debug)]
pub struct SqlRegistry {
    pools: Pools,
}

impl SqlRegistry {
    pub(super) fn new(pools: Pools) -> Self {
        Self { pools }
    }
}
