//! How the reader of archives deals with what packages are stored in, and with those who wait for it.
#![cfg(feature = "zip")]

#[expect(dead_code, reason = "the hostile archives use all of it")]
mod support;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dumpus_adapters::archive_zip::ZipReader;
use dumpus_ports::CancellationToken;
use dumpus_ports::archive::{ArchiveError, ArchiveReader, PackageBytes, Progress};
use dumpus_ports::domain::report::Report;

use support::package;

/// A package of zeros with an end.
struct Vast {
    size: u64,
    end: Vec<u8>,
}

impl PackageBytes for Vast {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end_start = self.size - self.end.len() as u64;
        for (place, byte) in (offset..).zip(buffer) {
            let in_end = place.checked_sub(end_start).and_then(|at| usize::try_from(at).ok());
            *byte = in_end.map_or(0, |at| self.end[at]);
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_directory_is_not_searched_through_the_whole_archive() {
    // An end record whose directory is not where it says: unzippers then search for it.
    let mut end = b"PK\x05\x06\0\0\0\0\x05\0\x05\0".to_vec();
    end.extend([0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let started = Instant::now();
    let vast = Arc::new(Vast { size: 1 << 40, end });
    let answer = ZipReader::default()
        .read(vast, Progress::new(), dumpus_ports::CancellationToken::new())
        .await;
    assert!(matches!(answer, Err(ArchiveError::TooLarge { .. })), "{answer:?}");
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// Does something at the n-th read from the package.
struct Trap<F> {
    bytes: Vec<u8>,
    left: AtomicUsize,
    spring: F,
}

impl<F: Fn() -> io::Result<()> + Send + Sync> PackageBytes for Trap<F> {
    fn size(&self) -> u64 {
        self.bytes.size()
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 0 {
            (self.spring)()?;
        }
        self.bytes.read_exact_at(offset, buffer)
    }
}

async fn sprung(
    at: usize,
    cancel: CancellationToken,
    spring: impl Fn() -> io::Result<()> + Send + Sync + 'static,
) -> Result<Report, ArchiveError> {
    let bytes = package().build();
    let trap = Trap {
        bytes,
        left: AtomicUsize::new(at),
        spring,
    };
    ZipReader::default().read(Arc::new(trap), Progress::new(), cancel).await
}

#[tokio::test]
async fn a_failing_storage_is_told_from_a_broken_package() {
    for at in 0..8 {
        let answer = sprung(at, CancellationToken::new(), || {
            Err(io::Error::other("the disk is gone"))
        })
        .await;
        assert!(matches!(answer, Err(ArchiveError::Storage(_))), "{at}: {answer:?}");
    }
}

#[tokio::test]
async fn cancelling_ends_the_work_in_the_middle() {
    for at in 0..7 {
        let cancel = CancellationToken::new();
        let canceller = cancel.clone();
        let answer = sprung(at, cancel, move || {
            canceller.cancel();
            Ok(())
        });
        let answer = answer.await;
        assert!(matches!(answer, Err(ArchiveError::Cancelled)), "{at}: {answer:?}");
    }
}

#[tokio::test]
async fn a_panic_is_an_error() {
    for at in 0..8 {
        let answer = sprung(at, CancellationToken::new(), || panic!("words of the package")).await;
        let Err(ArchiveError::Failed(cause)) = answer else {
            panic!("{at}: {answer:?}")
        };
        assert_eq!(cause.to_string(), "a reading thread panicked");
    }
}
