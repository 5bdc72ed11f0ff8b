//! A JSON scanner for texts that are not quite JSON.
//!
//! Packages hold what strict parsers refuse: halves of surrogate pairs, raw control characters, a comma too many or
//! too few, keys that come twice. Few of a line's sixty keys are wanted. So values are found without being decoded,
//! and decoded when asked for, byte by byte and never with an error. Nothing recurses.

mod decode;
mod find;

use std::borrow::Cow;

pub(super) use self::decode::{leading_number, snowflake, unescaped};
use self::find::{composite_end, skip_blank, skip_separators, string_end};

/// Why a value cannot be delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SyntaxError {
    /// The text ends inside the value.
    Truncated,
    /// The text makes no sense from here on.
    Invalid {
        /// Index in the scanned bytes.
        at: usize,
    },
}

/// A value as it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// What is between the quotes, escapes as they are.
    Text(&'a [u8]),
    /// A number, `true`, `false`, `null`, or whatever else stands without quotes.
    Bare(&'a [u8]),
    /// With its braces.
    Object(&'a [u8]),
    /// With its brackets.
    Array(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The decoded text, or a number or boolean as it is spelled; nothing for `null`, lists and objects.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(raw) => Some(unescaped(raw)),
            Self::Bare(b"null") | Self::Object(_) | Self::Array(_) => None,
            Self::Bare(raw) => Some(String::from_utf8_lossy(raw)),
        }
    }

    /// The text as it stands between its quotes.
    pub(super) fn raw_text(self) -> Option<&'a [u8]> {
        match self {
            Self::Text(raw) => Some(raw),
            _ => None,
        }
    }

    /// A whole number, written as number or as text; fractions are cut.
    pub(super) fn integer(self) -> Option<i64> {
        let (Self::Text(raw) | Self::Bare(raw)) = self else {
            return None;
        };
        let text = std::str::from_utf8(raw).ok()?.trim();
        let whole = || {
            let number = text.parse::<f64>().ok()?.trunc();
            // Beyond 2^53 a float does not stand for one whole number.
            #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
            (number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
        };
        text.parse().ok().or_else(whole)
    }

    /// The same, but nothing for what has a fraction.
    pub(super) fn whole_number(self) -> Option<i64> {
        let number: f64 = self.text()?.trim().parse().ok()?;
        self.integer().filter(|_| number.fract() == 0.0)
    }

    /// An id, written as number or as text.
    pub(super) fn snowflake(self) -> Option<u64> {
        let (Self::Text(raw) | Self::Bare(raw)) = self else {
            return None;
        };
        snowflake(raw)
    }

    /// The members, when it is an object.
    pub(super) fn members(self, nesting: u32) -> Option<Members<'a>> {
        match self {
            Self::Object(raw) => Members::begin(raw, 0, nesting),
            _ => None,
        }
    }
}

/// Goes through the members of one object.
#[derive(Clone, Debug)]
pub(super) struct Members<'a> {
    bytes: &'a [u8],
    at: usize,
    nesting: u32,
}

impl<'a> Members<'a> {
    /// Members of the object that begins at `at`; `None` without a brace.
    pub(super) fn begin(bytes: &'a [u8], at: usize, nesting: u32) -> Option<Self> {
        (*bytes.get(at)? == b'{').then_some(Self {
            bytes,
            at: at + 1,
            nesting,
        })
    }

    /// The next key, escapes as they are, and its value.
    pub(super) fn next(&mut self) -> Result<Option<(&'a [u8], Value<'a>)>, SyntaxError> {
        let Some(key) = self.key()? else { return Ok(None) };
        Ok(Some((key, self.value()?)))
    }

    /// The next key; the scan is at its value then.
    pub(super) fn key(&mut self) -> Result<Option<&'a [u8]>, SyntaxError> {
        let bytes = self.bytes;
        let start = skip_separators(bytes, self.at)?;
        match bytes[start] {
            b'"' => {}
            b'}' => {
                self.at = start + 1;
                return Ok(None);
            }
            _ => return Err(SyntaxError::Invalid { at: start }),
        }
        let key_end = string_end(bytes, start + 1)?;
        let colon = skip_blank(bytes, key_end + 1)?;
        if bytes[colon] != b':' {
            return Err(SyntaxError::Invalid { at: colon });
        }
        self.at = skip_blank(bytes, colon + 1)?;
        Ok(Some(&bytes[start + 1..key_end]))
    }

    /// The value of the key just found.
    pub(super) fn value(&mut self) -> Result<Value<'a>, SyntaxError> {
        let (value, end) = value(self.bytes, self.at, self.nesting)?;
        self.at = end;
        Ok(value)
    }

    /// Where the scan is; behind the closing brace after the last member.
    pub(super) fn position(&self) -> usize {
        self.at
    }
}

/// Goes through the values of one array.
#[derive(Clone, Debug)]
pub(super) struct Elements<'a> {
    bytes: &'a [u8],
    at: usize,
    nesting: u32,
}

impl<'a> Elements<'a> {
    /// Elements of an array given with its brackets.
    pub(super) fn of(array: &'a [u8], nesting: u32) -> Self {
        Self {
            bytes: array,
            at: 1,
            nesting,
        }
    }

    /// The next value.
    pub(super) fn next(&mut self) -> Result<Option<Value<'a>>, SyntaxError> {
        let start = skip_separators(self.bytes, self.at)?;
        if self.bytes[start] == b']' {
            return Ok(None);
        }
        let (value, end) = value(self.bytes, start, self.nesting)?;
        self.at = end;
        Ok(Some(value))
    }
}

