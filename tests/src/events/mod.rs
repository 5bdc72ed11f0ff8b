//! Event files: their events, the distribution of the lines over files, and writing.

mod catalogue;
mod copies;
mod disguise;
mod event;
mod pairs;
mod plain;
mod scribe;
mod sessions;
mod template;
mod timeline;
mod voice;

use std::collections::BTreeMap;

pub(crate) use disguise::spaced;
pub(crate) use event::RowKey;
pub(crate) use scribe::Places;
pub(crate) use voice::Place;

use crate::{
    archive::Damage,
    quirk::Quirk,
    rng::Rng,
    spec::{Folder, LineWidth, PackageSpec, Section},
    truth::{SessionRow, VoiceSessionRow, Window},
};
use copies::Distributor;
use disguise::Junk;
use event::Event;
use plain::PlainPlan;
use scribe::Scribe;
use sessions::SessionPlan;
use voice::VoicePlan;

/// The contents of an event file, besides filler.
#[derive(Clone, Debug)]
enum Item {
    Event(Event),
    Junk(Junk),
}

/// One event file.
#[derive(Clone, Debug)]
pub(crate) struct EventFile {
    pub(crate) folder: Folder,
    pub(crate) shard: u32,
    /// Target size in bytes, reached with filler.
    pub(crate) budget: u64,
    pub(crate) damage: Option<Damage>,
    filler: Filler,
    items: Vec<Item>,
}

/// Lines that only add bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filler {
    Nothing,
    Untyped,
    Events,
}

/// Line counts of one file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LineCounts {
    pub(crate) lines: u64,
    pub(crate) counted: u64,
    pub(crate) unreadable: u64,
}

/// All event files, and their expected results.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventPlan {
    pub(crate) files: Vec<EventFile>,
    pub(crate) rows: BTreeMap<RowKey, u64>,
    pub(crate) voice: Vec<VoiceSessionRow>,
    pub(crate) sessions: Vec<SessionRow>,
    /// Whether any line has an event type.
    pub(crate) has_types: bool,
}

/// Estimated bytes of a line, for planning.
const fn average_line(width: LineWidth) -> u64 {
    match width {
        LineWidth::Realistic => 1750,
        LineWidth::Lean => 560,
    }
}

impl EventPlan {
    pub(crate) fn new(
        spec: &PackageSpec,
        places: &Places,
        voice_places: &[Place],
        window: Window,
        span: (i64, i64),
    ) -> Self {
        if !spec.holds(Section::Activity) {
            return Self::default();
        }
        let mut plan = Self {
            files: files(spec),
            ..Self::default()
        };
        let filler = plan.files.first().map_or(Filler::Nothing, |file| file.filler);
        if filler == Filler::Events {
            plan.has_types = true;
            plan.fill(spec, places, voice_places, window, span);
        }
        plan.damaged_files(spec, places, span);
        plan
    }

    fn fill(&mut self, spec: &PackageSpec, places: &Places, voice_places: &[Place], window: Window, span: (i64, i64)) {
        let Wanted { voice, sessions, plain } = Wanted::of(spec);
        let voice = VoicePlan::new(spec, window, voice_places, span, voice, 1 << 40);
        let sessions = SessionPlan::new(spec, window, span, sessions, 2 << 40);
        let mut plain = PlainPlan::new(spec, places, span, plain, 3 << 40);
        let mut distributor = Distributor::new(spec, &mut self.files);
        for event in plain.events.iter().chain(&voice.events).chain(&sessions.events) {
            if let Some(row) = event.row(window) {
                *self.rows.entry(row).or_default() += 1;
            }
            distributor.put(*event);
        }
        if spec.has(Quirk::DifferingCopies) {
            let rows = distributor.put_differing(&mut plain, window);
            for row in rows {
                *self.rows.entry(row).or_default() += 1;
            }
        }
        distributor.put_junk();
        distributor.finish();
        self.voice = voice.rows;
        self.sessions = sessions.rows;
    }

    /// Unreadable files, with events that must not be counted.
    fn damaged_files(&mut self, spec: &PackageSpec, places: &Places, span: (i64, i64)) {
        let Some(first) = self.files.first() else {
            return;
        };
        let (folder, filler) = (first.folder, first.filler);
        let mut shard = spec.shards.max(1);
        if spec.has(Quirk::EmptyEventFile) {
            let items = Vec::new();
            let filler = Filler::Nothing;
            self.files.push(EventFile {
                folder,
                shard,
                budget: 0,
                damage: None,
                filler,
                items,
            });
            shard += 1;
        }
        for (quirk, damage) in [
            (Quirk::EncryptedEvents, Damage::Encrypted),
            (Quirk::UnknownMethodEvents, Damage::UnknownMethod),
            (Quirk::BrokenEvents, Damage::BrokenDeflate),
        ] {
            if spec.has(quirk) {
                self.files.push(lost_file(spec, places, span, (folder, shard), damage));
                shard += 1;
            }
        }
        if spec.has(Quirk::WrongCrcEvents)
            && filler != Filler::Nothing
            && let Some(file) = self.files.first_mut()
        {
            file.damage = Some(Damage::WrongCrc);
        }
    }
}

/// Target number of counted events by kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    voice: u64,
    sessions: u64,
    pub(crate) plain: u64,
}

