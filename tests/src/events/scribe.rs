//! Writes planned events and filler as lines.

use std::collections::HashMap;

use super::{
    catalogue::{COUNTED, PLAIN, Source, UNCOUNTED},
    disguise,
    event::{Application, Clock, EmojiId, Event, Kind, Os, Stamp},
    pairs::{push_duration, push_id, push_id_pair, push_os, push_text_pair},
    template::{DESKTOP, Hole, LEAN, MOBILE, Piece, SERVER, Template},
};
use crate::{
    calendar::{self, DAY, HOUR},
    messages::push_escaped,
    quirk::Quirk,
    rng::{Rng, mixed},
    spec::{LineWidth, PackageSpec},
};

/// Channels and guilds that lines refer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    pub(crate) owner: u64,
    pub(crate) channels: Vec<u64>,
    pub(crate) guilds: Vec<u64>,
}

/// Writes the lines of one file.
pub(crate) struct Scribe<'a> {
    spec: &'a PackageSpec,
    places: &'a Places,
    pub(crate) rng: Rng,
    folder: &'static str,
    envelopes: [Template; 3],
    fields: HashMap<&'static str, (Source, Template)>,
    fillers: Vec<(&'static str, u64)>,
    filler_weight: u64,
    long_lines_left: u32,
    scratch: Vec<u8>,
}

/// The values for the placeholders of one line.
#[derive(Clone, Copy)]
struct Line {
    name: &'static str,
    event: Event,
    source: Source,
    is_swapped: bool,
    is_foreign: bool,
}

