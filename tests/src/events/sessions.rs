//! Gateway sessions, far enough apart not to affect each other.

use super::{
    event::{Event, Kind, Os, Stamp},
    timeline::{self, Slot},
};
use crate::{
    calendar::{DAY, HOUR, MINUTE, SECOND, day_number},
    quirk::Quirk,
    rng::Rng,
    spec::PackageSpec,
    truth::{SessionRow, Window},
};

/// Plans session events and their rows.
pub(crate) struct SessionPlan<'a> {
    spec: &'a PackageSpec,
    rng: Rng,
    window: Window,
    first_id: u64,
    next_session: u64,
    pub(crate) events: Vec<Event>,
    pub(crate) rows: Vec<SessionRow>,
}

/// The id that a start and an end share, if any.
type Session = Option<u64>;

type Scenario<'a> = fn(&mut SessionPlan<'a>, Slot);

/// Below this, the quarters of a length can be in the same second, in which the longer session sorts first.
const SHORTEST_NESTED: i64 = 8 * SECOND;

const SYSTEMS: [&str; 5] = ["Windows", "Mac OS X", "Linux", "Android", "iOS"];

impl<'a> SessionPlan<'a> {
    /// Starts and ends without a matching id are paired within a day, so each has a slot of more than two days.
    const ODDITIES: [Scenario<'a>; 20] = [
        Self::clean,
        Self::parallel,
        Self::inside,
        Self::touching,
        Self::other_os_at_end,
        Self::without_ids,
        Self::two_without_ids,
        Self::id_at_start_only,
        Self::id_at_end_only,
        Self::start_alone,
        Self::end_alone,
        Self::start_too_old,
        Self::more_than_a_day,
        Self::exactly_a_day,
        Self::within_a_second,
        Self::without_os,
        Self::end_and_start_at_one_instant,
        Self::leftover_beside_pair,
        Self::resumed,
        Self::two_ends_of_different_sessions,
    ];

