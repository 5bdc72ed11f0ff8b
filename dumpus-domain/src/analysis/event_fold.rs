//! Folds the lines of one event file. Files are folded apart, in parallel, and merged by [`super::merge`].

use std::sync::Arc;

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::EventKind;
use super::Fingerprint;
use super::budget::{Budget, OverBudget};
use super::observation::Event;
use super::pairing::Endpoint;
use super::sessions::SessionMark;
use super::voice::VoiceMark;
use crate::report::{ActivityRow, Text};
use crate::time::{DAY, DayWindow, Millis};

/// What one event file gave.
#[derive(Debug)]
pub struct EventFold {
    pub(super) source: u32,
    pub(super) window: DayWindow,
    budget: Arc<Budget>,
    texts: FxHashSet<Text>,
    /// What events add to: rows without a count, by the number that [`EventRow::Activity`] holds.
    pub(super) rows: IndexSet<ActivityRow, FxBuildHasher>,
    pub(super) voice: Vec<VoiceMark>,
    pub(super) sessions: Vec<SessionMark>,
    /// Events with an id, which other lines may repeat.
    pub(super) records: Vec<Record>,
    /// Rows and marks of events without an id: each counts.
    pub(super) unnamed: Vec<EventRow>,
    pub(super) users: FxHashMap<Text, u64>,
    pub(super) counts: EventCounts,
}

/// How the lines of an event file fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventCounts {
    /// Lines with an event type, counted or not.
    pub typed: u64,
    /// Lines that could not be read.
    pub unreadable: u64,
    /// Events of counted types whose time could not be read.
    pub undated: u64,
    /// Events dated before Discord or after the package was made.
    pub out_of_window: u64,
}

impl EventCounts {
    pub(super) fn add(&mut self, other: Self) {
        self.typed += other.typed;
        self.unreadable += other.unreadable;
        self.undated += other.undated;
        self.out_of_window += other.out_of_window;
    }
}

/// What an event gives: a count in a row, or a mark on a time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventRow {
    Activity(u32),
    Voice(u32),
    Session(u32),
}

/// An event with an id that gives something: 24 bytes, kept until copies are sorted out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub(super) id: Fingerprint,
    pub(super) row: EventRow,
}

impl EventFold {
    /// `source` is the file's place among the package's event files sorted by path: where copies of an event
    /// differ, the one of the lowest place wins.
    #[must_use]
    pub fn new(source: u32, window: DayWindow, budget: Arc<Budget>) -> Self {
        Self {
            source,
            window,
            budget,
            texts: FxHashSet::default(),
            rows: IndexSet::default(),
            voice: Vec::new(),
            sessions: Vec::new(),
            records: Vec::new(),
            unnamed: Vec::new(),
            users: FxHashMap::default(),
            counts: EventCounts::default(),
        }
    }

    /// A line that has an event type, whether that is counted or not.
    pub fn typed_line(&mut self) {
        self.counts.typed += 1;
    }

    /// A line that could not be read.
    pub fn unreadable_line(&mut self) {
        self.counts.unreadable += 1;
    }

    /// The user an event line speaks of: the owner, when nothing better names them.
    ///
    /// # Errors
    /// When the package names more texts than its budget allows.
    pub fn user(&mut self, user_id: &str) -> Result<(), OverBudget> {
        if user_id.is_empty() {
            return Ok(());
        }
        if let Some(count) = self.users.get_mut(user_id) {
            *count += 1;
            return Ok(());
        }
        let text = self.text(user_id)?;
        self.users.insert(text, 1);
        Ok(())
    }

    /// Adds an event of a counted type. Of copies of an event in one file the first one observed counts.
    ///
    /// # Errors
    /// When the package needs more than its budget allows.
    pub fn observe(&mut self, event: &Event<'_>) -> Result<(), OverBudget> {
        self.budget.event()?;
        let Some(row) = self.event_row(event)? else {
            return Ok(());
        };
        match event.event_id.filter(|id| !id.is_empty()) {
            Some(id) => self.records.push(Record {
                id: Fingerprint::of(id),
                row,
            }),
            None => self.unnamed.push(row),
        }
        Ok(())
    }

    fn event_row(&mut self, event: &Event<'_>) -> Result<Option<EventRow>, OverBudget> {
        match event.kind {
            EventKind::JoinVoice => self.voice(event, Endpoint::Start),
            EventKind::LeaveVoice => self.voice(event, Endpoint::End),
            EventKind::SessionStart => self.session(event, Endpoint::Start),
            EventKind::SessionEnd => self.session(event, Endpoint::End),
            _ => self.counted(event),
        }
    }

