//! Sequences of voice events, and the rows they must result in.

use super::{Scenario, VoicePlan};
use crate::{
    calendar::{DAY, HOUR, MINUTE, SECOND},
    events::{
        event::{Duration, Kind},
        timeline::Slot,
    },
};

impl<'a> VoicePlan<'a> {
    pub(super) const ODDITIES: [Scenario<'a>; 23] = [
        Self::clean,
        Self::lost_join,
        Self::leave_alone,
        Self::leave_alone_for_a_day,
        Self::leave_alone_without_duration,
        Self::join_alone,
        Self::exactly_a_day,
        Self::more_than_a_day,
        Self::inside,
        Self::inside_with_equal_start,
        Self::same_in_two_channels,
        Self::overlapping,
        Self::chain,
        Self::overlapping_same_channel,
        Self::touching,
        Self::touching_in_one_second,
        Self::leave_and_join_at_one_instant,
        Self::within_a_second,
        Self::across_a_second,
        Self::two_leaves,
        Self::no_channel,
        Self::long_swallows_nothing,
        Self::join_alone_then_leave_much_later,
    ];

    /// Scenarios that take minutes, not days.
    pub(super) const SHORT_ODDITIES: [Scenario<'a>; 9] = [
        Self::lost_join,
        Self::leave_alone,
        Self::leave_alone_without_duration,
        Self::join_alone,
        Self::inside,
        Self::overlapping,
        Self::touching,
        Self::leave_and_join_at_one_instant,
        Self::two_leaves,
    ];

    pub(super) fn clean(&mut self, slot: Slot) {
        let place = self.place();
        let length = self.length(slot);
        self.whole(place, slot.start, slot.start + length);
    }

    fn lost_join(&mut self, slot: Slot) {
        let place = self.place();
        let length = self.length(slot);
        self.join(place, slot.start);
        self.whole(place, slot.start + length / 3, slot.start + length);
    }

    fn leave_alone(&mut self, slot: Slot) {
        let Some(place) = self.closed_place() else {
            return;
        };
        let length = self.length(slot);
        let end = slot.start + length;
        self.push(false, place, end, Duration::Milliseconds(length));
        self.row(place, slot.start, end);
    }

    fn leave_alone_for_a_day(&mut self, slot: Slot) {
        let Some(place) = self.closed_place() else {
            return;
        };
        self.push(false, place, slot.start + DAY, Duration::Milliseconds(DAY));
        self.row(place, slot.start, slot.start + DAY);
    }

    fn leave_alone_without_duration(&mut self, slot: Slot) {
        let Some(place) = self.closed_place() else {
            return;
        };
        let durations = [
            Duration::Absent,
            Duration::Unreadable,
            Duration::Milliseconds(0),
            Duration::Milliseconds(-60_000),
            Duration::Milliseconds(DAY + 1),
        ];
        for (at, duration) in (0..).zip(durations) {
            self.push(false, place, slot.start + at * MINUTE, duration);
        }
    }

    fn join_alone(&mut self, slot: Slot) {
        let place = self.place();
        self.join(place, slot.start);
    }

    fn exactly_a_day(&mut self, slot: Slot) {
        let place = self.place();
        self.whole(place, slot.start, slot.start + DAY);
    }

    fn more_than_a_day(&mut self, slot: Slot) {
        let place = self.place();
        self.join(place, slot.start);
        self.leave(place, slot.start + DAY + 1);
    }

    fn inside(&mut self, slot: Slot) {
        let (outer, inner) = self.two_places();
        let length = self.length(slot);
        self.join(outer, slot.start);
        self.join(inner, slot.start + length / 4);
        self.leave(inner, slot.start + length / 2);
        self.leave(outer, slot.start + length);
        self.row(outer, slot.start, slot.start + length);
    }

    fn inside_with_equal_start(&mut self, slot: Slot) {
        let (outer, inner) = self.two_places();
        let start = slot.start - slot.start % SECOND;
        let length = self.length(slot) + MINUTE;
        // Starts are compared in seconds.
        self.join(inner, start + 100);
        self.join(outer, start + 700);
        self.leave(inner, start + length / 2);
        self.leave(outer, start + length);
        self.row(outer, start + 700, start + length);
    }

    fn same_in_two_channels(&mut self, slot: Slot) {
        let (first, second) = self.two_places();
        let end = slot.start + self.length(slot);
        for place in [first, second] {
            self.join(place, slot.start);
        }
        for place in [first, second] {
            self.leave(place, end);
        }
        let lower = if self.places[first].0 < self.places[second].0 {
            first
        } else {
            second
        };
        self.row(lower, slot.start, end);
    }

