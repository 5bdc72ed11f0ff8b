//! The formats of a message file: JSON and CSV, regular and irregular.

use super::sequence::Message;
use crate::{
    calendar::{self, HOUR, SECOND},
    quirk::Quirk,
    rng::Rng,
    spec::PackageSpec,
};

/// The two kinds of message files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    Json,
    Csv,
}

impl FileKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Json => "messages.json",
            Self::Csv => "messages.csv",
        }
    }
}

/// Formats one file.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a habit of the file, and all combine"
)]
pub(crate) struct Speller {
    kind: FileKind,
    rng: Rng,
    count: u64,
    is_pretty: bool,
    is_compact: bool,
    key_cases: bool,
    has_wrapper: bool,
    lacks_bracket: bool,
    has_trailing_comma: bool,
    has_mark: bool,
    has_crlf: bool,
    mixed_times: bool,
    string_ids: bool,
    attachments: bool,
    attachment_lists: bool,
    no_contents: bool,
    raw_newlines: bool,
    surrogates: bool,
    escaped: bool,
}

impl Speller {
    pub(crate) fn new(spec: &PackageSpec, kind: FileKind, mut rng: Rng) -> Self {
        let mut some = |quirk, percent| spec.has(quirk) && rng.chance(percent);
        let has_wrapper = some(Quirk::ObjectWrapper, 40);
        Self {
            kind,
            count: 0,
            is_pretty: some(Quirk::PrettyJson, 50),
            is_compact: spec.has(Quirk::CompactJson),
            key_cases: spec.has(Quirk::KeyCases),
            has_wrapper,
            lacks_bracket: some(Quirk::MissingBracket, 40) && !has_wrapper,
            has_trailing_comma: some(Quirk::TrailingCommas, 50),
            has_mark: some(Quirk::ByteOrderMarks, 50),
            has_crlf: some(Quirk::CarriageReturns, 60),
            mixed_times: spec.has(Quirk::MixedTimestamps),
            string_ids: some(Quirk::StringMessageIds, 60),
            attachments: spec.has(Quirk::Attachments),
            attachment_lists: some(Quirk::AttachmentLists, 60),
            no_contents: spec.has(Quirk::MissingContents),
            raw_newlines: spec.has(Quirk::RawNewlines),
            surrogates: spec.has(Quirk::LoneSurrogates),
            escaped: some(Quirk::EscapedUnicode, 60),
            rng,
        }
    }

    pub(crate) fn begin(&mut self, out: &mut Vec<u8>) {
        if self.has_mark {
            out.extend_from_slice("\u{feff}".as_bytes());
        }
        match self.kind {
            FileKind::Csv => {
                out.extend_from_slice(b"ID,Timestamp,Contents,Attachments");
                self.end_line(out);
            }
            FileKind::Json => {
                if self.has_wrapper {
                    out.extend_from_slice(b"{\"messages\":");
                }
                if !self.lacks_bracket {
                    out.push(b'[');
                }
                if self.is_usual() {
                    out.push(b'\n');
                }
            }
        }
    }

    pub(crate) fn end(&mut self, out: &mut Vec<u8>) {
        if self.kind == FileKind::Csv {
            return;
        }
        if self.count > 0 && self.has_trailing_comma {
            out.push(b',');
        }
        if !self.is_compact || self.is_pretty {
            out.push(b'\n');
        }
        out.push(b']');
        if self.has_wrapper {
            out.push(b'}');
        }
    }

    /// Appends a message. The irregularities of the file preserve the known score of a text.
    pub(crate) fn message(&mut self, out: &mut Vec<u8>, message: &Message, text: &str) {
        match self.kind {
            FileKind::Csv => self.row(out, message, text),
            FileKind::Json => self.object(out, message, text),
        }
        self.count += 1;
    }

    /// Whether the file is as Discord's: an object a line, with a blank behind each colon and comma.
    const fn is_usual(&self) -> bool {
        !self.is_pretty && !self.is_compact
    }

