//! Days, compared with a calendar library.

use dumpus_domain::time::{Day, DayWindow};
use proptest::prelude::*;

#[test]
fn discords_first_day_is_the_thirteenth_of_may_2015() {
    assert_eq!(Day::from_civil(2015, 5, 13), Some(Day::DISCORD_LAUNCH));
}

#[test]
fn the_window_ends_two_days_after_the_newest_entry() {
    let newest = Day::from_civil(2024, 2, 28).unwrap();
    let window = DayWindow::until(Some(newest));
    assert!(window.contains(Day(newest.0 + 2)));
    assert!(!window.contains(Day(newest.0 + 3)));
    assert!(!window.contains(Day(Day::DISCORD_LAUNCH.0 - 1)));
    let dos_epoch = Day::from_civil(1980, 1, 1);
    assert!(DayWindow::until(dos_epoch).contains(Day::from_civil(2099, 1, 1).unwrap()));
}

proptest! {
    #[test]
    fn days_agree_with_a_calendar_library(days in -719_162i32..2_932_896) {
        let date = jiff::civil::date(1970, 1, 1) + jiff::SignedDuration::from_hours(24 * i64::from(days));
        let (year, month, day) = Day(days).civil();
        prop_assert_eq!((i64::from(date.year()), i64::from(date.month()), i64::from(date.day())), (year, month, day));
        prop_assert_eq!(Day::from_civil(year, month, day), Some(Day(days)));
        prop_assert_eq!(Day(days).to_string(), date.to_string());
    }
}
