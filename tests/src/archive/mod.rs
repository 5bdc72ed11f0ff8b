//! A ZIP writer that can also write invalid archives.
//!
//! Implemented here so that a reader is not tested with the writer of the same library, and so that flags, sizes and
//! checksums can be wrong on purpose.

mod record;

use std::io::{self, Seek, SeekFrom, Write};

use flate2::{Compress, Compression, FlushCompress, Status};

use record::{Record, low};

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Marked as encrypted.
    Encrypted,
    /// An unknown compression method.
    UnknownMethod,
    /// The first byte of the compressed data is not deflate.
    BrokenDeflate,
    /// Intact data with a wrong checksum.
    WrongCrc,
}

/// How an entry is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct EntryOptions {
    /// The entry's date in days since 1970; dates before 1980 are written as 1980-01-01.
    pub day: i64,
    /// Stored uncompressed.
    pub stored: bool,
    /// Sizes are in a zip64 field even if they are small.
    pub zip64: bool,
    /// Sizes and checksum follow the data.
    pub descriptor: bool,
    /// What is wrong with it.
    pub damage: Option<Damage>,
}

/// Uncompressed and compressed bytes of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntrySize {
    /// Bytes of the content.
    pub unpacked: u64,
    /// Bytes in the archive.
    pub packed: u64,
}

const DEFLATE: u16 = 8;
const STORED: u16 = 0;
const UNASSIGNED: u16 = 77;
const ENCRYPTION_HEADER: [u8; 12] = *b"\x93\x07\xd4\x1f\x5a\x88\x02\xee\x31\xc6\x70\x4b";

/// Writes one archive, entry by entry.
pub struct ArchiveWriter<W> {
    out: W,
    position: u64,
    records: Vec<Record>,
    deflate: Compress,
    packed: Vec<u8>,
}

impl<W: Write + Seek> ArchiveWriter<W> {
    /// Starts an archive with compression `level`, 1 (fast) to 9.
    pub fn new(out: W, level: u32) -> Self {
        Self {
            out,
            position: 0,
            records: Vec::new(),
            deflate: Compress::new(Compression::new(level), false),
            packed: Vec::with_capacity(CHUNK * 2),
        }
    }

    /// Number of entries and directories so far.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.records.len()
    }

    /// Adds a directory entry; `name` ends with a separator.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn directory(&mut self, name: &str, day: i64) -> io::Result<()> {
        let options = EntryOptions {
            day,
            stored: true,
            ..EntryOptions::default()
        };
        self.entry(name, options)?.finish().map(|_| ())
    }

    /// Adds a file with the given content.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn file(&mut self, name: &str, options: EntryOptions, content: &[u8]) -> io::Result<EntrySize> {
        let mut entry = self.entry(name, options)?;
        entry.write_all(content)?;
        entry.finish()
    }

    /// Starts a file.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn entry(&mut self, name: &str, options: EntryOptions) -> io::Result<EntryWriter<'_, W>> {
        let method = match options.damage {
            Some(Damage::UnknownMethod) => UNASSIGNED,
            _ if options.stored => STORED,
            _ => DEFLATE,
        };
        let mut flags = 0;
        if !name.is_ascii() {
            flags |= 1 << 11;
        }
        if options.damage == Some(Damage::Encrypted) {
            flags |= 1;
        }
        if options.descriptor && !options.stored {
            flags |= 1 << 3;
        }
        let record = Record {
            name: name.as_bytes().to_vec(),
            options,
            flags,
            method,
            crc: 0,
            size: EntrySize::default(),
            offset: self.position,
        };
        let header = record.local_header();
        self.out.write_all(&header)?;
        self.position += header.len() as u64;
        self.deflate.reset();
        let mut packed = 0;
        if options.damage == Some(Damage::Encrypted) {
            self.out.write_all(&ENCRYPTION_HEADER)?;
            packed = ENCRYPTION_HEADER.len() as u64;
        }
        let size = EntrySize { unpacked: 0, packed };
        Ok(EntryWriter {
            archive: self,
            record: Record { size, ..record },
            crc: crc32fast::Hasher::new(),
        })
    }

    /// Writes the central directory and returns the output.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        let start = self.position;
        let mut directory = Vec::new();
        for record in &self.records {
            record.central_header(&mut directory);
        }
        let length = directory.len() as u64;
        let count = self.records.len() as u64;
        let forced = self.records.iter().any(|record| record.options.zip64);
        let large = forced || count >= 0xffff || start + length >= u64::from(u32::MAX);
        if large {
            let end = start + length;
            directory.extend_from_slice(b"PK\x06\x06");
            directory.extend_from_slice(&44_u64.to_le_bytes());
            directory.extend_from_slice(&[45, 3, 45, 0]);
            directory.extend_from_slice(&[0; 8]);
            for number in [count, count, length, start] {
                directory.extend_from_slice(&number.to_le_bytes());
            }
            directory.extend_from_slice(b"PK\x06\x07\0\0\0\0");
            directory.extend_from_slice(&end.to_le_bytes());
            directory.extend_from_slice(&1_u32.to_le_bytes());
        }
        directory.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        let short = if large {
            u16::MAX
        } else {
            u16::try_from(count).unwrap_or(u16::MAX)
        };
        directory.extend_from_slice(&short.to_le_bytes());
        directory.extend_from_slice(&short.to_le_bytes());
        for number in [length, start] {
            let number = if large { u32::MAX } else { low(number) };
            directory.extend_from_slice(&number.to_le_bytes());
        }
        directory.extend_from_slice(&[0, 0]);
        self.out.write_all(&directory)?;
        self.out.flush()?;
        Ok((self.out, start + directory.len() as u64))
    }
}

