//! Folds the lines of one event file. Files are folded apart, in parallel, and merged by [`super::merge`].

use std::sync::Arc;

use foldhash::fast::RandomState;
use foldhash::{HashMap, HashSet};
use indexmap::IndexSet;

use super::Fingerprint;
use super::budget::{Budget, OverBudget};
use super::sessions::SessionMark;
use super::voice::VoiceMark;
use crate::report::{ActivityRow, Text};
use crate::time::DayWindow;

/// What was read of one event file.
#[derive(Debug)]
pub struct EventFold {
    pub(super) source: u32,
    pub(super) window: DayWindow,
    pub(super) budget: Arc<Budget>,
    texts: HashSet<Text>,
    /// What events add to: rows without a count, by the number that [`EventRow::Activity`] holds.
    pub(super) rows: IndexSet<ActivityRow, RandomState>,
    pub(super) voice: Vec<VoiceMark>,
    pub(super) sessions: Vec<SessionMark>,
    /// Events with an id, which other lines may repeat.
    pub(super) records: Vec<Record>,
    /// Rows and marks of events without an id: each is counted.
    pub(super) unnamed: Vec<EventRow>,
    pub(super) users: HashMap<Text, u64>,
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
            texts: HashSet::default(),
            rows: IndexSet::default(),
            voice: Vec::new(),
            sessions: Vec::new(),
            records: Vec::new(),
            unnamed: Vec::new(),
            users: HashMap::default(),
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

    /// Keeps what an event gives; copies of events with an id are sorted out in the end.
    pub(super) fn record(&mut self, id: Option<&str>, row: EventRow) {
        match id.filter(|id| !id.is_empty()) {
            Some(id) => self.records.push(Record {
                id: Fingerprint::of(id),
                row,
            }),
            None => self.unnamed.push(row),
        }
    }

    pub(super) fn activity_row(&mut self, row: ActivityRow) -> Result<EventRow, OverBudget> {
        let (place, is_new) = self.rows.insert_full(row);
        if is_new {
            self.budget.row()?;
        }
        Ok(EventRow::Activity(number(place)))
    }

    pub(super) fn text(&mut self, text: &str) -> Result<Text, OverBudget> {
        if let Some(known) = self.texts.get(text) {
            return Ok(known.clone());
        }
        self.budget.text(text)?;
        let text = Text::from(text);
        self.texts.insert(text.clone());
        Ok(text)
    }
}

/// The budget keeps the number of events below 2^32.
pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
