//! Stretches in voice, each placed where nothing but itself decides what becomes of it.

use super::{
    event::{Duration, Event, Kind, Stamp},
    timeline::{self, Slot},
};
use crate::{
    calendar::{DAY, HOUR, MINUTE, SECOND, day_number},
    quirk::Quirk,
    rng::Rng,
    spec::PackageSpec,
    truth::{VoiceSessionRow, Window},
};

/// A channel to be in, with its guild unless it is a call.
pub(crate) type Place = (u64, Option<u64>);

/// Plans voice events and their rows.
pub(crate) struct VoicePlan<'a> {
    spec: &'a PackageSpec,
    rng: Rng,
    window: Window,
    places: &'a [Place],
    /// Places whose last join has no leave: a leave alone would close it.
    open: Vec<bool>,
    first_id: u64,
    pub(crate) events: Vec<Event>,
    pub(crate) rows: Vec<VoiceSessionRow>,
}

type Scenario<'a> = fn(&mut VoicePlan<'a>, Slot);

impl<'a> VoicePlan<'a> {
    const ODDITIES: [Scenario<'a>; 23] = [
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

    /// Those that need minutes, not days.
    const SHORT_ODDITIES: [Scenario<'a>; 9] = [
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

    pub(crate) fn new(
        spec: &'a PackageSpec,
        window: Window,
        places: &'a [Place],
        span: (i64, i64),
        count: u64,
        first_id: u64,
    ) -> Self {
        let rng = Rng::new(spec.seed).fork("voice");
        let open = vec![false; places.len()];
        let (events, rows) = (Vec::new(), Vec::new());
        let mut plan = Self {
            spec,
            rng,
            window,
            places,
            open,
            first_id,
            events,
            rows,
        };
        let is_odd = spec.has(Quirk::VoiceOddities);
        let (early, late) = timeline::thirds(span);
        if is_odd {
            let mut scenarios = Self::ODDITIES;
            plan.rng.shuffle(&mut scenarios);
            let slots = timeline::slots(plan.rng.fork("early"), early, scenarios.len() as u64);
            for (scenario, slot) in scenarios.into_iter().zip(slots) {
                scenario(&mut plan, slot);
            }
        }
        for slot in timeline::slots(plan.rng.fork("late"), late, count) {
            let scenario: Scenario<'a> = if is_odd && slot.room > HOUR && plan.rng.chance(30) {
                *plan.rng.pick(&Self::SHORT_ODDITIES)
            } else {
                Self::clean
            };
            scenario(&mut plan, slot);
        }
        plan.far_away();
        plan
    }

    /// Around the first and last days that count.
    fn far_away(&mut self) {
        if self.spec.has(Quirk::OutOfWindowEvents) {
            for day in [
                day_number(1999, 12, 31),
                day_number(2014, 6, 1),
                day_number(2099, 1, 1),
            ] {
                self.clean(Slot {
                    start: day * DAY + 5 * HOUR,
                    room: 2 * HOUR,
                });
            }
        }
        if self.spec.has(Quirk::WindowEdges) {
            let last = self.spec.made_on + 2;
            // Begins on the last day and ends on the next one.
            let place = self.place();
            self.whole(place, last * DAY + 23 * HOUR, last * DAY + 25 * HOUR);
            let place = self.place();
            self.whole(place, last * DAY + 27 * HOUR, last * DAY + 28 * HOUR);
            let first = self.window.first_day * DAY;
            let place = self.place();
            self.whole(place, first - HOUR, first - MINUTE);
            let place = self.place();
            self.whole(place, first, first + HOUR);
        }
    }

    fn place(&mut self) -> usize {
        self.rng.index(self.places.len())
    }

    /// A place where a leave alone has nothing to close.
    fn closed_place(&mut self) -> Option<usize> {
        let first = self.place();
        let count = self.places.len();
        (0..count)
            .map(|step| (first + step) % count)
            .find(|&place| !self.open[place])
    }

    fn two_places(&mut self) -> (usize, usize) {
        let first = self.place();
        let step = 1 + self.rng.index(self.places.len() - 1);
        (first, (first + step) % self.places.len())
    }

    fn push(&mut self, is_join: bool, place: usize, time: i64, duration: Duration) {
        let (channel, guild) = self.places[place];
        let kind = Kind::Voice {
            is_join,
            channel: Some(channel),
            guild,
            duration,
        };
        self.open[place] = is_join;
        self.push_kind(kind, time);
    }

    /// An event whose time is `time`, in one of the ways in which two clocks can say so.
    fn push_kind(&mut self, kind: Kind, time: i64) {
        let late = self.rng.between(20, 900);
        let far = DAY + self.rng.between(1, 40 * DAY);
        let pick = if self.spec.has(Quirk::VoiceOddities) {
            self.rng.below(16)
        } else {
            15
        };
        let (at, stamp, client) = match pick {
            0 => (time, Stamp::Usual, Stamp::Null),
            1 => (time, Stamp::Usual, Stamp::Absent),
            2 => (time, Stamp::Usual, Stamp::Unreadable),
            3 => (time, Stamp::Usual, Stamp::At(time + far)),
            4 => (time, Stamp::Usual, Stamp::At(time - far)),
            5 => (
                time + self.rng.between(HOUR, 23 * HOUR),
                Stamp::Usual,
                Stamp::At(time),
            ),
            6 => (
                time - self.rng.between(HOUR, 23 * HOUR),
                Stamp::Usual,
                Stamp::At(time),
            ),
            7 => (time + DAY, Stamp::Usual, Stamp::At(time)),
            8 => (time, Stamp::Absent, Stamp::At(time)),
            9 => (time, Stamp::Null, Stamp::At(time)),
            _ => (time + late, Stamp::Usual, Stamp::At(time)),
        };
        let id = self.first_id + self.events.len() as u64;
        self.events.push(Event {
            stamp,
            client,
            ..Event::new(kind, at, id)
        });
    }

    fn join(&mut self, place: usize, time: i64) {
        self.push(true, place, time, Duration::Absent);
    }

    /// A leave that closes a join: its own duration must not matter.
    fn leave(&mut self, place: usize, time: i64) {
        let duration = match self.rng.below(4) {
            0 => Duration::Absent,
            1 => Duration::Milliseconds(self.rng.between(0, 40 * HOUR)),
            _ => Duration::Milliseconds(self.rng.between(MINUTE, HOUR)),
        };
        self.push(false, place, time, duration);
    }

    fn row(&mut self, place: usize, start: i64, end: i64) {
        let (channel, guild) = self.places[place];
        let (started, ended) = (start.div_euclid(SECOND), end.div_euclid(SECOND));
        if started < ended && self.window.contains(start) {
            self.rows.push(VoiceSessionRow {
                started,
                ended,
                channel_id: channel.to_string(),
                guild_id: guild.map(|guild| guild.to_string()),
                duration_mins: (ended - started) / 60,
            });
        }
    }

    fn whole(&mut self, place: usize, start: i64, end: i64) {
        self.join(place, start);
        self.leave(place, end);
        self.row(place, start, end);
    }

    fn length(&mut self, slot: Slot) -> i64 {
        let most = slot.room.min(5 * HOUR);
        self.rng.between(most / 20 + 1, most)
    }

    fn clean(&mut self, slot: Slot) {
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

    /// A leave without a join says that it began before the session that the same channel had just ended.
    fn overlapping_same_channel(&mut self, slot: Slot) {
        let place = self.place();
        let minute = |minute: i64| slot.start + minute * MINUTE;
        self.join(place, minute(0));
        self.leave(place, minute(30));
        self.push(
            false,
            place,
            minute(45),
            Duration::Milliseconds(25 * MINUTE),
        );
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
        // The client moves before it is told to have left.
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

    /// The second leave tells of the whole time since the join.
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

    /// A session of more than a day is dropped before overlaps are looked for.
    fn long_swallows_nothing(&mut self, slot: Slot) {
        let (long, short) = self.two_places();
        self.join(long, slot.start);
        self.whole(short, slot.start + HOUR, slot.start + 2 * HOUR);
        self.leave(long, slot.start + 25 * HOUR);
    }

    /// The app died, and the leave of the next day has its own duration, which does not count: a join is open.
    fn join_alone_then_leave_much_later(&mut self, slot: Slot) {
        let place = self.place();
        self.join(place, slot.start);
        self.push(
            false,
            place,
            slot.start + 26 * HOUR,
            Duration::Milliseconds(HOUR),
        );
    }
}
