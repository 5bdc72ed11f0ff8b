//! Counted events that are independent of each other: each adds a row, increments one, or is ignored.

use super::{
    Wanted,
    catalogue::PLAIN,
    event::{Application, Clock, EmojiId, Event, Kind, Os},
    scribe::Places,
};
use crate::{
    calendar::{DAY, HOUR, day_number},
    quirk::Quirk,
    rng::Rng,
    spec::PackageSpec,
};

const EMOJI: [&str; 14] = [
    "😭",
    "👍",
    "❤",
    "party_cat",
    "blobwave",
    "🔥",
    "this_is_fine",
    "👀",
    "🇵🇱",
    "✅",
    "pepe",
    "🫠",
    "kekw",
    "1️⃣",
];

const VARIANTS: [&str; 4] = [
    "❤\u{fe0f}",
    "☠\u{fe0f}",
    "👨\u{200d}👩\u{200d}👧",
    "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}",
];

const SYSTEMS: [&str; 5] = ["Windows", "Mac OS X", "Linux", "Android", "iOS"];

const PAGES: [&str; 3] = ["/docs/resources/user", "/docs/intro", "/docs/topics/gateway"];

/// A planned row: the event, and its day or hour.
struct Cell {
    kind: Kind,
    start: i64,
}

/// Plans events of every counted type except voice and sessions.
pub(crate) struct PlainPlan<'a> {
    spec: &'a PackageSpec,
    places: &'a Places,
    span: (i64, i64),
    rng: Rng,
    next_id: u64,
    pub(crate) events: Vec<Event>,
}

impl<'a> PlainPlan<'a> {
    pub(crate) fn new(spec: &'a PackageSpec, places: &'a Places, span: (i64, i64), count: u64, first_id: u64) -> Self {
        let rng = Rng::new(spec.seed).fork("plain events");
        let mut plan = Self {
            spec,
            places,
            span,
            rng,
            next_id: first_id,
            events: Vec::new(),
        };
        let rows = spec.activity_rows.map_or(count / 2, |rows| Wanted::of(spec).rows(rows));
        let cells: Vec<_> = (0..rows.clamp(1, count.max(1))).map(|_| plan.cell()).collect();
        for at in 0..count {
            let cell = usize::try_from(at)
                .ok()
                .filter(|at| *at < cells.len())
                .unwrap_or_else(|| plan.rng.index(cells.len()));
            let event = plan.event(&cells[cell]);
            plan.events.push(event);
        }
        plan.incomplete();
        plan.undated();
        plan.far_away();
        plan
    }

    pub(crate) fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// An event that results in a row.
    pub(crate) fn any(&mut self) -> Event {
        let cell = self.cell();
        self.event(&cell)
    }

    fn cell(&mut self) -> Cell {
        let at = self.rng.between(self.span.0, self.span.1);
        let rng = &mut self.rng;
        let guild = *rng.pick(&self.places.guilds);
        let kind = match rng.below(100) {
            0..5 => Kind::Joined { guild: Some(guild) },
            5..18 => Kind::Command {
                is_old: rng.chance(20),
                application: Application::Known(500_000_000_000_000_000 + rng.below(40)),
                guild: rng.chance(70).then_some(guild),
            },
            18..50 => {
                let channel = *rng.pick(&self.places.channels);
                let has_variant = self.spec.has(Quirk::EmojiVariants) && rng.chance(40);
                let emoji = if has_variant {
                    rng.pick(&VARIANTS)
                } else {
                    rng.pick(&EMOJI)
                };
                let id = if emoji.is_ascii() {
                    EmojiId::Set(1)
                } else {
                    EmojiId::Absent
                };
                Kind::Reaction {
                    channel: Some(channel),
                    emoji,
                    id,
                }
            }
            50..65 => Kind::Opened {
                os: Os::Named(rng.pick::<&str>(&SYSTEMS)),
            },
            65..68 => Kind::Page {
                page: Some(rng.pick::<&str>(&PAGES)),
            },
            _ => {
                let total: u64 = PLAIN.iter().map(|(.., weight)| weight).sum();
                let mut pick = rng.below(total);
                let chosen = PLAIN.iter().find(|(.., weight)| {
                    let is_here = pick < *weight;
                    pick = pick.saturating_sub(*weight);
                    is_here
                });
                Kind::Plain(chosen.map_or("email_opened", |(name, ..)| name))
            }
        };
        let unit = if matches!(kind, Kind::Joined { .. }) { HOUR } else { DAY };
        Cell {
            kind,
            start: at - at.rem_euclid(unit),
        }
    }

