//! All of Dumpus in one process and in memory: submit a link, process its package, fetch the statistics.

use std::{error::Error, sync::Arc, time::Duration};

use dumpus_adapters::crypto_ring::{InstanceKey, RingVault};
use dumpus_adapters::memory::{
    MemoryArchive, MemoryBlobs, MemoryPackage, MemoryRegistry, MemoryReports, MemorySource, ProcessQueue,
};
use dumpus_adapters::system::SystemClock;
use dumpus_ports::{Dumpus, registry::Registry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let clock = Arc::new(SystemClock);
    let dumpus = Dumpus::builder()
        .registry(Registry::new(Arc::new(MemoryRegistry::new(clock.clone()))))
        .queue(Arc::new(ProcessQueue::default()))
        .blobs(Arc::new(MemoryBlobs::new(clock.clone())))
        // A real instance generates a key once and keeps it secret.
        .vault(Arc::new(RingVault::new(&InstanceKey::from_bytes([7; 32]))))
        .clock(clock)
        .build()?;

    // Links lead to ZIP archives; this source and this reader use a line format instead.
    let address = format!("https://click.discord.com/ls/click?upn={}", "u001.".repeat(120));
    let link = dumpus.parse_link(&address)?;
    let package = b"dumpus observations\nowner\tid=123456789012345678\tusername=ann";
    let source = MemorySource::default();
    source.put(&address, MemoryPackage::Bytes(Arc::new(package.to_vec())));
    let worker = dumpus.worker(Arc::new(source), Arc::new(MemoryArchive), Arc::new(MemoryReports));

    let id = dumpus.submit(&link).await?.package;
    worker.process_next(Duration::from_secs(5)).await?;
    let statistics = dumpus.fetch(link.key(), id).await?.ok_or("there is no result")?;
    println!("{}", str::from_utf8(&statistics)?);
    Ok(())
}