/// The one value that a document is, behind blanks.
pub(super) fn document(bytes: &[u8], nesting: u32) -> Result<Value<'_>, SyntaxError> {
    let start = skip_blank(bytes, 0)?;
    value(bytes, start, nesting).map(|(value, _)| value)
}

/// Members of the object that a document is; they can be read up to where it is damaged.
pub(super) fn document_members(bytes: &[u8], nesting: u32) -> Option<Members<'_>> {
    Members::begin(bytes, skip_blank(bytes, 0).ok()?, nesting)
}

/// The value that begins at `at`, `None` when it does not end.
pub(super) fn value_at(bytes: &[u8], at: usize, nesting: u32) -> Option<Value<'_>> {
    value(bytes, at, nesting).ok().map(|(value, _)| value)
}

/// What follows a UTF-8 byte order mark.
pub(super) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// The value that begins at `at`, and the place behind it.
fn value(bytes: &[u8], at: usize, nesting: u32) -> Result<(Value<'_>, usize), SyntaxError> {
    match *bytes.get(at).ok_or(SyntaxError::Truncated)? {
        b'"' => {
            let end = string_end(bytes, at + 1)?;
            Ok((Value::Text(&bytes[at + 1..end]), end + 1))
        }
        opening @ (b'{' | b'[') => {
            let end = composite_end(bytes, at, nesting)?;
            let raw = &bytes[at..end];
            let value = if opening == b'{' {
                Value::Object(raw)
            } else {
                Value::Array(raw)
            };
            Ok((value, end))
        }
        _ => {
            let ends_bare = |byte: &u8| *byte <= b' ' || matches!(byte, b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[');
            let length = bytes[at..].iter().position(ends_bare).ok_or(SyntaxError::Truncated)?;
            if length == 0 {
                return Err(SyntaxError::Invalid { at });
            }
            Ok((Value::Bare(&bytes[at..at + length]), at + length))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn members(text: &[u8]) -> Result<Vec<(String, Value<'_>)>, SyntaxError> {
        let mut members = Members::begin(text, 0, 8).unwrap();
        let mut all = Vec::new();
        while let Some((key, value)) = members.next()? {
            all.push((unescaped(key).into_owned(), value));
        }
        assert_eq!(members.position(), text.len());
        Ok(all)
    }

    #[test]
    fn values_of_every_type_are_found() {
        let text = br#"{ "a" : "x\"y" ,"b":-1.5,"c":null,"d":[1,"]",{"e":"}"}],"f":{},"g":true}"#;
        let found = members(text).unwrap();
        let values: Vec<_> = found.iter().map(|(_, value)| *value).collect();
        assert_eq!(
            values,
            [
                Value::Text(br#"x\"y"#),
                Value::Bare(b"-1.5"),
                Value::Bare(b"null"),
                Value::Array(br#"[1,"]",{"e":"}"}]"#),
                Value::Object(b"{}"),
                Value::Bare(b"true"),
            ]
        );
        assert_eq!(values[0].text().as_deref(), Some("x\"y"));
        assert_eq!(values[2].text(), None);
        assert_eq!((values[1].integer(), values[5].integer()), (Some(-1), None));
    }

    #[test]
    fn commas_too_many_or_too_few_do_no_harm() {
        assert_eq!(members(br#"{,"a":1,,"b":"2" "c":3,}"#).unwrap().len(), 3);
    }

    #[test]
    fn truncated_and_invalid_texts_are_distinguished() {
        for text in [
            &b"{"[..],
            b"{\"a",
            b"{\"a\":",
            b"{\"a\":1",
            b"{\"a\":[\"]\"",
            b"{\"a\":\"\\",
        ] {
            assert_eq!(members(text), Err(SyntaxError::Truncated));
        }
        assert_eq!(members(b"{a:1}"), Err(SyntaxError::Invalid { at: 1 }));
        assert_eq!(members(b"{\"a\" 1}"), Err(SyntaxError::Invalid { at: 5 }));
        assert_eq!(members(b"{\"a\":}"), Err(SyntaxError::Invalid { at: 5 }));
        assert_eq!(
            members(b"{\"a\":[[[[[[[[[1]]]]]]]]]}"),
            Err(SyntaxError::Invalid { at: 13 })
        );
    }

    #[test]
    fn numbers_are_read_in_either_spelling() {
        assert_eq!(Value::Text(b"2790565").integer(), Some(2_790_565));
        assert_eq!(Value::Bare(b"12.9").integer(), Some(12));
        assert_eq!(Value::Bare(b"1e300").integer(), None);
        assert_eq!(Value::Bare(b"18446744073709551615").snowflake(), Some(u64::MAX));
        assert_eq!(Value::Bare(b"18446744073709551616").snowflake(), None);
        assert_eq!(Value::Text(b"").snowflake(), None);
        assert_eq!(Value::Text(b"12345678x").snowflake(), None);
    }

    proptest! {


        #[test]
        fn any_bytes_are_scanned_or_refused(text in "[\\[\\]{}\",:\\\\u0-9a ]{0,60}") {
            if let Some(mut members) = Members::begin(text.as_bytes(), 0, 4) {
                while let Ok(Some((key, value))) = members.next() {
                    let _ = (unescaped(key), value.text(), value.integer(), value.snowflake());
                }
            }
        }
    }
}
