//! Brings the folds of all event files together; every event is counted once.

use std::collections::BTreeMap;

use super::counts::aggregate;
use super::event_fold::{EventCounts, EventFold, EventRow};
use super::{Fingerprint, sessions, voice};
use crate::report::{ActivityRow, SessionRow, Text, VoiceSessionRow};

/// What was read of all event files of a package.
#[derive(Debug, Default)]
pub struct Events {
    /// Sorted; no two rows agree in everything but the count.
    pub(super) rows: Vec<ActivityRow>,
    pub(super) voice_sessions: Vec<VoiceSessionRow>,
    pub(super) sessions: Vec<SessionRow>,
    pub(super) users: BTreeMap<Text, u64>,
    pub(super) counts: EventCounts,
    pub(super) repeated: u64,
}

impl Events {
    /// Counts each event once. The order in which the folds come makes no difference.
    #[must_use]
    pub fn merge(mut folds: Vec<EventFold>) -> Self {
        folds.sort_by_key(|fold| fold.source);
        let window = folds.first().map(|fold| fold.window).unwrap_or_default();
        let repeats = repeats(&folds);
        let mut events = Self {
            repeated: repeats.len() as u64,
            ..Self::default()
        };
        let (mut rows, mut calls, mut connections) = (Vec::new(), Vec::new(), Vec::new());
        let mut repeats = repeats.into_iter().peekable();
        for (place, fold) in (0u32..).zip(folds) {
            let once = (0u32..).zip(fold.records).filter_map(|(number, record)| {
                let is_repeat = repeats.next_if_eq(&(place, number)).is_some();
                (!is_repeat).then_some(record.row)
            });
            let mut counts = vec![0; fold.rows.len()];
            for given in once.chain(fold.unnamed) {
                match given {
                    EventRow::Activity(row) => counts[row as usize] += 1,
                    EventRow::Voice(mark) => calls.push(fold.voice[mark as usize].clone()),
                    EventRow::Session(mark) => connections.push(fold.sessions[mark as usize].clone()),
                }
            }
            rows.extend(fold.rows.into_iter().zip(counts).filter(|(_, count)| *count > 0));
            events.counts.add(fold.counts);
            for (user, count) in fold.users {
                *events.users.entry(user).or_default() += count;
            }
        }
        aggregate(&mut rows);
        events.rows = rows
            .into_iter()
            .map(|(row, count)| ActivityRow { count, ..row })
            .collect();
        events.voice_sessions = voice::voice_sessions(calls, window);
        events.sessions = sessions::sessions(connections, window);
        events
    }
}

/// Records whose event an earlier line of the same or an earlier file has already given, as place of the fold and
/// number of the record, in that order.
fn repeats(folds: &[EventFold]) -> Vec<(u32, u32)> {
    let total = folds.iter().map(|fold| fold.records.len()).sum();
    let mut copies: Vec<(Fingerprint, u32, u32)> = Vec::with_capacity(total);
    for (place, fold) in (0u32..).zip(folds) {
        let own = (0u32..).zip(&fold.records);
        copies.extend(own.map(|(number, record)| (record.id, place, number)));
    }
    copies.sort_unstable();
    let same = copies.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    let mut repeats: Vec<_> = same.map(|pair| (pair[1].1, pair[1].2)).collect();
    repeats.sort_unstable();
    repeats
}
