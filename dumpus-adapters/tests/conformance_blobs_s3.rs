//! The contract of blob stores, against object stores.
#![cfg(feature = "s3")]

#[expect(dead_code, reason = "the tests of the adapter itself use more of it")]
#[path = "s3/server.rs"]
mod server;

use std::sync::Arc;

use dumpus_ports::blobs::BlobStore;
use server::Server;

async fn fresh() -> Option<(Arc<dyn BlobStore>, ())> {
    Server::get().map(|server| (Arc::new(server.blobs()) as Arc<dyn BlobStore>, ()))
}

dumpus_ports::blob_store_conformance!(fresh());
