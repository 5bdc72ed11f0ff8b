//! From starts and ends to stretches of time: what voice and sessions share.

use crate::report::Text;
use crate::time::{DAY, DayWindow, Millis};

/// Whether something begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Endpoint {
    /// Sorts first: at one instant the old stretch ends before the new one begins.
    End,
    Start,
}

/// A stretch of time: milliseconds while pairing, whole seconds after [`without_overlap`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: i64,
    pub(super) end: i64,
    /// The channel of a call.
    pub(super) key: Option<Text>,
    /// The guild of a call, the operating system of a session.
    pub(super) label: Option<Text>,
}

/// No call or session is believed to be longer.
pub(super) const LONGEST: i64 = DAY;

/// A person is in one place at a time: drops stretches over 24 hours and empty ones, and cuts the rest so that no
/// two overlap. Takes milliseconds, gives whole seconds in order of start. Touching ends do not overlap.
///
/// A stretch that begins outside of the window is dropped as well: clients compare starts as text, and only of the
/// years 2001 to 2286 do all have ten digits.
pub(super) fn without_overlap(mut stretches: Vec<Stretch>, window: DayWindow) -> Vec<Stretch> {
    stretches.retain(|stretch| (0..=LONGEST).contains(&(stretch.end - stretch.start)));
    stretches.retain(|stretch| window.contains(Millis(stretch.start).day()));
    for stretch in &mut stretches {
        stretch.start = Millis(stretch.start).seconds();
        stretch.end = Millis(stretch.end).seconds();
    }
    stretches.retain(|stretch| stretch.end > stretch.start);
    stretches.sort_by(|a, b| (a.start, -a.end, &a.key, &a.label).cmp(&(b.start, -b.end, &b.key, &b.label)));
    let mut covered = i64::MIN;
    stretches.retain_mut(|stretch| {
        if stretch.end <= covered {
            return false;
        }
        stretch.start = stretch.start.max(covered);
        covered = stretch.end;
        true
    });
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Day;
    use proptest::prelude::*;

    /// Tests count from here.
    const BEGIN: Millis = Day::DISCORD_LAUNCH.start();

    fn stretch(start: i64, end: i64) -> Stretch {
        Stretch {
            start: BEGIN.0 + start,
            end: BEGIN.0 + end,
            key: None,
            label: None,
        }
    }

    fn kept(stretches: Vec<Stretch>) -> Vec<(i64, i64)> {
        let kept = without_overlap(stretches, DayWindow::until(None));
        kept.iter()
            .map(|stretch| (stretch.start - BEGIN.seconds(), stretch.end - BEGIN.seconds()))
            .collect()
    }

    #[test]
    fn what_begins_before_discord_is_dropped() {
        assert_eq!(kept(vec![stretch(-5_000, 30_000), stretch(0, 10_000)]), [(0, 10)]);
    }

    #[test]
    fn an_inner_stretch_is_dropped_and_a_late_one_cut() {
        assert_eq!(
            kept(vec![stretch(5_000, 30_000), stretch(0, 10_000), stretch(6_000, 9_000)]),
            [(0, 10), (10, 30)]
        );
    }

    #[test]
    fn touching_ends_keep_both() {
        assert_eq!(
            kept(vec![stretch(0, 10_900), stretch(10_100, 20_000)]),
            [(0, 10), (10, 20)]
        );
    }

    #[test]
    fn a_day_is_kept_and_a_millisecond_more_is_not() {
        assert_eq!(kept(vec![stretch(0, LONGEST)]).len(), 1);
        assert!(kept(vec![stretch(0, LONGEST + 1)]).is_empty());
    }

    proptest! {
        #[test]
        fn kept_stretches_never_overlap_and_cover_all_that_was_given(
            given in prop::collection::vec((0i64..2_000, 1i64..300), 0..60)
        ) {
            let stretches: Vec<_> = given.iter().map(|(start, length)| stretch(start * 1_000, (start + length) * 1_000)).collect();
            let kept = kept(stretches);
            for pair in kept.windows(2) {
                prop_assert!(pair[0].1 <= pair[1].0);
            }
            let inside = |second: i64, spans: &[(i64, i64)]| spans.iter().any(|(start, end)| (*start..*end).contains(&second));
            let all: Vec<_> = given.iter().map(|(start, length)| (*start, start + length)).collect();
            for second in 0..2_400 {
                prop_assert_eq!(inside(second, &all), inside(second, &kept));
            }
        }
    }
}
