//! Unpacks one entry, block by block, with buffers that a thread keeps for all of its entries.

use std::io;

use dumpus_ports::archive::ArchiveError;
use flate2::{Decompress, FlushDecompress, Status};

use super::archive::Archive;
use super::entry::{Entry, Method};

/// Bytes read from the package at once.
const PACKED_BLOCK: usize = 128 * 1024;

const LOCAL_HEADER: usize = 30;
/// Most local headers have extra fields shorter than this, so that a small entry takes one read.
const USUAL_EXTRA: usize = 64;

/// Why an entry has less content than it should, in words that follow a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    Lost,
    Cut,
    Corrupt,
    Longer,
    Shorter,
    Checksum,
    Encrypted,
    Unknown,
}

impl Damage {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Lost => "files are not where the directory of the archive says",
            Self::Cut => "files are cut off",
            Self::Corrupt => "files are corrupt",
            Self::Longer => "files are longer than declared and were cut there",
            Self::Shorter => "files are shorter than declared",
            Self::Checksum => "files do not match their checksum",
            Self::Encrypted => "files are encrypted and could not be read",
            Self::Unknown => "files are packed by an unknown method and could not be read",
        }
    }
}

/// What a thread needs to unpack entries one after the other.
#[derive(Debug)]
pub(crate) struct Unpacker {
    inflate: Decompress,
    packed: Vec<u8>,
}

impl Unpacker {
    pub(crate) fn new() -> Self {
        Self {
            inflate: Decompress::new(false),
            packed: vec![0; PACKED_BLOCK],
        }
    }

    /// Begins with an entry.
    pub(crate) fn open<'a>(&'a mut self, archive: &'a Archive, entry: usize) -> Result<Unpacking<'a>, ArchiveError> {
        let entry = &archive.entries[entry];
        let mut unpacking = Unpacking {
            archive,
            entry,
            inflate: &mut self.inflate,
            packed: &mut self.packed,
            held: 0..0,
            next: entry.header_start,
            packed_left: 0,
            unpacked_left: entry.unpacked,
            advanced: 0,
            crc: crc32fast::Hasher::new(),
            ended: false,
            damage: None,
        };
        match entry.method {
            Method::Stored | Method::Deflated => unpacking.begin()?,
            Method::Encrypted => unpacking.end(Some(Damage::Encrypted)),
            Method::Unknown => unpacking.end(Some(Damage::Unknown)),
        }
        Ok(unpacking)
    }
}

/// An entry that is being unpacked. What comes before a damage is given out.
#[derive(Debug)]
pub(crate) struct Unpacking<'a> {
    archive: &'a Archive,
    entry: &'a Entry,
    inflate: &'a mut Decompress,
    packed: &'a mut Vec<u8>,
    /// Packed bytes read and not used yet.
    held: std::ops::Range<usize>,
    /// Where the next packed bytes are.
    next: u64,
    /// Packed bytes not read yet.
    packed_left: u64,
    unpacked_left: u64,
    advanced: u64,
    crc: crc32fast::Hasher,
    ended: bool,
    damage: Option<Damage>,
}

