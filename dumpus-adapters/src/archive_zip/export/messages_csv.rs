//! Reads `messages.csv`, which packages had until March 2024.

use std::cell::Cell;
use std::io;

use csv::{ByteRecord, ReaderBuilder};
use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::time::Millis;

use super::context::ReadContext;
use super::json::{leading_number, snowflake};
use super::messages::Messages;
use crate::archive_zip::container::{Unpacker, Unpacking};
use crate::export_format::parse_time;

/// Bytes parsed at once.
const BLOCK: usize = 64 * 1024;

/// Rows after which the package's count of messages is looked at.
const COUNT_EVERY: u64 = 4_096;

/// Added behind the file: how much of it the last row takes tells how that row ends.
const END: &[u8] = b"\n\n";

/// Digits of the ids that messages have had since Discord began.
const ID_DIGITS: std::ops::RangeInclusive<usize> = 16..=20;

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
    let length = Cell::new(0);
    let mut failure = None;
    let source = Source {
        unpacking: &mut unpacking,
        since_row: &since_row,
        max_row: context.limits.message_bytes + BLOCK,
        failure: &mut failure,
        length: &length,
        end: END,
    };
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .buffer_capacity(BLOCK)
        .from_reader(source);
    let rows = read_rows(&mut reader, &since_row, &length, messages);
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
    length: &Cell<u64>,
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
        let end = match reader.position().byte().saturating_sub(length.get()) {
            0 => RowEnd::Newline,
            1 => RowEnd::Nothing,
            _ => RowEnd::OpenQuote,
        };
        columns.report(&row, end, messages);
        rows += 1;
        if rows.is_multiple_of(COUNT_EVERY) {
            messages.count()?;
        }
    }
}

/// What stands behind a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RowEnd {
    Newline,
    /// The file ends in, or with, the row.
    Nothing,
    /// The file ends in quotes.
    OpenQuote,
}

/// Where the wanted columns are.
#[derive(Clone, Copy, Debug)]
struct Columns {
    count: usize,
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
            count: header.len(),
            id: find("ID"),
            timestamp: find("Timestamp"),
            contents: find("Contents"),
        };
        columns.id.or(columns.timestamp).is_some().then_some(columns)
    }

    fn report(self, row: &ByteRecord, end: RowEnd, messages: &mut Messages<'_>) {
        let swallowed = self.swallowed(row, end);
        let is_cut = match end {
            RowEnd::Newline => false,
            RowEnd::Nothing => row.len() < self.count,
            RowEnd::OpenQuote => swallowed.is_empty(),
        };
        if is_cut {
            messages.damage("messages are cut off");
            return;
        }
        let field = |column: Option<usize>| column.and_then(|column| row.get(column)).unwrap_or_default();
        let (raw_id, raw_time) = (field(self.id).trim_ascii(), field(self.timestamp));
        let (id, time) = (snowflake(raw_id), parse_time(raw_time));
        // Text behind a broken quote comes in rows of a field or two; a message has its separators even if nothing is
        // in it.
        let is_described = id.is_some() || time.is_some() || (raw_id.is_empty() && raw_time.is_empty());
        let fewest = if is_described { 2 } else { self.count };
        if row.len() < fewest.min(self.count) {
            messages.damage("messages could not be read");
        } else if messages.wants_contents() && swallowed.is_empty() {
            let contents = String::from_utf8_lossy(field(self.contents));
            messages.add(id, time, Some(&contents));
        } else {
            messages.add(id, time, None);
        }
        if !swallowed.is_empty() {
            messages.damage("quotes never end: the messages behind them count, without their texts");
        }
        for (id, time) in swallowed {
            messages.add(Some(id), Some(time), None);
        }
    }

    /// The rows that stand in the text of another because its quote never ends. It ends at a quote of one of them
    /// instead, which leaves a quote too many or a field too few; a text that quotes whole rows has neither.
    fn swallowed(self, row: &ByteRecord, end: RowEnd) -> Vec<(u64, Millis)> {
        let mut rows = Vec::new();
        if (self.id, self.timestamp) != (Some(0), Some(1)) {
            return rows;
        }
        let mut rest = row.as_slice();
        let mut behind_last: &[u8] = b"";
        while let Some(newline) = memchr::memchr(b'\n', rest) {
            rest = &rest[newline + 1..];
            if let Some(begin) = row_begin(rest) {
                rows.push(begin);
                behind_last = rest;
            }
        }
        let is_swallowed = end == RowEnd::OpenQuote || row.len() < self.count || behind_last.contains(&b'"');
        rows.retain(|_| is_swallowed);
        rows
    }
}

/// The id and time that a row in the usual order of columns begins with.
fn row_begin(text: &[u8]) -> Option<(u64, Millis)> {
    let (id, digits) = leading_number(text).filter(|(_, digits)| ID_DIGITS.contains(digits))?;
    let rest = text[digits..].strip_prefix(b",")?;
    let time = parse_time(&rest[..memchr::memchr2(b',', b'\n', rest)?])?;
    Some((id, time))
}

/// The file's bytes, no more of them than a row may have.
struct Source<'a, 'b> {
    unpacking: &'a mut Unpacking<'b>,
    since_row: &'a Cell<usize>,
    max_row: usize,
    failure: &'a mut Option<ArchiveError>,
    /// Bytes of the file so far.
    length: &'a Cell<u64>,
    /// What is still to be added behind the file.
    end: &'static [u8],
}

impl io::Read for Source<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since_row.get() > self.max_row {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        match self.unpacking.read(buffer) {
            Ok(0) => self.end.read(buffer),
            Ok(count) => {
                self.length.set(self.length.get() + count as u64);
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
