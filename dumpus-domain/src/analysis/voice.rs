//! Time in voice channels, from joins and leaves.

use std::collections::BTreeMap;

use super::pairing::{Edge, LONGEST, Mark, Stretch, without_overlap};
use crate::report::{Text, VoiceSessionRow};
use crate::time::DayWindow;

/// Pairs the marks of each channel, then lets no two sessions overlap.
pub(super) fn voice_sessions(marks: Vec<Mark>, window: DayWindow) -> Vec<VoiceSessionRow> {
    let mut channels: BTreeMap<Text, Vec<Mark>> = BTreeMap::new();
    for mark in marks {
        if let Some(channel) = mark.key.clone() {
            channels.entry(channel).or_default().push(mark);
        }
    }
    let stretches = channels.into_values().flat_map(pair).collect();
    without_overlap(stretches, window)
        .into_iter()
        .filter_map(|stretch| {
            Some(VoiceSessionRow {
                channel_id: stretch.key?,
                guild_id: stretch.label,
                started: stretch.start,
                ended: stretch.end,
            })
        })
        .collect()
}

/// Within one channel: a join opens, and replaces one that never got its leave (the app died); a leave closes.
/// A leave on its own speaks for itself by its duration.
fn pair(mut marks: Vec<Mark>) -> Vec<Stretch> {
    marks.sort();
    let mut open: Option<Mark> = None;
    let mut stretches = Vec::new();
    for mark in marks {
        if mark.edge == Edge::Start {
            open = Some(mark);
            continue;
        }
        let end = mark.time.0;
        let (start, label) = match open.take() {
            Some(join) => (join.time.0, join.label.or(mark.label)),
            None => match mark.duration_ms.filter(|duration| (1..=LONGEST).contains(duration)) {
                Some(duration) => (end - duration, mark.label),
                None => continue,
            },
        };
        stretches.push(Stretch {
            start,
            end,
            key: mark.key,
            label,
        });
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Day, Millis};

    /// Tests count from here.
    const BEGIN: Millis = Day::DISCORDS_FIRST.start();

    fn mark(edge: Edge, seconds: i64, channel: &str) -> Mark {
        Mark {
            time: Millis(BEGIN.0 + seconds * 1_000),
            edge,
            key: Some(channel.into()),
            label: None,
            duration_ms: None,
            is_voice: true,
        }
    }

    fn spans(marks: Vec<Mark>) -> Vec<(i64, i64)> {
        voice_sessions(marks, DayWindow::until(None))
            .iter()
            .map(|row| (row.started - BEGIN.seconds(), row.ended - BEGIN.seconds()))
            .collect()
    }

    #[test]
    fn a_join_that_lost_its_leave_does_not_swallow_the_next_call() {
        let marks = vec![
            mark(Edge::Start, 0, "1"),
            mark(Edge::Start, 5_000, "1"),
            mark(Edge::End, 6_000, "1"),
        ];
        assert_eq!(spans(marks), [(5_000, 6_000)]);
    }

    #[test]
    fn a_leave_without_join_counts_by_its_own_duration() {
        let leave = Mark {
            duration_ms: Some(600_000),
            ..mark(Edge::End, 1_000, "1")
        };
        let too_long = Mark {
            duration_ms: Some(LONGEST + 1),
            ..mark(Edge::End, 90_000_000, "1")
        };
        assert_eq!(
            spans(vec![leave, too_long, mark(Edge::End, 95_000_000, "1")]),
            [(400, 1_000)]
        );
    }

    #[test]
    fn rejoining_at_the_instant_of_a_leave_keeps_both_calls() {
        let marks = vec![
            mark(Edge::Start, 0, "1"),
            mark(Edge::Start, 10, "1"),
            mark(Edge::End, 10, "1"),
            mark(Edge::End, 20, "1"),
        ];
        assert_eq!(spans(marks), [(0, 10), (10, 20)]);
    }

    #[test]
    fn calls_in_two_channels_at_once_are_cut_to_one() {
        let marks = vec![
            mark(Edge::Start, 0, "1"),
            mark(Edge::End, 100, "1"),
            mark(Edge::Start, 50, "2"),
            mark(Edge::End, 150, "2"),
        ];
        let rows = voice_sessions(marks, DayWindow::until(None));
        assert_eq!(
            rows.iter()
                .map(|row| (
                    &*row.channel_id,
                    row.started - BEGIN.seconds(),
                    row.ended - BEGIN.seconds()
                ))
                .collect::<Vec<_>>(),
            [("1", 0, 100), ("2", 100, 150)]
        );
    }
}