impl Unpacking<'_> {
    /// Bytes that are still to come, by the directory.
    pub(crate) fn declared_left(&self) -> u64 {
        self.unpacked_left
    }

    /// What was wrong with the entry, once it has been read to its end.
    pub(crate) fn damage(&self) -> Option<Damage> {
        self.damage
    }

    /// Fills as much of the buffer as there is to fill; 0 at the end. The buffer must not be empty.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        let mut filled = 0;
        while filled < buffer.len() && !self.ended {
            filled += match self.entry.method {
                Method::Stored => self.copy(&mut buffer[filled..])?,
                _ => self.inflate(&mut buffer[filled..])?,
            };
        }
        Ok(filled)
    }

    /// Finds the data behind the local header.
    fn begin(&mut self) -> Result<(), ArchiveError> {
        self.inflate.reset(false);
        let usual_header = LOCAL_HEADER + self.entry.name.len() + USUAL_EXTRA;
        self.packed_left = self.entry.packed.saturating_add(usual_header as u64);
        if !self.refill()? || self.held.len() < LOCAL_HEADER {
            self.end(Some(Damage::Lost));
            return Ok(());
        }
        let header = &self.packed[..LOCAL_HEADER];
        if !header.starts_with(b"PK\x03\x04") {
            self.end(Some(Damage::Lost));
            return Ok(());
        }
        let length = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let data = LOCAL_HEADER + length(26) + length(28);
        let held = self.held.len();
        if data < held {
            let use_of =
                usize::try_from(self.entry.packed).map_or(held, |packed| held.min(data.saturating_add(packed)));
            self.held = data..use_of;
        } else {
            self.held = 0..0;
        }
        self.next = self.entry.header_start + (data.max(self.held.end)) as u64;
        self.packed_left = self.entry.packed - self.held.len() as u64;
        Ok(())
    }

    /// Reads the next packed bytes when none are held; whether there are any.
    fn refill(&mut self) -> Result<bool, ArchiveError> {
        if !self.held.is_empty() {
            return Ok(true);
        }
        self.archive.check_cancelled()?;
        let in_package = self.archive.package.size().saturating_sub(self.next);
        let wanted = self.packed_left.min(in_package).min(PACKED_BLOCK as u64);
        let length = usize::try_from(wanted).unwrap_or(PACKED_BLOCK);
        if length == 0 {
            return Ok(false);
        }
        match self
            .archive
            .package
            .read_exact_at(self.next, &mut self.packed[..length])
        {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(ArchiveError::Storage(error)),
        }
        self.held = 0..length;
        self.next += length as u64;
        self.packed_left -= length as u64;
        Ok(true)
    }

    fn copy(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        if self.unpacked_left == 0 {
            let more = !self.held.is_empty() || self.packed_left > 0;
            self.finish(more);
            return Ok(0);
        }
        if !self.refill()? {
            self.end(Some(Damage::Cut));
            return Ok(0);
        }
        let left = usize::try_from(self.unpacked_left).unwrap_or(usize::MAX);
        let length = self.held.len().min(buffer.len()).min(left);
        buffer[..length].copy_from_slice(&self.packed[self.held.start..self.held.start + length]);
        self.held.start += length;
        self.give(&buffer[..length], length as u64);
        Ok(length)
    }

    fn inflate(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        let has_input = self.refill()?;
        let (packed_before, before) = (self.inflate.total_in(), self.inflate.total_out());
        // One byte more than is declared has room, so that a longer entry shows.
        let room = usize::try_from(self.unpacked_left.saturating_add(1)).unwrap_or(usize::MAX);
        let room = room.min(buffer.len());
        let input = &self.packed[self.held.clone()];
        let status = self
            .inflate
            .decompress(input, &mut buffer[..room], FlushDecompress::None);
        let used = self.inflate.total_in() - packed_before;
        let given = self.inflate.total_out() - before;
        self.held.start += usize::try_from(used).unwrap_or(0);
        let wanted = given.min(self.unpacked_left);
        let length = usize::try_from(wanted).unwrap_or(0);
        self.give(&buffer[..length], used);
        match status {
            _ if given > wanted => self.finish(true),
            Ok(Status::StreamEnd) => self.finish(false),
            Ok(_) if used == 0 && given == 0 && !has_input => self.end(Some(Damage::Cut)),
            // With input and room at hand the stream must move on.
            Ok(_) if used == 0 && given == 0 => self.end(Some(Damage::Corrupt)),
            Ok(_) => {}
            Err(_) => self.end(Some(Damage::Corrupt)),
        }
        Ok(length)
    }

    fn give(&mut self, unpacked: &[u8], packed: u64) {
        self.crc.update(unpacked);
        self.unpacked_left -= unpacked.len() as u64;
        let packed = packed.min(self.entry.packed - self.advanced);
        self.advanced += packed;
        self.archive.progress.advance(packed);
    }

    /// The data came to its end, or went on behind it.
    fn finish(&mut self, longer: bool) {
        let damage = if longer {
            Some(Damage::Longer)
        } else if self.unpacked_left > 0 {
            Some(Damage::Shorter)
        } else if self.crc.clone().finalize() == self.entry.crc {
            None
        } else {
            Some(Damage::Checksum)
        };
        self.end(damage);
    }

    fn end(&mut self, damage: Option<Damage>) {
        self.ended = true;
        self.damage = damage;
    }
}

impl Drop for Unpacking<'_> {
    /// An entry that is left early is done as well.
    fn drop(&mut self) {
        self.archive.progress.advance(self.entry.packed - self.advanced);
    }
}
