//! Reads an event file: one object per line, nine lines in ten of no interest.

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::{Event, EventFold, Losses};
use dumpus_ports::domain::report::Section;
use memchr::memmem::Finder;

use super::context::ReadContext;
use super::event_line::{self, Keys, ParsedLine, RawFields};
use super::json::without_bom;
use crate::archive_zip::container::{SlidingBuffer, Unpacker};
use crate::export_format::EventType;

/// How every line of every known package begins. A line that does not is read in full.
const PREFIX: &[u8] = br#"{"event_type":""#;

/// Lines with an event type whose user is noted whether they are counted or not: enough to identify the owner.
const LINES_READ_FOR_USER: u64 = 64;

/// Reads the event file at `entry`; `source` is its place among the event files.
pub(super) fn read(
    context: &ReadContext,
    unpacker: &mut Unpacker,
    buffer: &mut SlidingBuffer,
    entry: usize,
    source: u32,
) -> Result<(EventFold, Losses), ArchiveError> {
    let mut file = EventFile::new(context, source);
    let mut unpacking = unpacker.open(&context.archive, entry)?;
    buffer.clear();
    let mut at_start = true;
    // Set while the rest of a line that is too long passes by.
    let mut skipping = false;
    while buffer.fill(&mut unpacking)? {
        if at_start {
            let bytes = buffer.bytes();
            buffer.take(bytes.len() - without_bom(bytes).len());
            at_start = false;
        }
        let taken = file.lines(buffer.bytes(), &mut skipping)?;
        buffer.take(taken);
        if buffer.bytes().len() > context.limits.line_bytes {
            buffer.take(buffer.bytes().len());
            skipping = true;
        }
    }
    if skipping {
        file.too_long();
    } else if !buffer.bytes().is_empty() {
        file.line(buffer.bytes())?;
    }
    if let Some(damage) = unpacking.damage() {
        file.losses.damage(Section::Activity, damage.words());
    }
    Ok((file.fold, file.losses))
}

struct EventFile<'a> {
    context: &'a ReadContext,
    fold: EventFold,
    losses: Losses,
    event_type: Finder<'static>,
    keys: Keys,
    typed: u64,
    /// Whether a line had several objects: then each line is read in full, not only the beginning of it.
    is_crowded: bool,
}

impl<'a> EventFile<'a> {
    fn new(context: &'a ReadContext, source: u32) -> Self {
        Self {
            context,
            fold: EventFold::new(source, context.window, context.budget.clone()),
            losses: Losses::default(),
            event_type: Finder::new(br#""event_type""#),
            keys: Keys::new(),
            typed: 0,
            is_crowded: false,
        }
    }

    /// Reads every line that ends in the bytes; how many bytes those are.
    fn lines(&mut self, bytes: &[u8], skipping: &mut bool) -> Result<usize, ArchiveError> {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            let line = &bytes[start..end];
            start = end + 1;
            if *skipping {
                *skipping = false;
                self.too_long();
            } else if line.len() > self.context.limits.line_bytes {
                self.too_long();
            } else {
                self.line(line)?;
            }
        }
        Ok(start)
    }

    fn too_long(&mut self) {
        self.losses
            .damage(Section::Activity, "event lines were too long to be read");
    }

    fn line(&mut self, line: &[u8]) -> Result<(), ArchiveError> {
        if self.typed < LINES_READ_FOR_USER || self.is_crowded {
            return self.in_full(line);
        }
        let Some(name) = prefixed_name(line) else {
            return self.in_full(line);
        };
        let Some(event_type) = EventType::of(name) else {
            if self.has_another(line) {
                return self.in_full(line);
            }
            self.typed += 1;
            self.fold.typed_line();
            return Ok(());
        };
        match self.keys.look_up(line, event_type, self.context.limits.nesting) {
            Some(fields) => {
                let event = fields.event(event_type);
                if event.time.is_none() {
                    return self.in_full(line);
                }
                self.typed += 1;
                self.fold.typed_line();
                self.counted(&event, &fields)
            }
            None => self.in_full(line),
        }
    }

    /// Whether another event may stand in the line. Few lines have a second brace, which is found at once.
    fn has_another(&self, line: &[u8]) -> bool {
        let brace = memchr::memchr(b'{', &line[1..]);
        brace.is_some_and(|at| self.event_type.find(&line[1 + at..]).is_some())
    }

    /// Reads whatever objects the line has: old packages have arrays, with brackets and commas around the lines.
    fn in_full(&mut self, line: &[u8]) -> Result<(), ArchiveError> {
        let mut rest = between_objects(line);
        let is_typed = self.event_type.find(rest).is_some();
        if !is_typed {
            // Predictions and the like are not needed, but must be distinguished from garbage.
            let is_object = rest.starts_with(b"{") && ends_as_object(rest);
            if !is_object && !rest.is_empty() {
                self.fold.unreadable_line();
            }
            return Ok(());
        }
        while !rest.is_empty() {
            let Some(object) = event_line::parse(rest, self.context.limits.nesting) else {
                self.fold.unreadable_line();
                break;
            };
            rest = between_objects(&rest[object.length..]);
            self.is_crowded |= !rest.is_empty();
            self.object(&object)?;
        }
        Ok(())
    }

    fn object(&mut self, object: &ParsedLine<'_>) -> Result<(), ArchiveError> {
        let Some(name) = &object.event_type else {
            return Ok(());
        };
        self.typed += 1;
        self.fold.typed_line();
        if let Some(event_type) = EventType::of(name.as_bytes()) {
            return self.counted(&object.fields.event(event_type), &object.fields);
        }
        if self.typed <= LINES_READ_FOR_USER
            && let Some(user_id) = object.fields.user_id()
        {
            self.fold.user(&user_id)?;
        }
        Ok(())
    }

    fn counted(&mut self, event: &Event<'_>, fields: &RawFields<'_>) -> Result<(), ArchiveError> {
        if let Some(user_id) = fields.user_id() {
            self.fold.user(&user_id)?;
        }
        self.fold.observe(event)?;
        Ok(())
    }
}

/// The event type of a line that begins and ends as lines do.
fn prefixed_name(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(PREFIX)?;
    let end = memchr::memchr2(b'"', b'\\', rest)?;
    (rest[end] == b'"' && ends_as_object(line)).then(|| &rest[..end])
}

fn ends_as_object(line: &[u8]) -> bool {
    let is_end = |byte: &&u8| !matches!(byte, 0..=b' ' | b',' | b']');
    line.iter().rev().find(is_end) == Some(&b'}')
}

/// What comes after blanks, commas and brackets.
fn between_objects(line: &[u8]) -> &[u8] {
    let is_between = |byte: &u8| matches!(byte, 0..=b' ' | b',' | b'[' | b']');
    let start = line.iter().position(|byte| !is_between(byte)).unwrap_or(line.len());
    &line[start..]
}
