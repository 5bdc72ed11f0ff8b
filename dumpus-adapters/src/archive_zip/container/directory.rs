//! Opens an archive: its directory, and nothing of its entries.

use std::io::{self, Read, Seek, SeekFrom};

use dumpus_ports::archive::{ArchiveError, PackageBytes};
use dumpus_ports::domain::analysis::OverBudget;
use dumpus_ports::domain::failure_detail::{ArchiveDefect, PackageLimit};
use dumpus_ports::domain::time::Day;
use zip::read::ZipFileEntry;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::entry::{Entry, Method};
use crate::archive_zip::limits::ensure_at_most;

/// A header of the directory has 46 bytes, its name here under 80, its extra fields under 32.
const DIRECTORY_BYTES_PER_ENTRY: u64 = 160;

/// The entries of an archive, in the order of its directory; of several with one name only the last.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) entries: Vec<Entry>,
    /// The day on which the newest file was changed last.
    pub(super) newest: Option<Day>,
}

impl Directory {
    /// Reads the directory.
    pub(super) fn open(package: &dyn PackageBytes, max_entries: u64) -> Result<Self, ArchiveError> {
        // Looked at before the number of entries is known for certain.
        let max_bytes = max_entries.saturating_mul(DIRECTORY_BYTES_PER_ENTRY).max(1 << 20);
        let mut reader = DirectoryReader::new(package, max_bytes);
        let opened = ZipArchive::new(&mut reader).map(|archive| archive.metadata());
        let metadata = match (reader.failure, opened) {
            (Some(Failure::Storage(error)), _) => return Err(ArchiveError::Storage(error)),
            (Some(Failure::Budget), _) => {
                let (what, limit) = (PackageLimit::DirectoryBytes, max_bytes);
                return Err(OverBudget { what, limit }.into());
            }
            (None, opened) => opened.map_err(|error| ArchiveError::NotAnArchive(reason(&error)))?,
        };
        ensure_at_most(PackageLimit::Entries, metadata.len() as u64, max_entries)?;
        let mut newest = None;
        let mut entries = Vec::with_capacity(metadata.len());
        for index in 0..metadata.len() {
            let Ok(found) = metadata.entry(index) else { continue };
            let entry = entry(&found, package.size());
            if !entry.name.ends_with(['/', '\\']) {
                newest = newest.max(
                    found
                        .last_modified()
                        .and_then(|date| Day::from_civil(date.year().into(), date.month().into(), date.day().into())),
                );
            }
            entries.push(entry);
        }
        // The zip crate keeps the last of several records with one name, at the place of the first.
        entries.sort_by_key(|entry| entry.directory_start);
        Ok(Self { entries, newest })
    }
}

fn entry(declared: &ZipFileEntry<'_>, archive_bytes: u64) -> Entry {
    let method = match declared.compression() {
        _ if declared.encrypted() => Method::Encrypted,
        CompressionMethod::Stored => Method::Stored,
        CompressionMethod::Deflated => Method::Deflated,
        _ => Method::Unknown,
    };
    Entry {
        name: decoded(declared.name_raw()),
        header_start: declared.header_start(),
        packed: declared.compressed_size().min(archive_bytes),
        unpacked: declared.size(),
        crc: declared.crc32(),
        method,
        directory_start: declared.central_header_start(),
    }
}

/// Only ASCII parts of names are looked at; the others need no more than to stay different.
fn decoded(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => name.iter().copied().map(char::from).collect(),
    }
}

/// Says what is wrong without what the archive says of itself.
fn reason(error: &ZipError) -> ArchiveDefect {
    match error {
        ZipError::UnsupportedArchive(_) => ArchiveDefect::UnsupportedFeature,
        ZipError::Io(_) => ArchiveDefect::TruncatedDirectory,
        _ => ArchiveDefect::NoDirectory,
    }
}

enum Failure {
    Storage(io::Error),
    Budget,
}

/// Bytes read at once: a storage may have to decrypt each piece it reads.
const BLOCK: usize = 64 * 1024;

/// A cursor over the package for the reading of its directory. What it hands out is bounded: where the directory
/// claims to be elsewhere, the zip crate searches, however large the archive is.
struct DirectoryReader<'a> {
    package: &'a dyn PackageBytes,
    position: u64,
    block: Vec<u8>,
    block_start: u64,
    left: u64,
    failure: Option<Failure>,
}

impl<'a> DirectoryReader<'a> {
    fn new(package: &'a dyn PackageBytes, budget: u64) -> Self {
        Self {
            package,
            position: 0,
            block: Vec::new(),
            block_start: 0,
            left: budget,
            failure: None,
        }
    }

    /// What is held from the position on; empty at the end of the package.
    fn held(&mut self) -> io::Result<&[u8]> {
        let inside = self.position.checked_sub(self.block_start);
        let known = inside.is_some_and(|inside| inside < self.block.len() as u64);
        if !known {
            let rest = self.package.size().saturating_sub(self.position);
            let length = usize::try_from(rest).unwrap_or(BLOCK).min(BLOCK);
            self.block.resize(length, 0);
            self.block_start = self.position;
            self.package.read_exact_at(self.position, &mut self.block)?;
        }
        let inside = usize::try_from(self.position - self.block_start).unwrap_or(usize::MAX);
        Ok(self.block.get(inside..).unwrap_or_default())
    }
}

impl Read for DirectoryReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left < buffer.len() as u64 {
            self.failure.get_or_insert(Failure::Budget);
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let length = match self.held() {
            Ok(held) => {
                let length = held.len().min(buffer.len());
                buffer[..length].copy_from_slice(&held[..length]);
                length
            }
            Err(error) => {
                self.block.clear();
                let kind = error.kind();
                self.failure.get_or_insert(Failure::Storage(error));
                return Err(kind.into());
            }
        };
        self.left -= length as u64;
        self.position += length as u64;
        Ok(length)
    }
}

impl Seek for DirectoryReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(distance) => self.package.size().checked_add_signed(distance),
            SeekFrom::Current(distance) => self.position.checked_add_signed(distance),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
