//! The contract of [`Clock`].
#![expect(clippy::missing_panics_doc, reason = "a clause that does not hold panics")]

use crate::clock::Clock;
use crate::domain::time::DayWindow;

/// Clause 1: it tells a time of this age, in which packages and links exist.
pub fn tells_a_time_of_this_age(clock: &dyn Clock) {
    let now = clock.now();
    assert!(DayWindow::until(None).contains(now.day()), "{now:?}");
}

/// Clause 2: it goes forwards while time passes.
pub fn goes_forwards(clock: &dyn Clock, pass: impl FnOnce()) {
    let before = clock.now();
    pass();
    assert!(clock.now() > before);
}

/// Runs every clause. `$fresh` makes a clock; `$pass` lets some milliseconds of it pass.
#[macro_export]
macro_rules! clock_conformance {
    ($fresh:expr, $pass:expr) => {
        #[test]
        fn tells_a_time_of_this_age() {
            $crate::conformance::clock::tells_a_time_of_this_age(&$fresh);
        }

        #[test]
        fn goes_forwards() {
            let clock = $fresh;
            $crate::conformance::clock::goes_forwards(&clock, || $pass(&clock));
        }
    };
}
