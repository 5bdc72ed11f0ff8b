//! Reads a spool at any place, by many threads at once.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dumpus_ports::archive::PackageBytes;

use super::cipher::{BLOCK, BlockCipher, TAG, changed};

/// Opened blocks that are kept: readers go forward in small steps, several at once at different places.
const SLOTS: usize = 16;

/// A package in sealed blocks.
pub(super) struct SealedFile {
    file: File,
    cipher: BlockCipher,
    length: u64,
    slots: [Mutex<Slot>; SLOTS],
}

#[derive(Default)]
struct Slot {
    number: Option<u64>,
    /// Plaintext, then what is left of the tag.
    block: Vec<u8>,
}

impl SealedFile {
    pub(super) fn new(file: File, cipher: BlockCipher, length: u64) -> Self {
        Self {
            file,
            cipher,
            length,
            slots: Default::default(),
        }
    }

    #[cfg(test)]
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// The slot of a block, with the block in it.
    fn opened(&self, number: u64) -> io::Result<MutexGuard<'_, Slot>> {
        let index = usize::try_from(number % SLOTS as u64).unwrap_or(0);
        let mut slot = self.slots[index].lock().unwrap_or_else(PoisonError::into_inner);
        if slot.number != Some(number) {
            // Whatever goes wrong below, the slot does not pass for what it held.
            slot.number = None;
            self.open(number, &mut slot.block)?;
            slot.number = Some(number);
        }
        Ok(slot)
    }

    fn open(&self, number: u64, block: &mut Vec<u8>) -> io::Result<()> {
        let start = number * BLOCK as u64;
        let is_last = number == self.length.saturating_sub(1) / BLOCK as u64;
        let plain = usize::try_from(self.length - start).unwrap_or(BLOCK).min(BLOCK);
        block.resize(plain + TAG, 0);
        let place = number * (BLOCK + TAG) as u64;
        self.file
            .read_exact_at(block, place)
            .map_err(|error| match error.kind() {
                // The package does not end here: somebody cut the file.
                io::ErrorKind::UnexpectedEof => changed(),
                _ => error,
            })?;
        self.cipher.open(number, is_last, block)
    }
}

impl PackageBytes for SealedFile {
    fn size(&self) -> u64 {
        self.length
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end = offset.checked_add(buffer.len() as u64);
        if end.is_none_or(|end| end > self.length) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (mut offset, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let number = offset / BLOCK as u64;
            let within = usize::try_from(offset % BLOCK as u64).unwrap_or(0);
            let (now, later) = rest.split_at_mut(rest.len().min(BLOCK - within));
            let slot = self.opened(number)?;
            now.copy_from_slice(&slot.block[within..within + now.len()]);
            drop(slot);
            offset += now.len() as u64;
            rest = later;
        }
        Ok(())
    }
}