    fn counted(&mut self, event: &Event<'_>) -> Result<Option<EventRow>, OverBudget> {
        let Some(name) = event.kind.name() else { return Ok(None) };
        let os = os(event);
        let wanted = match event.kind {
            EventKind::GuildJoined => event.guild_id.is_some(),
            // Discord's built-in commands have the application -1.
            EventKind::CommandUsed => event.application_id.is_some_and(|id| id != "-1"),
            EventKind::AddReaction => event.emoji_name.is_some_and(|emoji| !emoji.is_empty()),
            EventKind::AppOpened => os.is_some(),
            EventKind::DevPortalPageViewed => event.page_name.is_some_and(|page| page.starts_with("/docs/")),
            _ => true,
        };
        if !wanted {
            return Ok(None);
        }
        let Some(time) = self.dated(event.timestamp.and_then(Millis::parse)) else {
            return Ok(None);
        };
        let mut row = ActivityRow {
            event: name,
            day: time.day(),
            hour: 0,
            channel_id: None,
            guild_id: None,
            user_id: None,
            extra_1: None,
            extra_2: None,
            count: 0,
        };
        match event.kind {
            EventKind::GuildJoined => {
                row.hour = time.hour();
                row.guild_id = self.optional(event.guild_id)?;
            }
            EventKind::CommandUsed => {
                row.guild_id = self.optional(event.guild_id)?;
                row.user_id = self.optional(event.application_id)?;
            }
            EventKind::AddReaction => {
                row.channel_id = self.optional(event.channel_id)?;
                row.extra_1 = self.optional(event.emoji_name)?;
                row.extra_2 = Some(event.emoji_id.is_some_and(|id| !matches!(id, "" | "null")));
            }
            EventKind::AppOpened => row.extra_1 = self.optional(os)?,
            _ => {}
        }
        self.row(row).map(Some)
    }

    fn voice(&mut self, event: &Event<'_>, endpoint: Endpoint) -> Result<Option<EventRow>, OverBudget> {
        let Some(channel_id) = event.channel_id.filter(|id| !id.is_empty()) else {
            return Ok(None);
        };
        let Some(time) = self.read(client_time(event)) else {
            return Ok(None);
        };
        let mark = VoiceMark {
            channel_id: self.text(channel_id)?,
            time,
            endpoint,
            guild_id: self.optional(event.guild_id)?,
            duration_ms: event.duration_ms,
        };
        self.voice.push(mark);
        Ok(Some(EventRow::Voice(number(self.voice.len() - 1))))
    }

    fn session(&mut self, event: &Event<'_>, endpoint: Endpoint) -> Result<Option<EventRow>, OverBudget> {
        let Some(os) = os(event) else {
            return Ok(None);
        };
        let Some(time) = self.read(event.timestamp.and_then(Millis::parse)) else {
            return Ok(None);
        };
        let mark = SessionMark {
            time,
            endpoint,
            os: self.text(os)?,
            id: event.session.filter(|id| !id.is_empty()).map(Fingerprint::of),
        };
        self.sessions.push(mark);
        Ok(Some(EventRow::Session(number(self.sessions.len() - 1))))
    }

    fn read(&mut self, time: Option<Millis>) -> Option<Millis> {
        self.counts.undated += u64::from(time.is_none());
        time
    }

    fn dated(&mut self, time: Option<Millis>) -> Option<Millis> {
        let time = self.read(time)?;
        if self.window.contains(time.day()) {
            return Some(time);
        }
        self.counts.out_of_window += 1;
        None
    }

    fn row(&mut self, row: ActivityRow) -> Result<EventRow, OverBudget> {
        let (place, is_new) = self.rows.insert_full(row);
        if is_new {
            self.budget.key()?;
        }
        Ok(EventRow::Activity(number(place)))
    }

    fn optional(&mut self, text: Option<&str>) -> Result<Option<Text>, OverBudget> {
        text.filter(|text| !text.is_empty())
            .map(|text| self.text(text))
            .transpose()
    }

    fn text(&mut self, text: &str) -> Result<Text, OverBudget> {
        if let Some(known) = self.texts.get(text) {
            return Ok(known.clone());
        }
        self.budget.key()?;
        let text = Text::from(text);
        self.texts.insert(text.clone());
        Ok(text)
    }
}

/// The budget keeps the number of events below 2^32.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The operating system, which some packages quote once more.
fn os<'a>(event: &Event<'a>) -> Option<&'a str> {
    let os = event.os?;
    let os = os
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(os);
    (!os.is_empty()).then_some(os)
}

/// The client's clock knows best when a call began, unless it is days off.
fn client_time(event: &Event<'_>) -> Option<Millis> {
    let server = event.timestamp.and_then(Millis::parse);
    let client = event.client_timestamp.and_then(Millis::parse);
    match (client, server) {
        (Some(client), Some(server)) if (client.0 - server.0).abs() > DAY => Some(server),
        (Some(client), _) => Some(client),
        (None, server) => server,
    }
}
