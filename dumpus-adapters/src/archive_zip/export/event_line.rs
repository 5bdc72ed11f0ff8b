//! Finds the fields of an event in its line.

use std::borrow::Cow;

use dumpus_ports::domain::analysis::Field;
use dumpus_ports::domain::time::Millis;
use memchr::memmem::Finder;

use super::json::{Members, Value, value_at};
use crate::export_format::{EventFields, EventType, FieldValue, parse_time};

/// Fields as they stand in the line. Of a repeated key the first value is used, because a search finds it first; only of
/// `timestamp`, which is looked for at the end, the last.
pub(super) type RawFields<'a> = EventFields<Option<Value<'a>>>;

impl<'a> FieldValue<'a> for Value<'a> {
    fn text(self, max: usize) -> Field<'a> {
        Value::text(self).filter(|text| text.len() <= max)
    }

    fn integer(self, max: usize) -> Option<i64> {
        match self {
            Self::Text(raw) | Self::Bare(raw) if raw.len() > max => None,
            _ => Value::integer(self),
        }
    }

    /// Times have escaped quotes around them and no other escapes, which are read without being decoded.
    fn time(self, max: usize) -> Option<Millis> {
        match self {
            Self::Text(raw) if raw.len() > max => None,
            Self::Text(raw) if raw.windows(2).all(|pair| pair[0] != b'\\' || pair[1] == b'"') => parse_time(raw),
            _ => parse_time(Value::text(self)?.as_bytes()),
        }
    }
}

/// Where a line that is spelled as usual has its last two keys.
const TAIL: usize = 160;

/// Finds a member of an object without going through the ones before it.
struct Key {
    finder: Finder<'static>,
    length: usize,
}

impl Key {
    /// The key as it stands in a line without blanks.
    fn new(key: &[u8]) -> Self {
        let pattern = [b",\"", key, b"\":"].concat();
        Self {
            finder: Finder::new(&pattern).into_owned(),
            length: pattern.len(),
        }
    }

    fn in_line<'a>(&self, line: &'a [u8], nesting: u32) -> Option<Value<'a>> {
        let at = self.finder.find(line)? + self.length;
        value_at(line, at, nesting)
    }
}

/// The keys of all fields.
pub(super) struct Keys(EventFields<Key>);

impl Keys {
    pub(super) fn new() -> Self {
        Self(EventFields::KEYS.map(|key| Key::new(key)))
    }

    /// Looks the fields of an event up in a line that is spelled as in every known package: without blanks between
    /// its parts and without objects inside, `timestamp` last. `None` for a line that is not.
    ///
    /// A quote inside of a text is escaped, so what looks like a key is one, and without a second brace it is one of
    /// the event's own.
    pub(super) fn look_up<'a>(&self, line: &'a [u8], event_type: EventType, nesting: u32) -> Option<RawFields<'a>> {
        let tail = &line[line.len().saturating_sub(TAIL)..];
        let timestamp = self.0.timestamp.in_line(tail, nesting)?;
        let Value::Text(time) = timestamp else { return None };
        let end = memchr::memrchr(b'}', tail)?;
        let is_last = tail[..end].strip_suffix(b"\"").is_some_and(|rest| rest.ends_with(time));
        if !is_last || memchr::memchr(b'{', &line[1..]).is_some() {
            return None;
        }
        let mut fields = self.0.wanted(event_type, |key| key.in_line(line, nesting));
        fields.timestamp = Some(timestamp);
        Some(fields)
    }
}

/// An object with its fields.
pub(super) struct ParsedLine<'a> {
    pub(super) event_type: Option<Cow<'a, str>>,
    pub(super) fields: RawFields<'a>,
    /// Bytes of the object.
    pub(super) length: usize,
}

/// Reads the object that the text begins with. `None` if there is none, or none that ends.
pub(super) fn parse(text: &[u8], nesting: u32) -> Option<ParsedLine<'_>> {
    let (mut event_type, mut fields) = (None, RawFields::default());
    let mut members = Members::begin(text, 0, nesting)?;
    while let Some((key, value)) = members.next().ok()? {
        if key == b"event_type" {
            event_type.get_or_insert(value);
        } else if key == b"timestamp" {
            fields.timestamp = Some(value);
        } else if let Some(field) = fields.get_mut(key) {
            field.get_or_insert(value);
        }
    }
    Some(ParsedLine {
        event_type: event_type.and_then(Value::text),
        fields,
        length: members.position(),
    })
}
