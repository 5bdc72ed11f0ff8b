//! From starts and ends to stretches of time: what voice and sessions share.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::report::Text;
use crate::time::{DAY, DayWindow, Millis};

/// Whether something begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Endpoint {
    /// Sorts first: at one instant the old stretch ends before the new one begins.
    End,
    Start,
}

/// A stretch of time: milliseconds while pairing, whole seconds when it has been cut.
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

/// Drops stretches over 24 hours and empty ones, and cuts the rest to whole seconds. Takes milliseconds.
///
/// A stretch that begins outside of the window is dropped as well: clients compare starts as text, and only of the
/// years 2001 to 2286 do all have ten digits.
fn in_seconds(mut stretches: Vec<Stretch>, window: DayWindow) -> Vec<Stretch> {
    stretches.retain(|stretch| (0..=LONGEST).contains(&(stretch.end - stretch.start)));
    stretches.retain(|stretch| window.contains(Millis(stretch.start).day()));
    for stretch in &mut stretches {
        stretch.start = Millis(stretch.start).seconds();
        stretch.end = Millis(stretch.end).seconds();
    }
    stretches.retain(|stretch| stretch.end > stretch.start);
    stretches
}

/// The union of stretches, in order of start: what lies inside of earlier ones is dropped, and what begins before the end
/// of the last is cut to begin there. Takes milliseconds, gives whole seconds. Touching ends do not overlap.
pub(super) fn union(stretches: Vec<Stretch>, window: DayWindow) -> Vec<Stretch> {
    let mut stretches = in_seconds(stretches, window);
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

/// The same union, in which each moment belongs to the stretch that began last (of several, to the one that ends first),
/// so that no stretch is swallowed by a longer one. The earlier stretch keeps what lies before and after, as pieces.
pub(super) fn latest_wins(stretches: Vec<Stretch>, window: DayWindow) -> Vec<Stretch> {
    let mut stretches = in_seconds(stretches, window);
    stretches.sort_by(|a, b| by_start(a, b).then_with(|| a.label.cmp(&b.label)));
    let mut pieces = Vec::with_capacity(stretches.len());
    let mut running = BinaryHeap::new();
    let mut now = i64::MIN;
    let mut coming = stretches.into_iter().peekable();
    while coming.peek().is_some() || !running.is_empty() {
        let until = coming.peek().map_or(i64::MAX, |next| next.start);
        while now < until
            && let Some(Running(stretch)) = running.peek()
        {
            let end = stretch.end.min(until);
            if end > now {
                pieces.push(Stretch {
                    start: now,
                    end,
                    ..stretch.clone()
                });
                now = end;
            }
            if stretch.end <= now {
                running.pop();
            }
        }
        if let Some(next) = coming.next() {
            now = next.start;
            running.push(Running(next));
        }
    }
    pieces
}

/// In order of start; of those with one start, the one that has the time comes last.
fn by_start(a: &Stretch, b: &Stretch) -> Ordering {
    (a.start, Reverse(a.end), Reverse(&a.key)).cmp(&(b.start, Reverse(b.end), Reverse(&b.key)))
}

/// A stretch that is not over yet; the greatest one has the time.
struct Running(Stretch);

impl Ord for Running {
    fn cmp(&self, other: &Self) -> Ordering {
        by_start(&self.0, &other.0)
    }
}

impl PartialOrd for Running {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Running {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Running {}

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

    fn spans(stretches: &[Stretch]) -> Vec<(i64, i64)> {
        let begin = BEGIN.seconds();
        let span = |stretch: &Stretch| (stretch.start - begin, stretch.end - begin);
        stretches.iter().map(span).collect()
    }

    fn united(stretches: Vec<Stretch>) -> Vec<(i64, i64)> {
        spans(&union(stretches, DayWindow::until(None)))
    }

    fn pieces(stretches: Vec<Stretch>) -> Vec<(i64, i64)> {
        spans(&latest_wins(stretches, DayWindow::until(None)))
    }

    #[test]
    fn what_begins_before_discord_is_dropped() {
        assert_eq!(united(vec![stretch(-5_000, 30_000), stretch(0, 10_000)]), [(0, 10)]);
    }

    #[test]
    fn in_a_union_an_inner_stretch_is_dropped_and_a_late_one_cut() {
        assert_eq!(
            united(vec![stretch(5_000, 30_000), stretch(0, 10_000), stretch(6_000, 9_000)]),
            [(0, 10), (10, 30)]
        );
    }

    #[test]
    fn the_stretch_that_began_last_has_the_time_and_the_others_keep_the_rest() {
        let given = vec![stretch(0, 100_000), stretch(20_000, 50_000), stretch(30_000, 40_000)];
        assert_eq!(pieces(given), [(0, 20), (20, 30), (30, 40), (40, 50), (50, 100)]);
        let same_start = vec![stretch(0, 100_000), stretch(0, 40_000)];
        assert_eq!(pieces(same_start), [(0, 40), (40, 100)]);
        assert_eq!(pieces(vec![stretch(0, 10_000), stretch(0, 10_000)]), [(0, 10)]);
    }

    #[test]
    fn touching_ends_keep_both() {
        let touching = vec![stretch(0, 10_900), stretch(10_100, 20_000)];
        assert_eq!(united(touching.clone()), [(0, 10), (10, 20)]);
        assert_eq!(pieces(touching), [(0, 10), (10, 20)]);
    }

    #[test]
    fn a_day_is_kept_and_a_millisecond_more_is_not() {
        assert_eq!(united(vec![stretch(0, LONGEST)]).len(), 1);
        assert!(united(vec![stretch(0, LONGEST + 1)]).is_empty());
    }

    /// Starts and lengths in seconds.
    fn some() -> impl Strategy<Value = Vec<(i64, i64)>> {
        prop::collection::vec((0i64..2_000, 1i64..300), 0..60)
    }

    fn stretches(given: &[(i64, i64)]) -> Vec<Stretch> {
        let given = given.iter().enumerate();
        given
            .map(|(number, (start, length))| Stretch {
                key: Some(format!("{number:02}").into()),
                ..stretch(start * 1_000, (start + length) * 1_000)
            })
            .collect()
    }

    fn inside(second: i64, spans: &[(i64, i64)]) -> bool {
        spans.iter().any(|(start, end)| (*start..*end).contains(&second))
    }

    proptest! {
        #[test]
        fn what_is_left_never_overlaps_and_covers_all_that_was_given(given in some()) {
            let all: Vec<_> = given.iter().map(|(start, length)| (*start, start + length)).collect();
            for kept in [united(stretches(&given)), pieces(stretches(&given))] {
                for pair in kept.windows(2) {
                    prop_assert!(pair[0].1 <= pair[1].0);
                }
                for second in 0..2_400 {
                    prop_assert_eq!(inside(second, &all), inside(second, &kept));
                }
            }
        }

        #[test]
        fn each_second_belongs_to_the_stretch_that_began_last(given in some()) {
            let pieces = latest_wins(stretches(&given), DayWindow::until(None));
            for second in 0..2_400 {
                let at = BEGIN.seconds() + second;
                let owner = pieces.iter().find(|piece| (piece.start..piece.end).contains(&at));
                let running = given.iter().enumerate().filter(|(_, (start, length))| (*start..start + length).contains(&second));
                let expected = running.max_by_key(|(number, (start, length))| (*start, -length, Reverse(*number)));
                let expected = expected.map(|(number, _)| format!("{number:02}"));
                prop_assert_eq!(owner.and_then(|piece| piece.key.as_deref()), expected.as_deref());
            }
        }
    }
}