    fn end_line(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.has_crlf { b"\r\n" } else { b"\n" });
    }

    fn row(&mut self, out: &mut Vec<u8>, message: &Message, text: &str) {
        if message.can_read_id {
            calendar::push_number(out, message.id);
        } else {
            out.extend_from_slice(b"unknown");
        }
        out.push(b',');
        if message.can_read_stamp {
            self.stamp(out, message.at);
        } else if self.rng.chance(50) {
            out.extend_from_slice(b"some day");
        }
        out.push(b',');
        if text.contains(['"', ',', '\n', '\r']) {
            out.push(b'"');
            out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            out.push(b'"');
        } else {
            out.extend_from_slice(text.as_bytes());
        }
        out.push(b',');
        if self.attachments && self.rng.chance(20) {
            out.extend_from_slice(self.links().join(" ").as_bytes());
        }
        self.end_line(out);
    }

    fn object(&mut self, out: &mut Vec<u8>, message: &Message, text: &str) {
        let (space, separator): (&[u8], &[u8]) = if self.is_pretty {
            (b" ", b",\n    ")
        } else if self.is_compact {
            (b"", b",")
        } else {
            (b" ", b", ")
        };
        if self.count > 0 {
            out.push(b',');
        }
        if self.count > 0 && self.is_usual() {
            out.push(b'\n');
        }
        if self.is_pretty {
            out.extend_from_slice(b"\n  {\n    ");
        } else {
            out.push(b'{');
        }
        self.key(out, "ID");
        out.extend_from_slice(space);
        if !message.can_read_id {
            out.extend_from_slice(b"\"unknown\"");
        } else if self.string_ids {
            out.push(b'"');
            calendar::push_number(out, message.id);
            out.push(b'"');
        } else {
            calendar::push_number(out, message.id);
        }
        self.json_stamp(out, message, space, separator);
        if !(text.is_empty() && self.no_contents) {
            out.extend_from_slice(separator);
            self.key(out, "Contents");
            out.extend_from_slice(space);
            out.push(b'"');
            self.escape(out, text, message.score.is_none());
            out.push(b'"');
        }
        out.extend_from_slice(separator);
        self.key(out, "Attachments");
        out.extend_from_slice(space);
        self.json_attachments(out);
        out.extend_from_slice(if self.is_pretty { b"\n  }" } else { b"}" });
    }

    fn key(&mut self, out: &mut Vec<u8>, key: &str) {
        let case = if self.key_cases { self.rng.below(4) } else { 0 };
        let key = match case {
            1 => key.to_lowercase(),
            2 => key.to_uppercase(),
            _ => key.to_owned(),
        };
        out.extend_from_slice(format!("\"{key}\":").as_bytes());
    }

    fn json_stamp(&mut self, out: &mut Vec<u8>, message: &Message, space: &[u8], separator: &[u8]) {
        let lost: &[u8] = match self.rng.below(4) {
            _ if message.can_read_stamp => b"",
            0 => return,
            1 => b"null",
            2 => b"\"\"",
            _ => b"\"some day\"",
        };
        out.extend_from_slice(separator);
        self.key(out, "Timestamp");
        out.extend_from_slice(space);
        if message.can_read_stamp {
            out.push(b'"');
            self.stamp(out, message.at);
            out.push(b'"');
        } else {
            out.extend_from_slice(lost);
        }
    }

    fn json_attachments(&mut self, out: &mut Vec<u8>) {
        let links = if self.attachments && self.rng.chance(20) {
            self.links()
        } else {
            Vec::new()
        };
        if self.attachment_lists {
            let links: Vec<_> = links.iter().map(|link| format!("\"{link}\"")).collect();
            out.extend_from_slice(format!("[{}]", links.join(",")).as_bytes());
        } else {
            out.extend_from_slice(format!("\"{}\"", links.join(" ")).as_bytes());
        }
    }

    fn links(&mut self) -> Vec<String> {
        (0..=self.rng.below(3))
            .map(|_| {
                let (channel, file) = (self.rng.next() >> 5, self.rng.next() >> 5);
                format!(
                    "https://cdn.discordapp.com/attachments/{channel}/{file}/image.png?ex=65a1&is=6592&hm={:016x}&",
                    self.rng.next()
                )
            })
            .collect()
    }

    /// The time to the second, in the file's usual format or in any.
    fn stamp(&mut self, out: &mut Vec<u8>, at: i64) {
        let own = u64::from(self.kind == FileKind::Csv);
        let spelling = if self.mixed_times { self.rng.below(7) } else { own };
        let separator = if spelling >= 4 { b'T' } else { b' ' };
        calendar::push_seconds(out, at, separator);
        let fraction = self.rng.below(1_000_000).cast_signed();
        if matches!(spelling, 1 | 3 | 5) && at.rem_euclid(HOUR) % (7 * SECOND) != 0 {
            out.push(b'.');
            if spelling == 5 {
                calendar::push_padded(out, fraction / 1000, 3);
            } else {
                calendar::push_padded(out, fraction, 6);
            }
        }
        out.extend_from_slice(match spelling {
            0 | 3 => b"".as_slice(),
            1 | 2 | 6 => b"+00:00",
            _ => b"Z",
        });
    }

    fn escape(&mut self, out: &mut Vec<u8>, text: &str, may_change: bool) {
        for letter in text.chars() {
            match letter {
                '"' => out.extend_from_slice(b"\\\""),
                '\\' => out.extend_from_slice(b"\\\\"),
                '\n' if self.raw_newlines && may_change => out.push(b'\n'),
                '\n' => out.extend_from_slice(b"\\n"),
                '\t' => out.extend_from_slice(b"\\t"),
                letter if letter.is_ascii() => out.push(u8::try_from(letter).unwrap_or(b'?')),
                letter if self.escaped => push_escaped(out, letter),
                letter => out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        if self.surrogates && may_change && self.rng.chance(10) {
            out.extend_from_slice(if self.rng.chance(50) { b"\\ud83d" } else { b"\\ude00 x" });
        }
    }
}

/// Appends `\uXXXX`, as a surrogate pair outside of the basic plane.
pub(crate) fn push_escaped(out: &mut Vec<u8>, letter: char) {
    for unit in letter.encode_utf16(&mut [0; 2]) {
        out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
    }
}
