//! Voice sessions, far enough apart not to affect each other.

mod scenarios;

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

/// A voice channel, with its guild unless it is a call.
pub(crate) type Place = (u64, Option<u64>);

/// Plans voice events and their rows.
pub(crate) struct VoicePlan<'a> {
    spec: &'a PackageSpec,
    rng: Rng,
    window: Window,
    places: &'a [Place],
    /// Channels with a join that no leave has closed: a lone leave without a duration would close it.
    open: Vec<bool>,
    first_id: u64,
    pub(crate) events: Vec<Event>,
    pub(crate) rows: Vec<VoiceSessionRow>,
}

type Scenario<'a> = fn(&mut VoicePlan<'a>, Slot);

impl<'a> VoicePlan<'a> {
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

    /// At the first and last counted days.
    fn far_away(&mut self) {
        if self.spec.has(Quirk::OutOfWindowEvents) {
            for day in [day_number(1999, 12, 31), day_number(2014, 6, 1), day_number(2099, 1, 1)] {
                self.clean(Slot {
                    start: day * DAY + 5 * HOUR,
                    room: 2 * HOUR,
                });
            }
        }
        if self.spec.has(Quirk::WindowEdges) {
            let last = self.spec.made_on + 2;
            // Begins on the last counted day and ends on the next.
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

    /// A channel in which a lone leave closes nothing.
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
        self.push_kind(kind, time);
    }

    /// An event at `time`, expressed by one of the combinations of the two clocks.
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
            5 => (time + self.rng.between(HOUR, 23 * HOUR), Stamp::Usual, Stamp::At(time)),
            6 => (time - self.rng.between(HOUR, 23 * HOUR), Stamp::Usual, Stamp::At(time)),
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

    /// A join that no stay which states its duration covers.
    fn join(&mut self, place: usize, time: i64) {
        self.push(true, place, time, Duration::Absent);
        self.open[place] = true;
    }

    /// A leave whose duration counts, whatever joins there are.
    fn stated_leave(&mut self, place: usize, start: i64, end: i64) {
        self.push(false, place, end, Duration::Milliseconds(end - start));
    }

    /// A leave that closes the join before it.
    fn bare_leave(&mut self, place: usize, time: i64) {
        let unusable = [
            Duration::Absent,
            Duration::Absent,
            Duration::Unreadable,
            Duration::Milliseconds(0),
            Duration::Milliseconds(-60_000),
            Duration::Milliseconds(DAY + 1),
        ];
        let duration = *self.rng.pick(&unusable);
        self.push(false, place, time, duration);
        self.open[place] = false;
    }

    /// A join and its leave, of either kind.
    fn stay(&mut self, place: usize, start: i64, end: i64) {
        // Nobody stays for no time.
        if self.rng.chance(60) && end > start {
            self.push(true, place, start, Duration::Absent);
            self.stated_leave(place, start, end);
        } else {
            self.join(place, start);
            self.bare_leave(place, end);
        }
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
        self.stay(place, start, end);
        self.row(place, start, end);
    }

    fn length(&mut self, slot: Slot) -> i64 {
        let max = slot.room.min(5 * HOUR);
        self.rng.between(max / 20 + 1, max)
    }
}
