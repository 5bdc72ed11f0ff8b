//! The contract of blob stores, against every adapter.

#[cfg(feature = "memory")]
mod memory {
    use std::sync::Arc;

    use dumpus_adapters::memory::blobs::MemoryBlobs;
    use dumpus_adapters::system::SystemClock;
    use dumpus_ports::blobs::BlobStore;

    async fn fresh() -> Option<(Arc<dyn BlobStore>, ())> {
        Some((Arc::new(MemoryBlobs::new(Arc::new(SystemClock))), ()))
    }

    dumpus_ports::blob_store_conformance!(fresh());
}

#[cfg(feature = "sql")]
#[path = "databases/mod.rs"]
mod support;

#[cfg(feature = "sql")]
mod sql {
    use std::sync::Arc;

    use dumpus_ports::blobs::BlobStore;

    use crate::support::{self, Scratch};

    async fn fresh(scratch: Option<Scratch>) -> Option<(Arc<dyn BlobStore>, Scratch)> {
        let (database, scratch) = support::migrated(scratch).await?;
        Some((Arc::new(database.blobs()), scratch))
    }

    mod sqlite {
        dumpus_ports::blob_store_conformance!(super::fresh(crate::support::sqlite().await));
    }

    mod postgres {
        dumpus_ports::blob_store_conformance!(super::fresh(crate::support::postgres().await));
    }
}