const CHUNK: usize = 64 * 1024;

/// Writes the content of one entry.
pub struct EntryWriter<'a, W> {
    archive: &'a mut ArchiveWriter<W>,
    record: Record,
    crc: crc32fast::Hasher,
}

impl<W: Write + Seek> EntryWriter<'_, W> {
    /// Bytes of content so far.
    #[must_use]
    pub const fn unpacked(&self) -> u64 {
        self.record.size.unpacked
    }

    /// Ends the entry.
    ///
    /// # Errors
    /// What the output answers, and content of 4 GiB or more without `zip64`.
    pub fn finish(mut self) -> io::Result<EntrySize> {
        if !self.record.options.stored {
            self.pack(&[], FlushCompress::Finish)?;
        }
        let size = self.record.size;
        if size.unpacked.max(size.packed) >= u64::from(u32::MAX) && !self.record.options.zip64 {
            return Err(io::Error::other("an entry of 4 GiB needs zip64 headers"));
        }
        self.record.crc = self.crc.clone().finalize();
        if self.record.options.damage == Some(Damage::WrongCrc) {
            self.record.crc ^= 0x5555_aaaa;
        }
        let archive = self.archive;
        let header = self.record.local_header();
        archive.position += size.packed;
        if self.record.flags & (1 << 3) == 0 {
            let start = self.record.offset;
            archive.out.seek(SeekFrom::Start(start))?;
            archive.out.write_all(&header)?;
        } else {
            let descriptor = self.record.descriptor();
            archive.out.write_all(&descriptor)?;
            archive.position += descriptor.len() as u64;
        }
        if self.record.options.damage == Some(Damage::BrokenDeflate) {
            archive
                .out
                .seek(SeekFrom::Start(self.record.offset + header.len() as u64))?;
            // A final block of the type that deflate reserves.
            archive.out.write_all(&[0b111])?;
        }
        archive.out.seek(SeekFrom::Start(archive.position))?;
        archive.records.push(self.record);
        Ok(size)
    }

    fn pack(&mut self, mut input: &[u8], flush: FlushCompress) -> io::Result<()> {
        loop {
            let archive = &mut *self.archive;
            archive.packed.clear();
            let before = archive.deflate.total_in();
            let status = archive
                .deflate
                .compress_vec(input, &mut archive.packed, flush)
                .map_err(io::Error::other)?;
            let taken = usize::try_from(archive.deflate.total_in() - before).unwrap_or(0);
            input = &input[taken..];
            archive.out.write_all(&archive.packed)?;
            self.record.size.packed += archive.packed.len() as u64;
            let done = match flush {
                FlushCompress::Finish => status == Status::StreamEnd,
                _ => input.is_empty() && archive.packed.len() < archive.packed.capacity(),
            };
            if done {
                return Ok(());
            }
        }
    }
}

impl<W: Write + Seek> Write for EntryWriter<'_, W> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        if content.is_empty() {
            return Ok(0);
        }
        self.crc.update(content);
        self.record.size.unpacked += content.len() as u64;
        if self.record.options.stored {
            self.archive.out.write_all(content)?;
            self.record.size.packed += content.len() as u64;
        } else {
            self.pack(content, FlushCompress::None)?;
        }
        Ok(content.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
