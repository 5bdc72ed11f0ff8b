//! Reads `messages.json`: a list of objects, of which a few spoilt ones must not cost the others.

use dumpus_ports::archive::ArchiveError;

use super::context::ReadContext;
use super::json::{Members, SyntaxError, Value, without_bom};
use super::message_fields::MessageFields;
use super::messages::Messages;
use crate::archive_zip::container::{SlidingBuffer, Unpacker};
use crate::export_format::{Times, parse_time};

/// How far before the place where an object stopped making sense the next one may begin: what looks like the content
/// of a string that does not end can be the beginning of the next object.
const LOOK_BACK: usize = 64;

/// Objects of one file that may turn out not to end, because each was read to the end of what was there.
const ENDLESS: u32 = 16;

/// Reads the messages at `entry`.
pub(super) fn read(
    context: &ReadContext,
    unpacker: &mut Unpacker,
    buffer: &mut SlidingBuffer,
    entry: usize,
    messages: &mut Messages<'_>,
) -> Result<(), ArchiveError> {
    let mut unpacking = unpacker.open(&context.archive, entry)?;
    let mut scan = Scan {
        limit: context.limits.message_bytes,
        nesting: context.limits.nesting,
        state: State::Between,
        is_wrapped: false,
        times: Times::default(),
        endless_left: ENDLESS,
    };
    buffer.clear();
    let mut at_start = true;
    while buffer.fill(&mut unpacking)? {
        if at_start {
            let bytes = buffer.bytes();
            buffer.take(bytes.len() - without_bom(bytes).len());
            at_start = false;
        }
        let taken = scan.objects(buffer.bytes(), messages);
        buffer.take(taken);
        messages.count()?;
    }
    while scan.state == State::Between && !buffer.bytes().is_empty() {
        messages.damage("messages are cut off");
        buffer.take(scan.behind_endless(buffer.bytes(), 0));
        let taken = scan.objects(buffer.bytes(), messages);
        buffer.take(taken);
    }
    if let Some(damage) = unpacking.damage() {
        messages.damage(damage.words());
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The next thing is an object, or what stands between objects.
    Between,
    /// Looking for the next object behind something that is none.
    Lost,
    /// Behind the list that another object wraps.
    Over,
}

struct Scan {
    limit: usize,
    nesting: u32,
    state: State,
    is_wrapped: bool,
    times: Times,
    endless_left: u32,
}

/// What an object turned out to be.
enum ParsedObject {
    /// A message, or at least an object that ends here.
    Object { end: usize },
    /// An object around the list of messages, which begins here.
    Wrapper { list: usize },
}

impl Scan {
    /// Reads the objects that end within the bytes; how many bytes are done with.
    fn objects(&mut self, bytes: &[u8], messages: &mut Messages<'_>) -> usize {
        // To check text after text takes several times as long.
        let unicode = if messages.wants_contents() {
            beginning_in_unicode(bytes)
        } else {
            ""
        };
        let mut at = 0;
        loop {
            match self.state {
                State::Over => return bytes.len(),
                State::Between => at = self.between(bytes, at),
                State::Lost => match next_object(bytes, at) {
                    Ok(object) => {
                        self.state = State::Between;
                        at = object;
                    }
                    Err(from) => return from,
                },
            }
            if at >= bytes.len() {
                return bytes.len();
            }
            if self.state == State::Over {
                continue;
            }
            if bytes[at] != b'{' {
                messages.damage("messages could not be read");
                self.state = State::Lost;
                continue;
            }
            match self.object(bytes, unicode, at, messages) {
                Ok(ParsedObject::Object { end }) => at = end,
                Ok(ParsedObject::Wrapper { list }) => {
                    self.is_wrapped = true;
                    at = list;
                }
                Err(SyntaxError::Truncated) if bytes.len() - at <= self.limit => return at,
                Err(SyntaxError::Truncated) => {
                    messages.damage("messages were too long to be read");
                    at = self.behind_endless(bytes, at);
                    if at == bytes.len() {
                        self.state = State::Lost;
                        return at;
                    }
                }
                Err(SyntaxError::Invalid { at: invalid }) => {
                    messages.damage("messages could not be read");
                    self.state = State::Lost;
                    at = invalid.saturating_sub(LOOK_BACK).max(at + 1);
                }
            }
        }
    }

    /// Where the next message begins behind one at `at` that does not end, or the end of the bytes.
    fn behind_endless(&mut self, bytes: &[u8], at: usize) -> usize {
        let may_look = self.endless_left > 0;
        self.endless_left = self.endless_left.saturating_sub(1);
        let found = may_look.then(|| self.message_line(&bytes[at..])).flatten();
        found.map_or(bytes.len(), |line| at + line)
    }

    /// The next line that begins with a message as Discord spells it: one that stands in an object belongs behind it.
    fn message_line(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut newlines = memchr::memmem::find_iter(bytes, b"\n{\"ID\":");
        let line = newlines.find(|newline| MessageFields::usual(&bytes[newline + 1..], &mut self.times).is_some());
        line.map(|newline| newline + 1)
    }

    /// The next place where something stands.
    fn between(&mut self, bytes: &[u8], at: usize) -> usize {
        for (place, byte) in bytes.iter().enumerate().skip(at) {
            match byte {
                b']' if self.is_wrapped => {
                    self.state = State::Over;
                    return place;
                }
                0..=b' ' | b',' | b'[' | b']' => {}
                _ => return place,
            }
        }
        bytes.len()
    }

    fn object(
        &mut self,
        bytes: &[u8],
        unicode: &str,
        at: usize,
        messages: &mut Messages<'_>,
    ) -> Result<ParsedObject, SyntaxError> {
        if let Some((fields, length)) = MessageFields::usual(&bytes[at..], &mut self.times) {
            let unicode = unicode.get(at..).unwrap_or_default();
            return Ok(self.found(fields, unicode, at, at + length, messages));
        }
        let Some(mut members) = Members::begin(bytes, at, self.nesting) else {
            return Err(SyntaxError::Invalid { at });
        };
        let mut fields = MessageFields::default();
        while let Some(key) = members.key()? {
            if key.eq_ignore_ascii_case(b"ID") {
                fields.id = fields.next(&mut members)?.snowflake();
            } else if key.eq_ignore_ascii_case(b"Timestamp") {
                fields.time = fields.next(&mut members)?.raw_text().and_then(parse_time);
            } else if key.eq_ignore_ascii_case(b"Contents") {
                fields.contents = fields.next(&mut members)?.raw_text();
            } else if key.eq_ignore_ascii_case(b"messages") && bytes.get(members.position()) == Some(&b'[') {
                let list = members.position() + 1;
                return Ok(ParsedObject::Wrapper { list });
            } else if let Value::Object(raw) | Value::Array(raw) = members.value()?
                && let Some(line) = self.message_line(raw)
            {
                let at = members.position() - raw.len() + line;
                return Err(SyntaxError::Invalid { at });
            }
        }
        Ok(self.found(fields, "", at, members.position(), messages))
    }

    /// `unicode` is the object as far as it is known to be Unicode.
    fn found(
        &self,
        fields: MessageFields<'_>,
        unicode: &str,
        at: usize,
        end: usize,
        messages: &mut Messages<'_>,
    ) -> ParsedObject {
        if !fields.is_message {
            messages.damage("messages could not be read");
        } else if end - at > self.limit {
            messages.damage("messages were too long to be read");
        } else {
            fields.report(unicode, messages);
        }
        ParsedObject::Object { end }
    }
}

/// The bytes up to the first that are no Unicode.
fn beginning_in_unicode(bytes: &[u8]) -> &str {
    str::from_utf8(bytes)
        .or_else(|error| str::from_utf8(&bytes[..error.valid_up_to()]))
        .unwrap_or_default()
}

/// The next place that looks like the beginning of an object: a brace, a quote, a letter. In a string the quote
/// would be escaped. Without one, `Err` has the place from which to look again when there are more bytes.
fn next_object(bytes: &[u8], mut at: usize) -> Result<usize, usize> {
    while let Some(brace) = memchr::memchr(b'{', &bytes[at.min(bytes.len())..]).map(|found| at + found) {
        let mut after = bytes[brace + 1..].iter().skip_while(|byte| **byte <= b' ');
        match (after.next(), after.next()) {
            (Some(b'"'), Some(letter)) if letter.is_ascii_alphabetic() => return Ok(brace),
            (None, _) | (Some(b'"'), None) if bytes.len() - brace <= LOOK_BACK => return Err(brace),
            _ => at = brace + 1,
        }
    }
    Err(bytes.len())
}
