//! The days of the demo, and how lively each of them is.

use fastrand::Rng;

use dumpus_ports::domain::time::{Day, DayWindow, HOUR, Millis, SECOND};

/// The last day of the demo: year, month and day of the month.
///
/// Every release moves it to its date (see `CONTRIBUTING.md`): the official client counts its ranges back from today, and
/// "the last four weeks" of an older demo are empty. It is a constant because all instances show the same demo. The same
/// day must exist six years before, so it is never 29 February.
pub(super) const LAST_DAY: (i64, i64, i64) = (2026, 11, 30);

/// How long the demo is.
const YEARS: i64 = 6;

/// The first and the last day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    pub(super) first: Day,
    pub(super) last: Day,
}

impl Calendar {
    /// Six years up to a day; none if that day does not exist, or did not six years before.
    pub(super) fn until((year, month, day): (i64, i64, i64)) -> Option<Self> {
        let before = Day::from_civil(year - YEARS, month, day)?;
        Some(Self {
            first: Day(before.0 + 1),
            last: Day::from_civil(year, month, day)?,
        })
    }

    /// What the analysis takes for possible days.
    pub(super) fn window(self) -> DayWindow {
        DayWindow::until(Some(self.last))
    }

    /// Every day in order.
    pub(super) fn days(self, random: &mut Rng) -> Vec<Date> {
        (0u32..)
            .zip(self.first.0..=self.last.0)
            .map(|(age, day)| Date::new(Day(day), age, random))
            .collect()
    }
}

/// A day of the demo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Date {
    pub(super) day: Day,
    /// Days since the first one.
    pub(super) age: u32,
    /// How much happens, in thousandths of an ordinary day.
    pub(super) pace: u64,
}

impl Date {
    fn new(day: Day, age: u32, random: &mut Rng) -> Self {
        let weekday = weekday(day);
        let (_, month, of_month) = day.civil();
        let month_place = usize::try_from(month - 1).unwrap_or(0);
        let mood = random.u64(600..1_400);
        let factors = [BY_WEEKDAY[weekday], BY_MONTH[month_place], by_year(age), mood];
        let pace = factors.into_iter().fold(1_000, |pace, factor| pace * factor / 1_000);
        // Hiking without a computer every August, and days for something else.
        let is_away = (month == 8 && (5..=16).contains(&of_month)) || random.u8(..32) == 0;
        Self {
            day,
            age,
            pace: if is_away { pace / 8 } else { pace },
        }
    }

    /// Whether it is a Saturday or Sunday.
    pub(super) fn is_weekend(&self) -> bool {
        weekday(self.day) >= 5
    }

    /// Whether it is a Friday.
    pub(super) fn is_friday(&self) -> bool {
        weekday(self.day) == 4
    }

    /// So many seconds after an hour of this day began, which may be on the next day.
    pub(super) fn at(&self, hour: u64, seconds: u64) -> Millis {
        let of_day = i64::try_from(hour).unwrap_or(0) * HOUR + i64::try_from(seconds).unwrap_or(0) * SECOND;
        Millis(self.day.start().0 + of_day)
    }
}

/// From Monday to Sunday.
const BY_WEEKDAY: [u64; 7] = [900, 840, 900, 940, 1_150, 1_380, 1_250];

/// From January to December: evenings are longer in winter.
const BY_MONTH: [u64; 12] = [1_180, 1_100, 1_020, 950, 900, 840, 800, 760, 920, 1_060, 1_160, 1_240];

/// What the pace was at the beginning and after each year: more every year, less during the fifth, when work began.
const AFTER_YEARS: [u64; 7] = [260, 400, 560, 730, 780, 590, 690];

fn by_year(age: u32) -> u64 {
    const YEAR: u64 = 366;
    let age = u64::from(age);
    let year = usize::try_from(age / YEAR).unwrap_or(0).min(AFTER_YEARS.len() - 2);
    let past = age % YEAR;
    (AFTER_YEARS[year] * (YEAR - past) + AFTER_YEARS[year + 1] * past) / YEAR
}

/// From 0, Monday, to 6.
fn weekday(day: Day) -> usize {
    // 1970 began on a Thursday.
    usize::try_from((day.0 + 3).rem_euclid(7)).unwrap_or(0)
}
