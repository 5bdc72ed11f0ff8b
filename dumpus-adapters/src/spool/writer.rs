//! Fills a spool.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::Arc;

use dumpus_ports::archive::PackageBytes;
use zeroize::Zeroize as _;

use super::SpoolSettings;
use super::cipher::{BLOCK, BlockCipher, TAG};
use super::reader::SealedFile;

/// Fills a spool from its beginning to its end. It blocks while it writes to the disk.
pub struct SpoolWriter {
    settings: SpoolSettings,
    place: Place,
}

enum Place {
    Memory(Vec<u8>),
    Disk(Box<Sealing>),
}

impl SpoolWriter {
    /// An empty spool with a new key. `expected` bytes decide early between memory and disk.
    ///
    /// # Errors
    /// When a large package is expected and the folder takes no file.
    pub fn new(settings: SpoolSettings, expected: Option<u64>) -> io::Result<Self> {
        let place = match expected.map(usize::try_from) {
            Some(Ok(expected)) if expected <= settings.memory => Place::Memory(Vec::with_capacity(expected)),
            Some(_) => Place::Disk(Box::new(Sealing::new(&settings)?)),
            None => Place::Memory(Vec::new()),
        };
        Ok(Self { settings, place })
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// When the disk does not take them; the spool is of no use then.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.place {
            Place::Memory(held) if held.len() + bytes.len() <= self.settings.memory => {
                held.extend_from_slice(bytes);
                Ok(())
            }
            Place::Memory(held) => {
                let mut sealing = Box::new(Sealing::new(&self.settings)?);
                sealing.write(held)?;
                sealing.write(bytes)?;
                held.zeroize();
                self.place = Place::Disk(sealing);
                Ok(())
            }
            Place::Disk(sealing) => sealing.write(bytes),
        }
    }

    /// All bytes, readable.
    ///
    /// # Errors
    /// When the disk does not take the last of them.
    pub fn finish(self) -> io::Result<Arc<dyn PackageBytes>> {
        Ok(match self.place {
            Place::Memory(held) => Arc::new(held),
            Place::Disk(sealing) => Arc::new(sealing.finish()?),
        })
    }
}

/// Seals blocks into a file that has no name.
struct Sealing {
    /// Gone once a write has failed: another one would seal the same block number again, which shows its plaintext.
    file: Option<File>,
    cipher: BlockCipher,
    /// Not sealed yet: only full blocks are, and the last one when it is known to be the last.
    pending: Vec<u8>,
    blocks: u64,
}

impl Sealing {
    fn new(settings: &SpoolSettings) -> io::Result<Self> {
        Ok(Self {
            file: Some(tempfile::tempfile_in(&settings.folder)?),
            cipher: BlockCipher::generate()?,
            pending: Vec::with_capacity(BLOCK + TAG),
            blocks: 0,
        })
    }

    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        if self.file.is_none() {
            return Err(failed_before());
        }
        while !bytes.is_empty() {
            if self.pending.len() == BLOCK {
                self.seal(false)?;
            }
            let (taken, rest) = bytes.split_at(bytes.len().min(BLOCK - self.pending.len()));
            self.pending.extend_from_slice(taken);
            bytes = rest;
        }
        Ok(())
    }

    fn seal(&mut self, is_last: bool) -> io::Result<()> {
        let mut file = self.file.take().ok_or_else(failed_before)?;
        self.cipher.seal(self.blocks, is_last, &mut self.pending)?;
        file.write_all(&self.pending)?;
        self.pending.clear();
        self.blocks += 1;
        self.file = Some(file);
        Ok(())
    }

    fn finish(mut self) -> io::Result<SealedFile> {
        let length = self.blocks * BLOCK as u64 + self.pending.len() as u64;
        self.seal(true)?;
        let file = self.file.ok_or_else(failed_before)?;
        Ok(SealedFile::new(file, self.cipher, length))
    }
}

fn failed_before() -> io::Error {
    io::Error::other("a block could not be written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{FileExt as _, MetadataExt as _};

    /// Bytes that differ from block to block.
    fn package(length: usize) -> Vec<u8> {
        (0..length as u64)
            .map(|at| at.wrapping_mul(0x9e37_79b9).to_be_bytes()[5])
            .collect()
    }

    fn sealed(bytes: &[u8]) -> SealedFile {
        let mut sealing = Sealing::new(&SpoolSettings::default()).unwrap();
        sealing.write(bytes).unwrap();
        sealing.finish().unwrap()
    }

    fn read(package: &dyn PackageBytes, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; length];
        package.read_exact_at(offset, &mut buffer).map(|()| buffer)
    }

    #[test]
    fn nothing_is_sealed_after_a_write_that_failed() {
        let mut sealing = Sealing::new(&SpoolSettings::default()).unwrap();
        sealing.file = Some(File::options().write(true).open("/dev/full").unwrap());
        let block = package(BLOCK + 1);
        assert!(sealing.write(&block).is_err());
        // Were the disk to have room again, the block would be sealed with a nonce that was used before.
        assert!(sealing.write(&block).is_err());
        assert!(sealing.file.is_none());
        assert!(sealing.finish().is_err());
    }

    #[test]
    fn the_file_has_no_name_and_no_plaintext() {
        let marker = b"MARKER-that-stands-in-a-package";
        let plain = marker.repeat(3 * BLOCK / marker.len());
        let file = sealed(&plain);
        assert_eq!(file.file().metadata().unwrap().nlink(), 0);
        let mut on_disk = vec![0; usize::try_from(file.file().metadata().unwrap().len()).unwrap()];
        file.file().read_exact_at(&mut on_disk, 0).unwrap();
        assert!(on_disk.len() > plain.len());
        assert!(!on_disk.windows(12).any(|window| window == &marker[..12]));
    }

    #[test]
    fn two_spools_of_the_same_bytes_differ() {
        let plain = package(BLOCK);
        let on_disk = |file: &SealedFile| {
            let mut bytes = vec![0; BLOCK + TAG];
            file.file().read_exact_at(&mut bytes, 0).unwrap();
            bytes
        };
        assert_ne!(on_disk(&sealed(&plain)), on_disk(&sealed(&plain)));
    }

    #[test]
    fn a_changed_block_is_not_read() {
        let plain = package(2 * BLOCK + 100);
        let sealed_block = (BLOCK + TAG) as u64;
        for at in [
            0,
            77,
            sealed_block - 1,
            sealed_block,
            2 * sealed_block,
            2 * sealed_block + 115,
        ] {
            let file = sealed(&plain);
            let mut byte = [0];
            file.file().read_exact_at(&mut byte, at).unwrap();
            file.file().write_all_at(&[byte[0] ^ 0x10], at).unwrap();
            let number = at / sealed_block;
            let error = read(&file, number * BLOCK as u64 + 50, 1).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{at}");
            let other = (number + 1) % 3;
            assert!(read(&file, other * BLOCK as u64, 50).is_ok());
        }
    }

    #[test]
    fn blocks_that_are_swapped_or_cut_off_are_not_read() {
        let plain = package(3 * BLOCK);
        let sealed_block = BLOCK + TAG;
        let file = sealed(&plain);
        let mut first = vec![0; sealed_block];
        file.file().read_exact_at(&mut first, 0).unwrap();
        file.file().write_all_at(&first, sealed_block as u64).unwrap();
        assert_eq!(
            read(&file, BLOCK as u64, 1).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
        file.file().set_len(2 * sealed_block as u64).unwrap();
        let cut = read(&file, 2 * BLOCK as u64, 1).unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::InvalidData);
    }
}