impl Line {
    fn os(&self) -> Os {
        match (self.event.kind, self.source) {
            (Kind::Opened { os } | Kind::Session { os, .. }, _) => os,
            (_, Source::Mobile) => Os::Named("Android"),
            _ => Os::Named("Windows"),
        }
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl<'a> Scribe<'a> {
    pub(crate) fn new(spec: &'a PackageSpec, places: &'a Places, rng: Rng, folder: &'static str) -> Self {
        let envelopes = if spec.lines == LineWidth::Lean {
            [LEAN, LEAN, LEAN].map(Template::new)
        } else {
            [DESKTOP, MOBILE, SERVER].map(Template::new)
        };
        let mut fields = HashMap::new();
        let mut fillers = Vec::new();
        let mut filler_weight = 0;
        for (name, source, keys, _) in PLAIN.into_iter().chain(COUNTED).chain(UNCOUNTED) {
            fields.insert(name, (source, Template::new(keys)));
        }
        for (name, _, _, weight) in UNCOUNTED {
            filler_weight += weight;
            fillers.push((name, filler_weight));
        }
        let long_lines_left = if spec.has(Quirk::LongLines) { 2 } else { 0 };
        Self {
            spec,
            places,
            rng,
            folder,
            envelopes,
            fields,
            fillers,
            filler_weight,
            long_lines_left,
            scratch: Vec::new(),
        }
    }

    /// Appends the line of a planned event, without its terminator.
    pub(crate) fn event(&mut self, out: &mut Vec<u8>, event: &Event) {
        self.line(out, event.name(), *event, true);
    }

    /// Appends a line of a type that is not counted.
    pub(crate) fn filler(&mut self, out: &mut Vec<u8>, span: (i64, i64)) {
        let at = self.rng.between(span.0, span.1);
        let pick = self.rng.below(self.filler_weight);
        let place = self.fillers.partition_point(|(_, weight)| *weight <= pick);
        let name = self.fillers[place].0;
        let id = self.rng.next() | (1 << 63);
        let mut event = Event::new(Kind::Uncounted, at, id);
        if self.spec.has(Quirk::MissingEventIds) && self.rng.chance(5) {
            event.id = None;
        }
        self.line(out, name, event, false);
    }

    fn line(&mut self, out: &mut Vec<u8>, name: &'static str, event: Event, is_planned: bool) {
        let source = self.fields.get(name).map_or(Source::Server, |(source, _)| *source);
        let percent = |quirk, percent| if self.spec.has(quirk) { percent } else { 0 };
        let is_swapped = percent(Quirk::SwappedTypes, 30);
        let is_foreign = percent(Quirk::ForeignUsers, 10);
        let is_last = percent(Quirk::TypeNotFirst, 30);
        let is_spaced = percent(Quirk::SpacedJson, 30);
        let line = Line {
            name,
            event,
            source,
            is_swapped: self.rng.chance(is_swapped),
            // The owner must remain the most frequent user even in a file of planned lines only.
            is_foreign: !is_planned && self.rng.chance(is_foreign),
        };
        let start = out.len();
        let envelope = match source {
            Source::Desktop => 0,
            Source::Mobile => 1,
            Source::Server => 2,
        };
        // Taken out while writing, so that filling placeholders can borrow the rest of the scribe.
        let pieces = std::mem::take(&mut self.envelopes[envelope].0);
        self.fill(out, &pieces, &line);
        self.envelopes[envelope].0 = pieces;
        if self.rng.chance(is_last) {
            disguise::put_type_last(out, start);
        }
        if self.rng.chance(is_spaced) {
            self.scratch.clear();
            disguise::space_out(&out[start..], &mut self.scratch);
            out.truncate(start);
            out.extend_from_slice(&self.scratch);
        }
    }

    fn fill(&mut self, out: &mut Vec<u8>, pieces: &[Piece], line: &Line) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Hole(hole) => self.fill_hole(out, *hole, line),
            }
        }
    }

    fn fill_hole(&mut self, out: &mut Vec<u8>, hole: Hole, line: &Line) {
        let at = line.event.at;
        match hole {
            Hole::Type => push_text_pair(out, "event_type", line.name),
            Hole::Id => self.push_event_id(out, line.event.id),
            Hole::User => {
                let user = if line.is_foreign {
                    170_000_000_000_000_001
                } else {
                    self.places.owner
                };
                push_id(out, user, line.is_swapped);
            }
            Hole::Folder => out.extend_from_slice(self.folder.as_bytes()),
            Hole::Os => push_os(out, line.os()),
            Hole::Fields => self.push_fields(out, line),
            Hole::Times => self.push_times(out, line),
            Hole::Ingest => {
                out.extend_from_slice(b"\"\\\"");
                calendar::push_seconds(out, at, b'T');
                out.extend_from_slice(b".120Z\\\"\"");
            }
            Hole::Hour if line.event.clock > Clock::Hour => out.extend_from_slice(b"soon"),
            Hole::Hour => calendar::push_seconds(out, at - at.rem_euclid(HOUR), b'T'),
            Hole::Day if line.event.clock > Clock::Day => {}
            Hole::Day => calendar::push_seconds(out, at - at.rem_euclid(DAY), b'T'),
            Hole::Snowflake => {
                calendar::push_number(out, 1_100_000_000_000_000_000 + (self.rng.next() >> 6));
            }
            Hole::Channel => {
                let place = self.rng.index(self.places.channels.len());
                calendar::push_number(out, self.places.channels[place]);
            }
            Hole::Guild => {
                let place = self.rng.index(self.places.guilds.len());
                calendar::push_number(out, self.places.guilds[place]);
            }
            Hole::Digits(count) => self.push_random(out, count, b"0123456789"),
            Hole::Hex(count) => self.push_random(out, count, b"0123456789abcdef"),
            Hole::Base64(count) => self.push_random(out, count, BASE64),
            Hole::Octet => calendar::push_number(out, self.rng.below(256)),
        }
    }

    fn push_random(&mut self, out: &mut Vec<u8>, count: usize, letters: &[u8]) {
        let mut bits = 0;
        for at in 0..count {
            if at % 8 == 0 {
                bits = self.rng.next();
            }
            out.push(letters[usize::from(bits.to_le_bytes()[0]) % letters.len()]);
            bits >>= 8;
        }
    }

    fn push_event_id(&mut self, out: &mut Vec<u8>, id: Option<u64>) {
        let Some(id) = id else {
            if self.rng.chance(30) {
                out.extend_from_slice(b"\"event_id\":null,");
            }
            return;
        };
        out.extend_from_slice(b"\"event_id\":\"AQIC");
        for half in [mixed(id), mixed(!id)] {
            for place in 0..10 {
                let six = (half >> (place * 6)).to_le_bytes()[0] & 63;
                out.push(BASE64[usize::from(six)]);
            }
        }
        out.extend_from_slice(b"AAAAAA=\",");
    }

    fn push_fields(&mut self, out: &mut Vec<u8>, line: &Line) {
        if self.spec.has(Quirk::NestedText) && self.rng.chance(30) {
            out.extend_from_slice(disguise::NESTED.as_bytes());
        }
        if self.spec.has(Quirk::LoneSurrogates) && self.rng.chance(10) {
            out.extend_from_slice(br#""activity_name":"cut \ud83d","#);
        }
        if self.long_lines_left > 0 && self.rng.chance(10) {
            self.long_lines_left -= 1;
            self.push_long(out);
        }
        self.push_own_fields(out, line);
        if let Some((source, keys)) = self.fields.get_mut(line.name) {
            let source = *source;
            let pieces = std::mem::take(&mut keys.0);
            self.fill(out, &pieces, line);
            self.fields.insert(line.name, (source, Template(pieces)));
        }
    }

    fn push_long(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\"mutual_guild_ids\":[");
        for at in 0..600 + self.rng.below(1500) {
            if at > 0 {
                out.push(b',');
            }
            push_id(out, 1_100_000_000_000_000_000 + (self.rng.next() >> 6), false);
        }
        out.extend_from_slice(b"],");
    }

    fn push_own_fields(&mut self, out: &mut Vec<u8>, line: &Line) {
        let swapped = line.is_swapped;
        match line.event.kind {
            Kind::Plain(_) | Kind::Opened { .. } | Kind::Uncounted => {}
            Kind::Joined { guild } => push_id_pair(out, "guild_id", guild, swapped),
            Kind::Command { application, guild, .. } => {
                match application {
                    Application::Known(id) => {
                        push_id_pair(out, "application_id", Some(id), swapped);
                    }
                    Application::BuiltIn if swapped => {
                        out.extend_from_slice(b"\"application_id\":-1,");
                    }
                    Application::BuiltIn => push_text_pair(out, "application_id", "-1"),
                    Application::Absent => {}
                }
                self.push_optional_id(out, "guild_id", guild, swapped);
            }
            Kind::Reaction { channel, emoji, id } => {
                self.push_optional_id(out, "channel_id", channel, swapped);
                self.push_emoji(out, emoji);
                match id {
                    EmojiId::Set(id) => push_id_pair(out, "emoji_id", Some(id), swapped),
                    EmojiId::Absent => {}
                    EmojiId::Null => out.extend_from_slice(b"\"emoji_id\":null,"),
                    EmojiId::NullText => push_text_pair(out, "emoji_id", "null"),
                    EmojiId::Empty => push_text_pair(out, "emoji_id", ""),
                }
            }
            Kind::Page { page } => {
                if let Some(page) = page {
                    push_text_pair(out, "page_name", page);
                }
            }
            Kind::Voice {
                channel,
                guild,
                duration,
                ..
            } => {
                push_id_pair(out, "channel_id", channel, swapped);
                self.push_optional_id(out, "guild_id", guild, swapped);
                push_duration(out, duration, swapped);
            }
            Kind::Session { session, .. } => {
                if let Some(session) = session {
                    let (high, low) = (mixed(session), mixed(!session));
                    out.extend_from_slice(format!("\"session\":\"{high:016x}{low:016x}\",").as_bytes());
                }
            }
        }
    }

    /// An absent id is left out or written as null.
    fn push_optional_id(&mut self, out: &mut Vec<u8>, key: &str, id: Option<u64>, swapped: bool) {
        if id.is_none() && self.rng.chance(30) {
            out.extend_from_slice(format!("\"{key}\":null,").as_bytes());
        }
        push_id_pair(out, key, id, swapped);
    }

    fn push_emoji(&mut self, out: &mut Vec<u8>, emoji: &str) {
        if emoji.is_empty() && self.rng.chance(50) {
            return;
        }
        let is_escaped = self.spec.has(Quirk::EscapedUnicode) && self.rng.chance(50);
        out.extend_from_slice(b"\"emoji_name\":\"");
        for letter in emoji.chars() {
            if is_escaped && !letter.is_ascii() {
                push_escaped(out, letter);
            } else {
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        out.extend_from_slice(b"\",");
    }

    fn push_times(&mut self, out: &mut Vec<u8>, line: &Line) {
        let event = &line.event;
        let is_exact = matches!(event.kind, Kind::Voice { .. } | Kind::Session { .. });
        let lost = [Stamp::Absent, Stamp::Null, Stamp::Unreadable];
        let client = match event.client {
            Stamp::Usual if event.clock > Clock::Client => *self.rng.pick(&lost),
            Stamp::Usual if event.clock == Clock::Client => Stamp::At(event.at),
            Stamp::Usual if line.source == Source::Server => Stamp::Null,
            Stamp::Usual => Stamp::At(event.at - 308),
            stamp => stamp,
        };
        let send = match event.clock {
            Clock::Hour | Clock::Day | Clock::Lost => *self.rng.pick(&lost),
            Clock::Send => Stamp::At(event.at),
            _ if client == Stamp::Null => Stamp::Null,
            _ => Stamp::At(event.at - 20),
        };
        self.push_stamp(out, "client_send_timestamp", send, is_exact);
        self.push_stamp(out, "client_track_timestamp", client, is_exact);
        let stamp = match event.stamp {
            Stamp::Usual if event.clock > Clock::Timestamp => *self.rng.pick(&lost),
            Stamp::Usual => Stamp::At(event.at),
            stamp => stamp,
        };
        self.push_stamp(out, "timestamp", stamp, is_exact);
    }

    fn push_stamp(&mut self, out: &mut Vec<u8>, key: &str, stamp: Stamp, is_exact: bool) {
        if stamp == Stamp::Absent {
            return;
        }
        out.extend_from_slice(b",\"");
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
        let at = match stamp {
            Stamp::At(at) => at,
            Stamp::Unreadable => return out.extend_from_slice(br#""\"soon\"""#),
            _ if self.rng.chance(70) => return out.extend_from_slice(b"\"null\""),
            _ => return out.extend_from_slice(b"null"),
        };
        let varies = self.spec.has(Quirk::EventTimestamps);
        let spelling = if varies { self.rng.below(5) } else { 0 };
        let quote: &[u8] = if varies && self.rng.chance(40) { b"" } else { b"\\\"" };
        out.push(b'"');
        out.extend_from_slice(quote);
        calendar::push_seconds(out, at, if spelling >= 3 { b' ' } else { b'T' });
        let fraction = at.rem_euclid(1000);
        if spelling != 1 || (is_exact && fraction != 0) {
            out.push(b'.');
            calendar::push_padded(out, fraction, 3);
        }
        if spelling == 2 || spelling == 4 {
            let micros = if is_exact {
                0
            } else {
                self.rng.below(1000).cast_signed()
            };
            calendar::push_padded(out, micros, 3);
        }
        out.extend_from_slice(if spelling >= 3 { b" UTC" } else { b"Z" });
        out.extend_from_slice(quote);
        out.push(b'"');
    }
}
