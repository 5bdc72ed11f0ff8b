//! The members of a message in JSON.

use std::borrow::Cow;

use dumpus_ports::domain::time::Millis;
use memchr::memchr2;

use super::json::{Members, SyntaxError, Value, leading_number, unescaped};
use super::messages::Messages;
use crate::export_format::Times;

/// Wanted members of a message.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MessageFields<'a> {
    /// Whether it has any of them, be it of another type than expected.
    pub(super) is_message: bool,
    pub(super) id: Option<u64>,
    pub(super) time: Option<Millis>,
    pub(super) contents: Option<&'a [u8]>,
    /// Where in the object the contents end, if nothing in them is escaped.
    plain_end: Option<usize>,
}

impl<'a> MessageFields<'a> {
    /// Reads a message that is spelled as Discord spells it, with a blank after each colon and comma, or as other programs
    /// do, without any; and its length. Several times as fast as members in any order.
    pub(super) fn usual(bytes: &'a [u8], times: &mut Times) -> Option<(Self, usize)> {
        match bytes.get(br#"{"ID":"#.len())? {
            b' ' => Self::spelled::<true>(bytes, times),
            _ => Self::spelled::<false>(bytes, times),
        }
    }

    fn spelled<const BLANKS: bool>(bytes: &'a [u8], times: &mut Times) -> Option<(Self, usize)> {
        let rest = strip_either::<BLANKS, _, _>(bytes, br#"{"ID": "#, br#"{"ID":"#)?;
        let (id, digits) = leading_number(rest)?;
        let rest = strip_either::<BLANKS, _, _>(&rest[digits..], br#", "Timestamp": ""#, br#","Timestamp":""#)?;
        let (timestamp, rest) = rest.split_at_checked(USUAL_TIMESTAMP)?;
        let rest = strip_either::<BLANKS, _, _>(rest, br#"", "Contents": ""#, br#"","Contents":""#)?;
        let time = times.parse(timestamp)?;
        let (contents, is_plain, rest) = split_string(rest)?;
        let plain_end = is_plain.then(|| bytes.len() - rest.len() - 1);
        let rest = strip_either::<BLANKS, _, _>(rest, br#", "Attachments": ""#, br#","Attachments":""#)?;
        let rest = match rest {
            [b'"', rest @ ..] => rest,
            rest => split_string(rest)?.2,
        };
        let rest = strip_prefix(rest, b"}")?;
        let fields = Self {
            is_message: true,
            id: Some(id),
            time: Some(time),
            contents: Some(contents),
            plain_end,
        };
        Some((fields, bytes.len() - rest.len()))
    }

    pub(super) fn next(&mut self, members: &mut Members<'a>) -> Result<Value<'a>, SyntaxError> {
        self.is_message = true;
        members.value()
    }

    /// Adds the message. `unicode` is its object as far as that is known to be Unicode.
    pub(super) fn report(self, unicode: &str, messages: &mut Messages<'_>) {
        match self.contents {
            Some(raw) if messages.wants_contents() => {
                let plain = self.plain_end.and_then(|end| unicode.get(end - raw.len()..end));
                let text = plain.map_or_else(|| unescaped(raw), Cow::Borrowed);
                messages.add(self.id, self.time, Some(&text));
            }
            _ => messages.add(self.id, self.time, None),
        }
    }
}

/// `2024-01-01 18:37:01`
const USUAL_TIMESTAMP: usize = 19;

/// What follows the text with blanks, or the one without.
fn strip_either<'a, const BLANKS: bool, const N: usize, const M: usize>(
    bytes: &'a [u8],
    with: &[u8; N],
    without: &[u8; M],
) -> Option<&'a [u8]> {
    if BLANKS {
        strip_prefix(bytes, with)
    } else {
        strip_prefix(bytes, without)
    }
}

/// What follows a text of known length, which is compared faster than one of any length.
fn strip_prefix<'a, const N: usize>(bytes: &'a [u8], text: &[u8; N]) -> Option<&'a [u8]> {
    let (head, rest) = bytes.split_first_chunk()?;
    (head == text).then_some(rest)
}

/// Splits behind the quote that ends a string. Between the parts is whether nothing in the string is escaped.
fn split_string(bytes: &[u8]) -> Option<(&[u8], bool, &[u8])> {
    let mut at = 0;
    let mut is_plain = true;
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some((&bytes[..at], is_plain, &bytes[at + 1..]));
        }
        is_plain = false;
        at += 2;
    }
}
