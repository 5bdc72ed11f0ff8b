//! Time in voice channels, from joins and leaves.

use super::pairing::{Endpoint, LONGEST, Stretch, without_overlap};
use crate::report::{Text, VoiceSessionRow};
use crate::time::{DayWindow, Millis};

/// A join or a leave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VoiceMark {
    pub(super) channel_id: Text,
    pub(super) time: Millis,
    pub(super) endpoint: Endpoint,
    pub(super) guild_id: Option<Text>,
    /// The length of the call that a leave states, milliseconds.
    pub(super) duration_ms: Option<i64>,
}

/// Pairs the marks of each channel, then lets no two sessions overlap.
pub(super) fn voice_sessions(mut marks: Vec<VoiceMark>, window: DayWindow) -> Vec<VoiceSessionRow> {
    marks.sort_unstable();
    let channels = marks.chunk_by(|a, b| a.channel_id == b.channel_id);
    let stretches = channels.flat_map(pair).collect();
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

/// Within one channel, in order of time: a join opens, and replaces one that never got its leave (the app died); a leave closes.
/// A leave on its own speaks for itself by its duration.
fn pair(marks: &[VoiceMark]) -> Vec<Stretch> {
    let mut open: Option<&VoiceMark> = None;
    let mut stretches = Vec::new();
    for mark in marks {
        if mark.endpoint == Endpoint::Start {
            open = Some(mark);
            continue;
        }
        let end = mark.time.0;
        let (start, guild_id) = match open.take() {
            Some(join) => (join.time.0, join.guild_id.as_ref().or(mark.guild_id.as_ref())),
            None => match mark.duration_ms.filter(|duration| (1..=LONGEST).contains(duration)) {
                Some(duration) => (end - duration, mark.guild_id.as_ref()),
                None => continue,
            },
        };
        stretches.push(Stretch {
            start,
            end,
            key: Some(mark.channel_id.clone()),
            label: guild_id.cloned(),
        });
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Day;

    /// Tests count from here.
    const BEGIN: Millis = Day::DISCORD_LAUNCH.start();

    fn mark(endpoint: Endpoint, seconds: i64, channel: &str) -> VoiceMark {
        VoiceMark {
            time: Millis(BEGIN.0 + seconds * 1_000),
            endpoint,
            channel_id: channel.into(),
            guild_id: None,
            duration_ms: None,
        }
    }

    fn spans(marks: Vec<VoiceMark>) -> Vec<(i64, i64)> {
        voice_sessions(marks, DayWindow::until(None))
            .iter()
            .map(|row| (row.started - BEGIN.seconds(), row.ended - BEGIN.seconds()))
            .collect()
    }

    #[test]
    fn a_join_that_lost_its_leave_does_not_swallow_the_next_call() {
        let marks = vec![
            mark(Endpoint::Start, 0, "1"),
            mark(Endpoint::Start, 5_000, "1"),
            mark(Endpoint::End, 6_000, "1"),
        ];
        assert_eq!(spans(marks), [(5_000, 6_000)]);
    }

    #[test]
    fn a_leave_without_join_counts_by_its_own_duration() {
        let leave = VoiceMark {
            duration_ms: Some(600_000),
            ..mark(Endpoint::End, 1_000, "1")
        };
        let too_long = VoiceMark {
            duration_ms: Some(LONGEST + 1),
            ..mark(Endpoint::End, 90_000_000, "1")
        };
        assert_eq!(
            spans(vec![leave, too_long, mark(Endpoint::End, 95_000_000, "1")]),
            [(400, 1_000)]
        );
    }

    #[test]
    fn rejoining_at_the_instant_of_a_leave_keeps_both_calls() {
        let marks = vec![
            mark(Endpoint::Start, 0, "1"),
            mark(Endpoint::Start, 10, "1"),
            mark(Endpoint::End, 10, "1"),
            mark(Endpoint::End, 20, "1"),
        ];
        assert_eq!(spans(marks), [(0, 10), (10, 20)]);
    }

    #[test]
    fn calls_in_two_channels_at_once_are_cut_to_one() {
        let marks = vec![
            mark(Endpoint::Start, 0, "1"),
            mark(Endpoint::End, 100, "1"),
            mark(Endpoint::Start, 50, "2"),
            mark(Endpoint::End, 150, "2"),
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
