//! The unpacked bytes that are being looked at: whole pieces are taken off the front, the rest moves up.

use dumpus_ports::archive::ArchiveError;

use super::unpack::Unpacking;

/// Bytes unpacked at once.
const BLOCK: usize = 512 * 1024;

/// A buffer that a thread keeps for all of its entries.
#[derive(Debug)]
pub(crate) struct SlidingBuffer {
    buffer: Vec<u8>,
    held: std::ops::Range<usize>,
}

impl SlidingBuffer {
    pub(crate) fn new() -> Self {
        Self {
            buffer: vec![0; BLOCK],
            held: 0..0,
        }
    }

    /// Forgets what an earlier entry left.
    pub(crate) fn clear(&mut self) {
        self.held = 0..0;
        self.buffer.truncate(BLOCK);
        self.buffer.shrink_to(4 * BLOCK);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[self.held.clone()]
    }

    /// Takes bytes off the front.
    pub(crate) fn take(&mut self, count: usize) {
        self.held.start = (self.held.start + count).min(self.held.end);
    }

    /// Adds a block behind the bytes held, however many those are; whether there was more.
    pub(crate) fn fill(&mut self, from: &mut Unpacking<'_>) -> Result<bool, ArchiveError> {
        self.buffer.copy_within(self.held.clone(), 0);
        self.held = 0..self.held.len();
        if self.buffer.len() - self.held.end < BLOCK / 2 {
            self.buffer
                .resize((self.buffer.len() * 2).max(self.held.end + BLOCK), 0);
        }
        let count = from.read(&mut self.buffer[self.held.end..])?;
        self.held.end += count;
        Ok(count > 0)
    }
}
