//! Reads `messages.csv`, which packages had until March 2024.

use std::cell::Cell;
use std::io;

use csv::{ByteRecord, ReaderBuilder};
use dumpus_ports::archive::ArchiveError;

use super::context::ReadContext;
use super::json::snowflake;
use super::messages::Messages;
use crate::archive_zip::container::{Unpacker, Unpacking};
use crate::export_format::parse_time;

/// Bytes parsed at once.
const BLOCK: usize = 64 * 1024;

/// Rows after which the package's count of messages is looked at.
const COUNT_EVERY: u64 = 4_096;

/// Reads the messages at `entry`.
pub(super) fn read(
    context: &ReadContext,
    unpacker: &mut Unpacker,
    entry: usize,
    messages: &mut Messages<'_>,
) -> Result<(), ArchiveError> {
    let mut unpacking = unpacker.open(&context.archive, entry)?;
    // A row whose quote never closes would take in the rest of the file.
    let since_row = Cell::new(0);
    let mut failure = None;
    let source = Source {
        unpacking: &mut unpacking,
        since_row: &since_row,
        max_row: context.limits.message_bytes + BLOCK,
        failure: &mut failure,
    };
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .buffer_capacity(BLOCK)
        .from_reader(source);
    let rows = read_rows(&mut reader, &since_row, messages);
    drop(reader);
    if let Some(failure) = failure {
        return Err(failure);
    }
    rows?;
    if let Some(damage) = unpacking.damage() {
        messages.damage(damage.words());
    }
    Ok(())
}

fn read_rows(
    reader: &mut csv::Reader<Source<'_, '_>>,
    since_row: &Cell<usize>,
    messages: &mut Messages<'_>,
) -> Result<(), ArchiveError> {
    let mut row = ByteRecord::new();
    let mut columns = None;
    let mut rows = 0u64;
    loop {
        match reader.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(_) => {
                messages.damage("files have a message too long to be read and were left there");
                return Ok(());
            }
        }
        since_row.set(0);
        let Some(columns) = &columns else {
            let found = Columns::of(&row);
            if found.is_none() {
                messages.damage("files have no known columns");
                return Ok(());
            }
            columns = found;
            continue;
        };
        columns.report(&row, messages);
        rows += 1;
        if rows.is_multiple_of(COUNT_EVERY) {
            messages.count()?;
        }
    }
}

/// Where the wanted columns are.
#[derive(Clone, Copy, Debug)]
struct Columns {
    id: Option<usize>,
    timestamp: Option<usize>,
    contents: Option<usize>,
}

impl Columns {
    fn of(header: &ByteRecord) -> Option<Self> {
        let find = |name: &str| {
            header
                .iter()
                .position(|column| column.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
        };
        let columns = Self {
            id: find("ID"),
            timestamp: find("Timestamp"),
            contents: find("Contents"),
        };
        columns.id.or(columns.timestamp).is_some().then_some(columns)
    }

    fn report(self, row: &ByteRecord, messages: &mut Messages<'_>) {
        let field = |column: Option<usize>| column.and_then(|column| row.get(column)).unwrap_or_default();
        let id = snowflake(field(self.id).trim_ascii());
        // Text after a broken quote comes in rows of one field; a message has its separators even if nothing is in it.
        if id.is_none() && row.len() < 2 {
            messages.damage("messages could not be read");
            return;
        }
        let time = parse_time(field(self.timestamp));
        if messages.wants_contents() {
            let contents = String::from_utf8_lossy(field(self.contents));
            messages.add(id, time, Some(&contents));
        } else {
            messages.add(id, time, None);
        }
    }
}

/// The file's bytes, no more of them than a row may have.
struct Source<'a, 'b> {
    unpacking: &'a mut Unpacking<'b>,
    since_row: &'a Cell<usize>,
    max_row: usize,
    failure: &'a mut Option<ArchiveError>,
}

impl io::Read for Source<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since_row.get() > self.max_row {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        match self.unpacking.read(buffer) {
            Ok(count) => {
                self.since_row.set(self.since_row.get() + count);
                Ok(count)
            }
            Err(error) => {
                *self.failure = Some(error);
                Err(io::ErrorKind::Other.into())
            }
        }
    }
}