    fn overlapping(&mut self, slot: Slot) {
        let (first, second) = self.two_places();
        let length = self.length(slot);
        let at = |quarter: i64| slot.start + length * quarter / 4;
        self.join(first, at(0));
        self.join(second, at(1));
        self.leave(first, at(2));
        self.leave(second, at(4));
        self.row(first, at(0), at(2));
        // The second begins where the first ends, in whole seconds.
        self.row(second, at(2), at(4));
    }

    fn chain(&mut self, slot: Slot) {
        let (first, second) = self.two_places();
        let third = (0..self.places.len())
            .find(|place| ![first, second].contains(place))
            .unwrap_or_default();
        let minute = |minute: i64| slot.start + minute * MINUTE;
        self.join(first, minute(0));
        self.join(third, minute(10));
        self.leave(third, minute(20));
        self.join(second, minute(50));
        self.join(third, minute(55));
        self.leave(first, minute(60));
        self.leave(second, minute(90));
        self.leave(third, minute(95));
        self.row(first, minute(0), minute(60));
        self.row(second, minute(60), minute(90));
        self.row(third, minute(90), minute(95));
    }

    /// A lone leave claims that it began before the previous session of the same channel ended.
    fn overlapping_same_channel(&mut self, slot: Slot) {
        let place = self.place();
        let minute = |minute: i64| slot.start + minute * MINUTE;
        self.join(place, minute(0));
        self.leave(place, minute(30));
        self.push(false, place, minute(45), Duration::Milliseconds(25 * MINUTE));
        self.row(place, minute(0), minute(30));
        self.row(place, minute(30), minute(45));
    }

    fn touching(&mut self, slot: Slot) {
        let (first, second) = self.two_places();
        let length = self.length(slot);
        let middle = slot.start + length / 2;
        self.whole(first, slot.start, middle);
        self.whole(second, middle, slot.start + length);
    }

    fn touching_in_one_second(&mut self, slot: Slot) {
        let (first, second) = self.two_places();
        let start = slot.start - slot.start % SECOND;
        // The client joins the next channel before the leave of the previous one.
        self.join(first, start);
        self.join(second, start + MINUTE + 200);
        self.leave(first, start + MINUTE + 700);
        self.leave(second, start + 2 * MINUTE);
        self.row(first, start, start + MINUTE);
        self.row(second, start + MINUTE, start + 2 * MINUTE);
    }

    fn leave_and_join_at_one_instant(&mut self, slot: Slot) {
        let place = self.place();
        let length = self.length(slot);
        let middle = slot.start + length / 2;
        self.whole(place, slot.start, middle);
        self.whole(place, middle, slot.start + length);
    }

    fn within_a_second(&mut self, slot: Slot) {
        let place = self.place();
        let start = slot.start - slot.start % SECOND;
        self.join(place, start + 100);
        self.leave(place, start + 900);
    }

    fn across_a_second(&mut self, slot: Slot) {
        let place = self.place();
        let start = slot.start - slot.start % SECOND;
        self.whole(place, start + 900, start + 1100);
    }

    /// The second leave reports the whole time since the join.
    fn two_leaves(&mut self, slot: Slot) {
        let place = self.place();
        let length = self.length(slot);
        let end = slot.start + length;
        self.join(place, slot.start);
        self.leave(place, slot.start + length / 2);
        self.push(false, place, end, Duration::Milliseconds(length));
        self.row(place, slot.start, end);
    }

    fn no_channel(&mut self, slot: Slot) {
        for (at, is_join) in [(0, true), (10, false)] {
            let duration = Duration::Milliseconds(10 * MINUTE);
            let kind = Kind::Voice {
                is_join,
                channel: None,
                guild: None,
                duration,
            };
            self.push_kind(kind, slot.start + at * MINUTE);
        }
    }

    /// Sessions of more than a day are dropped before overlaps are resolved.
    fn long_swallows_nothing(&mut self, slot: Slot) {
        let (long, short) = self.two_places();
        self.join(long, slot.start);
        self.whole(short, slot.start + HOUR, slot.start + 2 * HOUR);
        self.leave(long, slot.start + 25 * HOUR);
    }

    /// The app crashed; the duration in the next day's leave is ignored because a join is open.
    fn join_alone_then_leave_much_later(&mut self, slot: Slot) {
        let place = self.place();
        self.join(place, slot.start);
        self.push(false, place, slot.start + 26 * HOUR, Duration::Milliseconds(HOUR));
    }
}