impl Wanted {
    pub(crate) fn of(spec: &PackageSpec) -> Self {
        if !spec.holds(Section::Activity) {
            return Self {
                voice: 0,
                sessions: 0,
                plain: 0,
            };
        }
        let counted = event_bytes(spec) / average_line(spec.lines) * spec.counted_percent / 100;
        let voice = spec.voice.unwrap_or(counted / 20);
        let sessions = spec.sessions.unwrap_or(counted / 4);
        let plain = spec.events.unwrap_or(counted.saturating_sub(2 * (voice + sessions)));
        Self { voice, sessions, plain }
    }

    /// Target number of `activity` rows from plain events.
    pub(crate) fn rows(self, all: u64) -> u64 {
        (all / 5).min(self.plain)
    }
}

/// Target bytes of all event files.
fn event_bytes(spec: &PackageSpec) -> u64 {
    spec.size - spec.size * spec.message_percent.min(100) / 100
}

/// A file with unique events.
fn lost_file(
    spec: &PackageSpec,
    places: &Places,
    span: (i64, i64),
    (folder, shard): (Folder, u32),
    damage: Damage,
) -> EventFile {
    let first_id = (9 << 40) + (u64::from(shard) << 20);
    let mut plan = PlainPlan::new(spec, places, span, 4, first_id);
    let items = plan.events.drain(..).map(Item::Event).collect();
    let damage = Some(damage);
    EventFile {
        folder,
        shard,
        budget: 0,
        damage,
        filler: Filler::Events,
        items,
    }
}

fn files(spec: &PackageSpec) -> Vec<EventFile> {
    let filler = if spec.has(Quirk::OnlyEmptyEventFiles) {
        Filler::Nothing
    } else if spec.has(Quirk::OnlyUntypedLines) {
        Filler::Untyped
    } else {
        Filler::Events
    };
    let mut files = Vec::new();
    for &folder in &spec.folders {
        for shard in 0..spec.shards.max(1) {
            let (damage, items) = (None, Vec::new());
            files.push(EventFile {
                folder,
                shard,
                budget: 0,
                damage,
                filler,
                items,
            });
        }
    }
    let count = files.len() as u64;
    let mut left = event_bytes(spec);
    let is_lopsided = spec.half_in_one_file.unwrap_or(spec.size >= 64_000_000);
    if is_lopsided && count > 1 {
        let half = (spec.size / 2).min(left);
        files[0].budget = half;
        left -= half;
        for file in &mut files[1..] {
            file.budget = left / (count - 1);
        }
    } else {
        for file in &mut files {
            file.budget = left / count;
        }
    }
    files
}

const PIECE: usize = 256 * 1024;

impl EventFile {
    /// Passes the bytes of the file to `sink` in pieces.
    ///
    /// # Errors
    /// Errors of `sink`.
    pub(crate) fn write<E>(
        &self,
        spec: &PackageSpec,
        places: &Places,
        span: (i64, i64),
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<LineCounts, E> {
        let mut counts = LineCounts::default();
        if self.filler == Filler::Nothing {
            return Ok(counts);
        }
        let mut rng = Rng::new(spec.seed)
            .fork(self.folder.name())
            .fork(&self.shard.to_string());
        let is_array = spec.has(Quirk::ArrayStyle) && rng.chance(60);
        let has_last_comma = rng.chance(50);
        let has_last_newline = rng.chance(70);
        let mut scribe = Scribe::new(spec, places, rng, self.folder.name());
        let mut out = Vec::with_capacity(PIECE * 2);
        if spec.has(Quirk::ByteOrderMarks) && scribe.rng.chance(50) {
            out.extend_from_slice("\u{feff}".as_bytes());
        }
        if is_array {
            out.extend_from_slice(b"[\n");
        }
        let end: &[u8] = if is_array { b",\n" } else { b"\n" };
        let mut written = 0;
        let count = self.items.len() as u64;
        let mut next_item = 0;
        loop {
            // Items are distributed evenly over the bytes of the file.
            let due = (count * written).checked_div(self.budget).unwrap_or(count);
            let before = out.len();
            if next_item < count && (next_item <= due || written >= self.budget) {
                let item = &self.items[usize::try_from(next_item).unwrap_or(0)];
                write_item(item, &mut scribe, places, &mut out, &mut counts);
                next_item += 1;
            } else if written < self.budget || (counts.lines == 0 && count == 0) {
                if self.filler == Filler::Untyped {
                    Junk::Untyped.write(&mut scribe.rng, places.owner, &mut out);
                } else {
                    scribe.filler(&mut out, span);
                }
            } else {
                break;
            }
            counts.lines += 1;
            out.extend_from_slice(end);
            written += (out.len() - before) as u64;
            if out.len() >= PIECE * 2 {
                // Some bytes are kept, because the last separator may have to be removed.
                let kept = out.split_off(PIECE);
                sink(&out)?;
                out = kept;
            }
        }
        finish(&mut out, is_array, has_last_comma, has_last_newline);
        sink(&out)?;
        Ok(counts)
    }
}

fn finish(out: &mut Vec<u8>, is_array: bool, has_last_comma: bool, has_last_newline: bool) {
    if is_array {
        if !has_last_comma {
            out.truncate(out.len() - 2);
            out.push(b'\n');
        }
        out.extend_from_slice(b"]\n");
    }
    if !has_last_newline {
        out.pop();
    }
}

fn write_item(item: &Item, scribe: &mut Scribe<'_>, places: &Places, out: &mut Vec<u8>, counts: &mut LineCounts) {
    match item {
        Item::Event(event) => {
            scribe.event(out, event);
            counts.counted += 1;
        }
        Item::Junk(junk) => {
            junk.write(&mut scribe.rng, places.owner, out);
            counts.unreadable += u64::from(*junk == Junk::Garbage);
        }
    }
}
