//! Time in voice channels, from joins and leaves.

use super::pairing::{Endpoint, LONGEST, Stretch, latest_wins};
use crate::report::{Text, VoiceSessionRow};
use crate::time::{DayWindow, Millis};

/// A join or a leave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VoiceMark {
    pub(super) channel_id: Text,
    pub(super) time: Millis,
    pub(super) endpoint: Endpoint,
    pub(super) guild_id: Option<Text>,
    /// The length of the stay that a leave states, milliseconds.
    pub(super) duration_ms: Option<i64>,
}

impl VoiceMark {
    /// When the stay began, if a leave says so itself.
    fn stated_start(&self) -> Option<i64> {
        let is_usable = |duration: &i64| self.endpoint == Endpoint::End && (1..=LONGEST).contains(duration);
        let duration = self.duration_ms.filter(is_usable)?;
        Some(self.time.0 - duration)
    }
}

/// Finds the stays in each channel. A person is in one of them at a time: joining elsewhere ends being here.
pub(super) fn voice_sessions(mut marks: Vec<VoiceMark>, window: DayWindow) -> Vec<VoiceSessionRow> {
    marks.sort_unstable();
    let channels = marks.chunk_by(|a, b| a.channel_id == b.channel_id);
    let stretches = channels.flat_map(stays).collect();
    latest_wins(stretches, window)
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

/// Within one channel, in order of time. A leave that states the length of its stay needs no join: that may be of another
/// device, of an app that died hours ago, or lost. For the other leaves a join opens a stay, and replaces one that never got
/// its leave.
fn stays(marks: &[VoiceMark]) -> Vec<Stretch> {
    let mut stretches: Vec<_> = marks
        .iter()
        .filter_map(|leave| Some(stay(leave.stated_start()?, leave, leave.guild_id.as_ref())))
        .collect();
    let stated = merged(&stretches);
    let mut open: Option<&VoiceMark> = None;
    for mark in marks.iter().filter(|mark| mark.stated_start().is_none()) {
        match mark.endpoint {
            Endpoint::Start if is_inside(mark.time.0, &stated) => {}
            Endpoint::Start => open = Some(mark),
            Endpoint::End => {
                let join = open.take().map(|join| (join.time.0, join.guild_id.as_ref()));
                stretches.extend(join.map(|(start, guild_id)| stay(start, mark, guild_id.or(mark.guild_id.as_ref()))));
            }
        }
    }
    // Of a channel all events name one guild, if they name any.
    if let Some(guild_id) = marks.iter().find_map(|mark| mark.guild_id.as_ref()) {
        for stretch in stretches.iter_mut().filter(|stretch| stretch.label.is_none()) {
            stretch.label = Some(guild_id.clone());
        }
    }
    stretches
}

fn stay(start: i64, leave: &VoiceMark, guild_id: Option<&Text>) -> Stretch {
    Stretch {
        start,
        end: leave.time.0,
        key: Some(leave.channel_id.clone()),
        label: guild_id.cloned(),
    }
}

/// The time that stretches cover, in order and without overlaps.
fn merged(stretches: &[Stretch]) -> Vec<(i64, i64)> {
    let mut spans: Vec<_> = stretches.iter().map(|stretch| (stretch.start, stretch.end)).collect();
    spans.sort_unstable();
    spans.dedup_by(|later, earlier| {
        let touches = later.0 <= earlier.1;
        if touches {
            earlier.1 = earlier.1.max(later.1);
        }
        touches
    });
    spans
}

/// Whether a join belongs to one of these stays. One at the instant of a leave begins the next stay.
fn is_inside(time: i64, spans: &[(i64, i64)]) -> bool {
    let after = spans.partition_point(|(start, _)| *start <= time);
    after > 0 && time < spans[after - 1].1
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

    fn leave(seconds: i64, stayed: i64, channel: &str) -> VoiceMark {
        VoiceMark {
            duration_ms: Some(stayed * 1_000),
            ..mark(Endpoint::End, seconds, channel)
        }
    }

    #[test]
    fn a_leave_that_states_its_duration_needs_no_join() {
        let too_long = VoiceMark {
            duration_ms: Some(LONGEST + 1),
            ..mark(Endpoint::End, 90_000_000, "1")
        };
        let marks = vec![leave(1_000, 600, "1"), too_long, mark(Endpoint::End, 95_000_000, "1")];
        assert_eq!(spans(marks), [(400, 1_000)]);
    }

    #[test]
    fn a_stale_join_does_not_lengthen_a_stay_that_states_its_duration() {
        let marks = vec![mark(Endpoint::Start, 0, "1"), leave(72_000, 600, "1")];
        assert_eq!(spans(marks), [(71_400, 72_000)]);
    }

    #[test]
    fn a_change_of_device_loses_nothing() {
        // Joined at 0 on the computer, at 3,600 on the phone; the computer left at once, the phone at 7,200.
        let marks = vec![
            mark(Endpoint::Start, 0, "1"),
            mark(Endpoint::Start, 3_600, "1"),
            leave(3_601, 3_601, "1"),
            leave(7_200, 3_600, "1"),
        ];
        assert_eq!(spans(marks), [(0, 3_600), (3_600, 7_200)]);
    }

    #[test]
    fn a_join_inside_of_a_stated_stay_opens_no_other() {
        let marks = vec![
            mark(Endpoint::Start, 0, "1"),
            leave(600, 600, "1"),
            mark(Endpoint::End, 900, "1"),
        ];
        assert_eq!(spans(marks), [(0, 600)]);
    }

    #[test]
    fn a_call_on_the_phone_is_not_swallowed_by_a_computer_that_slept_in_another() {
        let rows = voice_sessions(
            vec![leave(72_000, 72_000, "1"), leave(40_000, 1_000, "2")],
            DayWindow::until(None),
        );
        let of = |row: &VoiceSessionRow| (row.channel_id.to_string(), row.ended - row.started);
        let expected = [("1", 39_000), ("2", 1_000), ("1", 32_000)].map(|(id, length)| (id.to_owned(), length));
        assert_eq!(rows.iter().map(of).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_stay_has_the_guild_that_any_event_of_its_channel_names() {
        let join = VoiceMark {
            guild_id: Some("9".into()),
            ..mark(Endpoint::Start, 0, "1")
        };
        let rows = voice_sessions(vec![join, leave(600, 600, "1")], DayWindow::until(None));
        assert_eq!(rows[0].guild_id.as_deref(), Some("9"));
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
    fn joining_elsewhere_ends_being_here() {
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
            [("1", 0, 50), ("2", 50, 150)]
        );
    }
}
