//! Packages that lie in memory.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::CancellationToken;
use dumpus_ports::archive::{PackageBytes, Progress};
use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::domain::link::PackageLink;
use dumpus_ports::source::{PackageSource, SourceError};
use tokio::time::sleep;

const WATCH: Duration = Duration::from_millis(10);

/// What is behind a link.
#[derive(Clone)]
pub enum MemoryPackage {
    /// These bytes.
    Bytes(Arc<Vec<u8>>),
    /// An error of [`SourceError::Expired`].
    Expired,
    /// An error of [`SourceError::Invalid`].
    Invalid,
    /// An error of [`SourceError::Unavailable`].
    Unavailable,
    /// [`SourceError::Challenged`].
    Challenged,
    /// Nothing, until the download is cancelled or something else stands here.
    Silence,
}

impl fmt::Debug for MemoryPackage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes(_) => "Bytes(..)",
            Self::Expired => "Expired",
            Self::Invalid => "Invalid",
            Self::Unavailable => "Unavailable",
            Self::Challenged => "Challenged",
            Self::Silence => "Silence",
        })
    }
}

/// A source of packages that lie in memory, by the addresses of their links.
#[derive(Default)]
pub struct MemorySource(Mutex<HashMap<String, MemoryPackage>>);

impl MemorySource {
    /// Puts something behind an address, instead of what was there.
    pub fn put(&self, address: &str, package: MemoryPackage) {
        let mut packages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        packages.insert(address.to_owned(), package);
    }

    fn get(&self, address: &str) -> MemoryPackage {
        let packages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        packages.get(address).cloned().unwrap_or(MemoryPackage::Invalid)
    }
}

#[async_trait]
impl PackageSource for MemorySource {
    async fn download(
        &self,
        link: &PackageLink,
        progress: Arc<Progress>,
        cancel: CancellationToken,
    ) -> Result<Arc<dyn PackageBytes>, SourceError> {
        while !cancel.is_cancelled() {
            match self.get(link.address().expose()) {
                MemoryPackage::Bytes(bytes) => {
                    let size = bytes.len() as u64;
                    progress.expect(size);
                    progress.advance(size);
                    return Ok(Arc::new(Shared(bytes)));
                }
                MemoryPackage::Expired => return Err(SourceError::Expired(FailureDetail::LinkExpired)),
                MemoryPackage::Invalid => return Err(SourceError::Invalid(FailureDetail::NoPackage)),
                MemoryPackage::Unavailable => return Err(SourceError::Unavailable(FailureDetail::Unreachable)),
                MemoryPackage::Challenged => return Err(SourceError::Challenged),
                MemoryPackage::Silence => sleep(WATCH).await,
            }
        }
        Err(SourceError::Cancelled)
    }
}

/// Bytes that the source keeps.
struct Shared(Arc<Vec<u8>>);

impl PackageBytes for Shared {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<()> {
        self.0.read_exact_at(offset, buffer)
    }
}
