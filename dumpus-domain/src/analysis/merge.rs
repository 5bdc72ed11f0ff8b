//! Brings the folds of all event files together; every event counts once.

use std::collections::BTreeMap;

use super::event_fold::{EventFold, RowKey, Tally, Yield};
use super::pairing::Mark;
use crate::report::Text;
use crate::time::DayWindow;

/// What all event files gave together.
#[derive(Debug, Default)]
pub(super) struct MergedEvents {
    pub(super) counts: BTreeMap<RowKey, u32>,
    pub(super) voice: Vec<Mark>,
    pub(super) sessions: Vec<Mark>,
    pub(super) users: BTreeMap<Text, u64>,
    pub(super) tally: Tally,
    pub(super) repeated: u64,
    pub(super) window: DayWindow,
}

/// Which file and line an event with an id stands in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Copy {
    id: (u64, u64),
    source: u32,
    line: u32,
    record: u32,
}

impl MergedEvents {
    /// The order in which the folds come makes no difference.
    pub(super) fn new(mut folds: Vec<EventFold>) -> Self {
        folds.sort_by_key(|fold| fold.source);
        let mut merged = Self::default();
        let (winners, repeated) = winners(&folds);
        merged.repeated = repeated;
        if let Some(fold) = folds.first() {
            merged.window = fold.window;
        }
        let mut winners = winners.into_iter().peekable();
        for (place, fold) in folds.into_iter().enumerate() {
            let mut gives = fold.unnamed;
            while let Some((_, record)) = winners.next_if(|(of, _)| *of == place) {
                gives.push(fold.records[record].gives);
            }
            merged.take(gives, fold.rows, fold.marks);
            merged.tally.add(fold.tally);
            for (user, count) in fold.users {
                *merged.users.entry(user).or_default() += count;
            }
        }
        merged
    }

    fn take(&mut self, gives: Vec<Yield>, rows: Vec<RowKey>, marks: Vec<Mark>) {
        let mut counts = vec![0u32; rows.len()];
        let mut wanted = vec![false; marks.len()];
        for given in gives {
            match given {
                Yield::Row(row) => counts[row as usize] += 1,
                Yield::Mark(mark) => wanted[mark as usize] = true,
            }
        }
        for (row, count) in rows.into_iter().zip(counts).filter(|(_, count)| *count > 0) {
            *self.counts.entry(row).or_default() += count;
        }
        let kept = marks
            .into_iter()
            .zip(wanted)
            .filter_map(|(mark, wanted)| wanted.then_some(mark));
        let (voice, sessions): (Vec<_>, Vec<_>) = kept.partition(|mark| mark.is_voice);
        self.voice.extend(voice);
        self.sessions.extend(sessions);
    }
}

/// The copies that count, as place of the fold and index of the record, in that order; and how many do not.
fn winners(folds: &[EventFold]) -> (Vec<(usize, usize)>, u64) {
    let total = folds.iter().map(|fold| fold.records.len()).sum();
    let mut copies = Vec::with_capacity(total);
    for (place, fold) in (0u32..).zip(folds) {
        let own = (0u32..).zip(&fold.records);
        copies.extend(own.map(|(record, of)| Copy {
            id: of.id,
            source: place,
            line: of.line,
            record,
        }));
    }
    copies.sort_unstable();
    copies.dedup_by_key(|copy| copy.id);
    let repeated = (total - copies.len()) as u64;
    let mut winners: Vec<_> = copies
        .into_iter()
        .map(|copy| (copy.source as usize, copy.record as usize))
        .collect();
    winners.sort_unstable();
    (winners, repeated)
}
