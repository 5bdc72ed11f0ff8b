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
    pub(super) const ODDITIES: [Scenario<'a>; 25] = [
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
        Self::stale_join,
        Self::change_of_device,
        Self::long_stay_around_others,
    ];

    /// Scenarios that take minutes, not days.
    pub(super) const SHORT_ODDITIES: [Scenario<'a>; 10] = [
        Self::lost_join,
        Self::leave_alone,
        Self::leave_alone_without_duration,
        Self::join_alone,
        Self::inside,
        Self::overlapping,
        Self::touching,
        Self::leave_and_join_at_one_instant,
        Self::two_leaves,
        Self::change_of_device,
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
        let place = self.place();
        let end = slot.start + self.length(slot);
        self.stated_leave(place, slot.start, end);
        self.row(place, slot.start, end);
    }

    fn leave_alone_for_a_day(&mut self, slot: Slot) {
        let place = self.place();
        self.stated_leave(place, slot.start, slot.start + DAY);
        self.row(place, slot.start, slot.start + DAY);
    }

    fn leave_alone_without_duration(&mut self, slot: Slot) {
        let Some(place) = self.closed_place() else {
            return;
        };
        for minute in 0..5 {
            self.bare_leave(place, slot.start + minute * MINUTE);
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
        self.bare_leave(place, slot.start + DAY + 1);
    }

    /// The inner stay began later, and the outer one keeps what lies around it.
    fn inside(&mut self, slot: Slot) {
        let (outer, inner) = self.two_places();
        let length = self.length(slot);
        let at = |quarter: i64| slot.start + length * quarter / 4;
        self.stay(outer, at(0), at(4));
        self.stay(inner, at(1), at(2));
        self.row(outer, at(0), at(1));
        self.row(inner, at(1), at(2));
        self.row(outer, at(2), at(4));
    }

    fn inside_with_equal_start(&mut self, slot: Slot) {
        let (outer, inner) = self.two_places();
        let start = slot.start - slot.start % SECOND;
        let length = self.length(slot) + MINUTE;
        // Starts are compared in seconds; the one that ends first comes first.
        self.stay(inner, start + 100, start + length / 2);
        self.stay(outer, start + 700, start + length);
        self.row(inner, start, start + length / 2);
        self.row(outer, start + length / 2, start + length);
    }

    fn same_in_two_channels(&mut self, slot: Slot) {
        let (first, second) = self.two_places();
        let end = slot.start + self.length(slot);
        for place in [first, second] {
            self.stay(place, slot.start, end);
        }
        let lower = if self.places[first].0 < self.places[second].0 {
            first
        } else {
            second
        };
        self.row(lower, slot.start, end);
    }

    /// Joining the second channel ends being in the first.
    fn overlapping(&mut self, slot: Slot) {
        let (first, second) = self.two_places();
        let length = self.length(slot);
        let at = |quarter: i64| slot.start + length * quarter / 4;
        self.stay(first, at(0), at(2));
        self.stay(second, at(1), at(4));
        self.row(first, at(0), at(1));
        self.row(second, at(1), at(4));
    }

    fn chain(&mut self, slot: Slot) {
        let (first, second) = self.two_places();
        let third = (0..self.places.len())
            .find(|place| ![first, second].contains(place))
            .unwrap_or_default();
        let minute = |minute: i64| slot.start + minute * MINUTE;
        self.stay(first, minute(0), minute(60));
        self.stay(third, minute(10), minute(20));
        self.stay(second, minute(50), minute(90));
        self.stay(third, minute(55), minute(95));
        self.row(first, minute(0), minute(10));
        self.row(third, minute(10), minute(20));
        self.row(first, minute(20), minute(50));
        self.row(second, minute(50), minute(55));
        self.row(third, minute(55), minute(95));
    }

    /// Two devices in one channel.
    fn overlapping_same_channel(&mut self, slot: Slot) {
        let place = self.place();
        let minute = |minute: i64| slot.start + minute * MINUTE;
        self.stay(place, minute(0), minute(30));
        self.stated_leave(place, minute(20), minute(45));
        self.row(place, minute(0), minute(20));
        self.row(place, minute(20), minute(45));
    }

    /// The second device joins before the first one leaves.
    fn change_of_device(&mut self, slot: Slot) {
        let place = self.place();
        let length = self.length(slot) + MINUTE;
        let (change, end) = (slot.start + length / 2, slot.start + length);
        for join in [slot.start, change] {
            self.push(true, place, join, Duration::Absent);
        }
        self.stated_leave(place, slot.start, change + SECOND);
        self.stated_leave(place, change, end);
        self.row(place, slot.start, change);
        self.row(place, change, end);
    }

    /// A computer that slept in a call logs a leave of most of a day.
    fn long_stay_around_others(&mut self, slot: Slot) {
        let (long, short) = self.two_places();
        let hour = |hour: i64| slot.start + hour * HOUR;
        self.stated_leave(long, hour(0), hour(20));
        self.stay(short, hour(3), hour(4));
        self.stay(short, hour(8), hour(10));
        for (place, start, end) in [
            (long, 0, 3),
            (short, 3, 4),
            (long, 4, 8),
            (short, 8, 10),
            (long, 10, 20),
        ] {
            self.row(place, hour(start), hour(end));
        }
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
        self.stay(first, start, start + MINUTE + 700);
        self.stay(second, start + MINUTE + 200, start + 2 * MINUTE);
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
        self.stay(place, start + 100, start + 900);
    }

    fn across_a_second(&mut self, slot: Slot) {
        let place = self.place();
        let start = slot.start - slot.start % SECOND;
        self.whole(place, start + 900, start + 1100);
    }

    /// The second leave reports the whole time since the join, which leaves no join to the first.
    fn two_leaves(&mut self, slot: Slot) {
        let Some(place) = self.closed_place() else {
            return;
        };
        let length = self.length(slot);
        let end = slot.start + length;
        self.push(true, place, slot.start, Duration::Absent);
        self.bare_leave(place, slot.start + length / 2);
        self.stated_leave(place, slot.start, end);
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

    /// Stays of more than a day are dropped before overlaps are resolved.
    fn long_swallows_nothing(&mut self, slot: Slot) {
        let (long, short) = self.two_places();
        self.join(long, slot.start);
        self.whole(short, slot.start + HOUR, slot.start + 2 * HOUR);
        self.bare_leave(long, slot.start + 25 * HOUR);
    }

    /// The app crashed, and the next day's leave lost its join: it counts by its duration.
    fn stale_join(&mut self, slot: Slot) {
        let place = self.place();
        let end = slot.start + 20 * HOUR;
        self.join(place, slot.start);
        self.stated_leave(place, end - 10 * MINUTE, end);
        self.row(place, end - 10 * MINUTE, end);
    }
}
