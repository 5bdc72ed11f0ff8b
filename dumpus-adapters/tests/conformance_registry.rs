//! Every registry fulfils the contracts of its ports.

#[cfg(feature = "memory")]
mod memory {
    use std::sync::Arc;

    use dumpus_adapters::memory::registry::MemoryRegistry;
    use dumpus_adapters::system::SystemClock;
    use dumpus_ports::registry::Registry;

    async fn fresh() -> Option<(Registry, ())> {
        let registry = MemoryRegistry::new(Arc::new(SystemClock));
        Some((Registry::new(Arc::new(registry)), ()))
    }

    dumpus_ports::registry_conformance!(fresh());
}

#[cfg(feature = "sql")]
#[path = "databases/mod.rs"]
mod support;

#[cfg(feature = "sql")]
mod sql {
    use std::sync::Arc;

    use dumpus_ports::registry::Registry;

    use crate::support::{self, Scratch};

    async fn fresh(scratch: Option<Scratch>) -> Option<(Registry, Scratch)> {
        let (database, scratch) = support::migrated(scratch).await?;
        Some((Registry::new(Arc::new(database.registry())), scratch))
    }

    mod sqlite {
        use super::fresh;

        dumpus_ports::registry_conformance!(fresh(crate::support::sqlite().await));
    }

    mod postgres {
        use super::fresh;

        dumpus_ports::registry_conformance!(fresh(crate::support::postgres().await));
    }
}
