//! The registry in tables: one file per port.

mod audit;
mod history;
mod leases;
mod maintenance;
mod packages;
mod pairs;
mod processes;
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
