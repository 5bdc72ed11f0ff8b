//! When messages are written: at which hours of the day, and in which years of a friendship.

use fastrand::Rng;

use super::calendar::Date;
use super::chance::{about, happens, weighted};

/// The hours at which somebody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    Daytime,
    Evening,
    Night,
}

impl Habit {
    /// An hour of this day.
    pub(super) fn hour(self, date: &Date, random: &mut Rng) -> u64 {
        let weights = match self {
            Self::Night => &NIGHT,
            _ if date.is_weekend() => &WEEKEND,
            Self::Daytime => &DAYTIME,
            Self::Evening => &EVENING,
        };
        weighted(random, weights) as u64
    }
}

// Weights of the hours, from midnight UTC.
const DAYTIME: [u64; 24] = [
    3, 1, 0, 0, 0, 0, 4, 18, 62, 90, 95, 84, 50, 78, 94, 90, 74, 48, 38, 40, 42, 36, 22, 10,
];
const EVENING: [u64; 24] = [
    26, 10, 4, 1, 0, 1, 5, 16, 22, 16, 15, 20, 38, 28, 18, 22, 36, 52, 64, 82, 98, 104, 86, 54,
];
const NIGHT: [u64; 24] = [
    84, 62, 38, 18, 7, 2, 1, 2, 3, 4, 6, 7, 9, 9, 10, 12, 16, 22, 32, 44, 64, 86, 104, 98,
];
const WEEKEND: [u64; 24] = [
    44, 28, 14, 6, 2, 1, 1, 4, 16, 40, 66, 80, 76, 70, 72, 76, 78, 72, 66, 74, 90, 96, 84, 62,
];

/// How long the owner cared for a place or person, in weeks from the first day, and how much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interest {
    pub(super) from: u32,
    /// [`STILL`] if it has not ended.
    pub(super) until: u32,
    /// How often they write there in a thousand days.
    pub(super) often: u64,
}

/// Later than the last week.
pub(super) const STILL: u32 = 1_000;

impl Interest {
    /// A share of it, in hundredths.
    pub(super) const fn share(self, hundredths: u64) -> Self {
        Self {
            often: self.often * hundredths / 100,
            ..self
        }
    }

    /// The number of the first day.
    pub(super) const fn first_age(self) -> u32 {
        self.from * 7
    }

    /// How often they write on a day, in thousandths.
    pub(super) fn on(self, date: &Date) -> u64 {
        let (from, until) = (self.from * 7, self.until * 7);
        if !(from..until).contains(&date.age) {
            return 0;
        }
        let (past, whole) = (u64::from(date.age - from), u64::from(until - from));
        let worn = if self.until < STILL {
            1_300 - 1_100 * past / whole
        } else {
            1_000
        };
        // Interest comes and goes, so that every year has other favourites.
        let cycle = 200 + self.often % 11 * 40;
        let phase = past % cycle;
        let wave = 1_300 - 1_700 * phase.min(cycle - phase) / cycle;
        self.often * date.pace / 1_000 * worn / 1_000 * wave / 1_000
    }
}

/// Messages that were written within an hour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Burst {
    pub(super) date: Date,
    pub(super) hour: u64,
    pub(super) messages: u64,
}

/// All messages of a place, by day.
pub(super) fn bursts(days: &[Date], interest: Interest, habit: Habit, random: &mut Rng) -> Vec<Burst> {
    let mut bursts = Vec::new();
    for date in days {
        for _ in 0..about(random, interest.on(date)) {
            let hour = habit.hour(date, random);
            let mut messages = 1 + random.u64(..=3) * random.u64(..=5);
            if happens(random, 50) {
                messages += 20;
            }
            // A long talk does not end with the hour.
            let later = if messages > 8 && hour < 23 { messages / 3 } else { 0 };
            for (hour, messages) in [(hour, messages - later), (hour + 1, later)] {
                if messages > 0 {
                    bursts.push(Burst {
                        date: *date,
                        hour,
                        messages,
                    });
                }
            }
        }
    }
    bursts
}