    pub(crate) fn new(spec: &'a PackageSpec, window: Window, span: (i64, i64), count: u64, first_id: u64) -> Self {
        let rng = Rng::new(spec.seed).fork("sessions");
        let (events, rows) = (Vec::new(), Vec::new());
        let mut plan = Self {
            spec,
            rng,
            window,
            first_id,
            next_session: 1,
            events,
            rows,
        };
        let (early, late) = timeline::thirds(span);
        if spec.has(Quirk::SessionOddities) {
            let mut scenarios = Self::ODDITIES;
            plan.rng.shuffle(&mut scenarios);
            let slots = timeline::slots(plan.rng.fork("early"), early, scenarios.len() as u64);
            for (scenario, slot) in scenarios.into_iter().zip(slots) {
                scenario(&mut plan, slot);
            }
        }
        for slot in timeline::slots(plan.rng.fork("late"), late, count) {
            let scenario: Scenario<'a> = match plan.rng.below(10) {
                0 => Self::parallel,
                1 => Self::inside,
                _ => Self::clean,
            };
            scenario(&mut plan, slot);
        }
        if spec.has(Quirk::OutOfWindowEvents) {
            for day in [day_number(1970, 1, 2), day_number(2015, 5, 1), day_number(2099, 1, 1)] {
                plan.clean(Slot {
                    start: day * DAY + 5 * HOUR,
                    room: 2 * HOUR,
                });
            }
        }
        plan
    }

    fn os(&mut self) -> &'static str {
        self.rng.pick::<&str>(&SYSTEMS)
    }

    #[expect(clippy::unnecessary_wraps, reason = "sessions without an id are spelled `None`")]
    fn session(&mut self) -> Session {
        self.next_session += 1;
        Some(self.next_session)
    }

    fn push(&mut self, is_start: bool, session: Session, os: Os, at: i64) {
        let os = match os {
            Os::Named(os) if self.spec.has(Quirk::QuotedOs) && self.rng.chance(40) => Os::Quoted(os),
            os => os,
        };
        let is_odd = self.spec.has(Quirk::SessionOddities);
        let client = if is_odd && self.rng.chance(20) {
            Stamp::At(at + self.rng.between(-60 * DAY, 60 * DAY))
        } else {
            Stamp::Usual
        };
        let id = self.first_id + self.events.len() as u64;
        let kind = Kind::Session { is_start, session, os };
        self.events.push(Event {
            client,
            ..Event::new(kind, at, id)
        });
    }

    fn start(&mut self, session: Session, os: &'static str, at: i64) {
        self.push(true, session, Os::Named(os), at);
    }

    fn end(&mut self, session: Session, os: &'static str, at: i64) {
        self.push(false, session, Os::Named(os), at);
    }

    fn row(&mut self, os: &str, start: i64, end: i64) {
        let (started, ended) = (start.div_euclid(SECOND), end.div_euclid(SECOND));
        if started < ended && self.window.contains(start) {
            let duration_mins = (ended - started) / 60;
            self.rows.push(SessionRow {
                started,
                ended,
                device_os: os.to_owned(),
                duration_mins,
            });
        }
    }

    fn whole(&mut self, os: &'static str, start: i64, end: i64) {
        let session = self.session();
        self.start(session, os, start);
        self.end(session, os, end);
        self.row(os, start, end);
    }

    fn length(&mut self, slot: Slot) -> i64 {
        let max = slot.room.min(9 * HOUR);
        self.rng.between(max / 20 + 1, max)
    }

    fn clean(&mut self, slot: Slot) {
        let os = self.os();
        let length = self.length(slot);
        self.whole(os, slot.start, slot.start + length);
    }

    /// Two devices: the second counts from the end of the first.
    fn parallel(&mut self, slot: Slot) {
        let (first_os, second_os) = (self.os(), self.os());
        let (first, second) = (self.session(), self.session());
        let length = self.length(slot);
        let at = |quarter: i64| slot.start + length * quarter / 4;
        if length < SHORTEST_NESTED {
            return self.clean(slot);
        }
        self.start(first, first_os, at(0));
        self.start(second, second_os, at(1));
        self.end(first, first_os, at(2));
        self.end(second, second_os, at(4));
        self.row(first_os, at(0), at(2));
        self.row(second_os, at(2), at(4));
    }

    fn inside(&mut self, slot: Slot) {
        let (outer_os, inner_os) = (self.os(), self.os());
        let (outer, inner) = (self.session(), self.session());
        let length = self.length(slot);
        let at = |quarter: i64| slot.start + length * quarter / 4;
        if length < SHORTEST_NESTED {
            return self.clean(slot);
        }
        self.start(outer, outer_os, at(0));
        self.start(inner, inner_os, at(1));
        self.end(inner, inner_os, at(2));
        self.end(outer, outer_os, at(4));
        self.row(outer_os, at(0), at(4));
    }

    fn touching(&mut self, slot: Slot) {
        let (first, second) = (self.os(), self.os());
        self.whole(first, slot.start, slot.start + HOUR);
        self.whole(second, slot.start + HOUR, slot.start + 2 * HOUR);
    }

    fn other_os_at_end(&mut self, slot: Slot) {
        let session = self.session();
        self.start(session, "Linux", slot.start);
        self.end(session, "Android", slot.start + HOUR);
        self.row("Linux", slot.start, slot.start + HOUR);
    }

    fn without_ids(&mut self, slot: Slot) {
        let os = self.os();
        self.start(None, os, slot.start);
        self.end(None, os, slot.start + 3 * HOUR);
        self.row(os, slot.start, slot.start + 3 * HOUR);
    }

    fn two_without_ids(&mut self, slot: Slot) {
        let hour = |hour: i64| slot.start + hour * HOUR;
        self.start(None, "Windows", hour(0));
        self.start(None, "iOS", hour(1));
        self.end(None, "Windows", hour(2));
        self.end(None, "iOS", hour(4));
        self.row("Windows", hour(0), hour(2));
        self.row("iOS", hour(2), hour(4));
    }

    fn id_at_start_only(&mut self, slot: Slot) {
        let session = self.session();
        self.start(session, "Linux", slot.start);
        self.end(None, "Linux", slot.start + HOUR);
        self.row("Linux", slot.start, slot.start + HOUR);
    }

    fn id_at_end_only(&mut self, slot: Slot) {
        let session = self.session();
        self.start(None, "Linux", slot.start);
        self.end(session, "Linux", slot.start + HOUR);
        self.row("Linux", slot.start, slot.start + HOUR);
    }

    fn start_alone(&mut self, slot: Slot) {
        let (os, session) = (self.os(), self.session());
        self.start(session, os, slot.start);
    }

    fn end_alone(&mut self, slot: Slot) {
        let (os, session) = (self.os(), self.session());
        self.end(session, os, slot.start + HOUR);
    }

    /// The end belongs to the start of the last 24 hours.
    fn start_too_old(&mut self, slot: Slot) {
        self.start(None, "Windows", slot.start);
        self.start(None, "Android", slot.start + 2 * HOUR);
        self.end(None, "Android", slot.start + 25 * HOUR);
        self.row("Android", slot.start + 2 * HOUR, slot.start + 25 * HOUR);
    }

    fn more_than_a_day(&mut self, slot: Slot) {
        let (os, session) = (self.os(), self.session());
        self.start(session, os, slot.start);
        self.whole("iOS", slot.start + HOUR, slot.start + 2 * HOUR);
        self.end(session, os, slot.start + DAY + 1);
    }

    fn exactly_a_day(&mut self, slot: Slot) {
        let os = self.os();
        self.whole(os, slot.start, slot.start + DAY);
    }

    fn within_a_second(&mut self, slot: Slot) {
        let start = slot.start - slot.start % SECOND;
        self.whole("Linux", start + 100, start + 900);
        // Same instant: an end that is paired by id is never before its start.
        self.whole("Linux", start + MINUTE, start + MINUTE);
        self.whole("Linux", start + HOUR + 900, start + HOUR + 1100);
    }

    fn without_os(&mut self, slot: Slot) {
        for (at, os) in [(0, Os::Absent), (2, Os::Empty)] {
            let session = self.session();
            self.push(true, session, os, slot.start + at * HOUR);
            self.push(false, session, os, slot.start + (at + 1) * HOUR);
        }
    }

    fn end_and_start_at_one_instant(&mut self, slot: Slot) {
        let hour = |hour: i64| slot.start + hour * HOUR;
        self.start(None, "Windows", hour(0));
        self.end(None, "Windows", hour(1));
        self.start(None, "Linux", hour(1));
        self.end(None, "Linux", hour(2));
        self.row("Windows", hour(0), hour(1));
        self.row("Linux", hour(1), hour(2));
    }

    /// A session that starts twice counts from the first start; the second is not there for another session's end.
    fn resumed(&mut self, slot: Slot) {
        let minute = |minute: i64| slot.start + minute * MINUTE;
        let (resumed, other) = (self.session(), self.session());
        self.start(resumed, "Windows", minute(0));
        self.start(resumed, "Windows", minute(30));
        self.end(resumed, "Windows", minute(120));
        self.end(other, "Android", minute(600));
        self.row("Windows", minute(0), minute(120));
    }

    /// Each lost its other end.
    fn two_ends_of_different_sessions(&mut self, slot: Slot) {
        let hour = |hour: i64| slot.start + hour * HOUR;
        let (first, second) = (self.session(), self.session());
        self.start(first, "Windows", hour(0));
        self.start(None, "Linux", hour(1));
        self.end(second, "Linux", hour(2));
        self.end(None, "Windows", hour(3));
        self.row("Windows", hour(0), hour(3));
    }

    /// Pairing by id comes first; the rest is paired by order.
    fn leftover_beside_pair(&mut self, slot: Slot) {
        let hour = |hour: i64| slot.start + hour * HOUR;
        let session = self.session();
        self.start(session, "Windows", hour(0));
        self.start(None, "Android", hour(1));
        self.end(None, "Android", hour(3));
        self.end(session, "Windows", hour(2));
        self.row("Windows", hour(0), hour(2));
        self.row("Android", hour(2), hour(3));
    }
}
