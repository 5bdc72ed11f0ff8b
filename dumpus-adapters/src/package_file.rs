//! A package that lies on a disk as a file.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use dumpus_ports::archive::PackageBytes;

/// A package in a file of its owner's; many threads read it at once.
#[derive(Debug)]
pub struct PackageFile {
    file: File,
    size: u64,
}

impl PackageFile {
    /// Opens the file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(Self {
            file,
            size: metadata.len(),
        })
    }
}

impl PackageBytes for PackageFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }
}
