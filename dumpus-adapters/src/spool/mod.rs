//! Where a package lies while it is analysed: in memory when it is small, else encrypted in a file without a name.
//!
//! The key exists in this process only and for one filling of the spool; with it, or with the file handle, what was
//! written is gone.

mod cipher;
mod reader;
mod writer;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use dumpus_ports::archive::PackageBytes;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

#[cfg(feature = "cli")]
use crate::cli::values;

pub use writer::SpoolWriter;

/// Pieces that wait for the disk: at most some 400 KB each, what the HTTP client reads at once.
const PIECES_AHEAD: usize = 16;

/// Where packages lie.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args), command(next_help_heading = "Downloads"))]
#[non_exhaustive]
pub struct SpoolSettings {
    /// Where archives are spooled, encrypted; by default the system's directory for temporary files.
    ///
    /// The files have no names.
    #[cfg_attr(feature = "cli", arg(
        long = "spool-dir", env = "DUMPUS_SPOOL_DIR", value_name = "DIRECTORY", value_parser = values::directory,
        default_value = Self::default().folder.into_os_string(), hide_default_value = true,
    ))]
    pub folder: PathBuf,
    /// Archives up to this size are kept in memory instead; 0 keeps none there.
    #[cfg_attr(feature = "cli", arg(
        long = "spool-memory", env = "DUMPUS_SPOOL_MEMORY", value_name = "BYTES", value_parser = values::bytes(0_usize),
        default_value = values::bytes_text(Self::default().memory as u64),
    ))]
    pub memory: usize,
}

impl SpoolSettings {
    /// Writes a file to the folder, which nobody sees, and drops it.
    ///
    /// # Errors
    /// When packages could not be stored there.
    pub fn probe(&self) -> io::Result<()> {
        io::Write::write_all(&mut tempfile::tempfile_in(&self.folder)?, &[0; 4_096])
    }

    /// Bytes that the folder still has room for.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn free_bytes(&self) -> io::Result<u64> {
        let filesystem = rustix::fs::statvfs(&self.folder)?;
        Ok(filesystem.f_bavail.saturating_mul(filesystem.f_frsize))
    }
}

impl Default for SpoolSettings {
    fn default() -> Self {
        Self {
            memory: 32 << 20,
            folder: std::env::temp_dir(),
        }
    }
}

/// A spool that is filled from async code; the disk is written on a thread of its own.
pub(crate) struct Spool {
    pieces: mpsc::Sender<Bytes>,
    writing: JoinHandle<io::Result<Arc<dyn PackageBytes>>>,
}

impl Spool {
    /// Starts an empty spool, with a new key. `expected` bytes decide early between memory and disk.
    pub(crate) fn start(settings: &SpoolSettings, expected: Option<u64>) -> Self {
        let (pieces, mut arriving) = mpsc::channel::<Bytes>(PIECES_AHEAD);
        let settings = settings.clone();
        let writing = spawn_blocking(move || {
            let mut writer = SpoolWriter::new(settings, expected)?;
            while let Some(piece) = arriving.blocking_recv() {
                writer.write(&piece)?;
            }
            writer.finish()
        });
        Self { pieces, writing }
    }

    /// Appends bytes, when the disk is ready for more.
    pub(crate) async fn write(&mut self, piece: Bytes) -> io::Result<()> {
        if self.pieces.send(piece).await.is_ok() {
            return Ok(());
        }
        // The writer has ended before its time, and says why.
        match (&mut self.writing).await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    /// All bytes, readable.
    pub(crate) async fn finish(self) -> io::Result<Arc<dyn PackageBytes>> {
        drop(self.pieces);
        self.writing.await.map_err(io::Error::other)?
    }
}