    fn event(&mut self, cell: &Cell) -> Event {
        let unit = if matches!(cell.kind, Kind::Joined { .. }) {
            HOUR
        } else {
            DAY
        };
        let at = cell.start + self.rng.between(0, unit - 1);
        let mut kind = cell.kind;
        if let Kind::Reaction { id, .. } = &mut kind {
            *id = match *id {
                EmojiId::Set(_) => EmojiId::Set(900_000_000_000_000_000 + self.rng.below(9999)),
                _ if self.spec.has(Quirk::EmojiVariants) => {
                    *self
                        .rng
                        .pick(&[EmojiId::Absent, EmojiId::Null, EmojiId::NullText, EmojiId::Empty])
                }
                _ => EmojiId::Absent,
            };
        }
        if let Kind::Opened { os: os @ Os::Named(_) } = &mut kind
            && self.spec.has(Quirk::QuotedOs)
            && self.rng.chance(40)
            && let Some(name) = os.name()
        {
            *os = Os::Quoted(name);
        }
        let id = self.next_id();
        let mut event = Event::new(kind, at, id);
        if self.spec.has(Quirk::MissingEventIds) && self.rng.chance(10) {
            event.id = None;
        }
        event
    }

    fn push(&mut self, kind: Kind) {
        let at = self.rng.between(self.span.0, self.span.1);
        let id = self.next_id();
        self.events.push(Event::new(kind, at, id));
    }

    fn incomplete(&mut self) {
        if !self.spec.has(Quirk::IncompleteEvents) {
            return;
        }
        let guild = Some(self.places.guilds[0]);
        let channel = Some(self.places.channels[0]);
        self.push(Kind::Joined { guild: None });
        for application in [Application::BuiltIn, Application::Absent] {
            for is_old in [false, true] {
                self.push(Kind::Command {
                    is_old,
                    application,
                    guild,
                });
            }
        }
        self.push(Kind::Reaction {
            channel,
            emoji: "",
            id: EmojiId::Absent,
        });
        self.push(Kind::Reaction {
            channel,
            emoji: "",
            id: EmojiId::Set(900_000_000_000_000_001),
        });
        self.push(Kind::Reaction {
            channel: None,
            emoji: "🔥",
            id: EmojiId::Absent,
        });
        for os in [Os::Empty, Os::Absent] {
            self.push(Kind::Opened { os });
        }
        for page in [None, Some("/developers/applications"), Some("/docs"), Some("/x/docs/")] {
            self.push(Kind::Page { page });
        }
    }

    fn undated(&mut self) {
        if !self.spec.has(Quirk::UndatedEvents) {
            return;
        }
        for clock in [Clock::Client, Clock::Send, Clock::Hour, Clock::Day, Clock::Lost] {
            for _ in 0..3 {
                let event = self.any();
                self.events.push(Event { clock, ..event });
            }
        }
    }

    fn far_away(&mut self) {
        let mut days = Vec::new();
        if self.spec.has(Quirk::OutOfWindowEvents) {
            days.extend([day_number(1970, 1, 1), day_number(2013, 7, 1), day_number(2099, 12, 31)]);
        }
        if self.spec.has(Quirk::WindowEdges) {
            let first = crate::plan::FIRST_DAY;
            let last = self.spec.made_on + 2;
            days.extend([first - 1, first, last, last + 1]);
        }
        for day in days {
            for _ in 0..2 {
                let at = day * DAY + self.rng.between(0, DAY - 1);
                let event = self.any();
                self.events.push(Event { at, ..event });
            }
        }
    }
}
