//! Every registry keeps the port's contract.

#[cfg(feature = "memory")]
mod memory {
    use std::sync::Arc;

    use dumpus_adapters::memory::registry::MemoryRegistry;
    use dumpus_adapters::system::SystemClock;
    use dumpus_ports::registry::PackageRegistry;

    async fn fresh() -> Option<(Arc<dyn PackageRegistry>, ())> {
        Some((Arc::new(MemoryRegistry::new(Arc::new(SystemClock))), ()))
    }

    dumpus_ports::package_registry_conformance!(fresh());
}

#[cfg(feature = "sql")]
#[path = "databases/mod.rs"]
mod support;

#[cfg(feature = "sql")]
mod sql {
    use std::sync::Arc;

    use dumpus_ports::registry::PackageRegistry;

    use crate::support::{self, Scratch};

    async fn fresh(scratch: Option<Scratch>) -> Option<(Arc<dyn PackageRegistry>, Scratch)> {
        let (database, scratch) = support::migrated(scratch).await?;
        Some((Arc::new(database.registry()), scratch))
    }

    mod sqlite {
        dumpus_ports::package_registry_conformance!(super::fresh(crate::support::sqlite().await));
    }

    mod postgres {
        dumpus_ports::package_registry_conformance!(super::fresh(crate::support::postgres().await));
    }
}
