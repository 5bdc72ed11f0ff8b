//! The contract of [`Clock`].
#![expect(clippy::missing_panics_doc, reason = "a violated clause panics")]

use crate::clock::Clock;
use crate::domain::time::DayWindow;

/// Clause 1: the time is plausible: packages and links exist.
pub fn returns_a_plausible_time(clock: &dyn Clock) {
    let now = clock.now();
    assert!(DayWindow::until(None).contains(now.day()), "{now:?}");
}

/// Clause 2: it moves forward as time passes.
pub fn moves_forward(clock: &dyn Clock, pass: impl FnOnce()) {
    let before = clock.now();
    pass();
    assert!(clock.now() > before);
}

/// Tests every clause. `$fresh` creates a clock; `$pass` lets some of its milliseconds pass.
#[macro_export]
macro_rules! clock_conformance {
    ($fresh:expr, $pass:expr) => {
        #[test]
        fn returns_a_plausible_time() {
            $crate::conformance::clock::returns_a_plausible_time(&$fresh);
        }

        #[test]
        fn moves_forward() {
            let clock = $fresh;
            $crate::conformance::clock::moves_forward(&clock, || $pass(&clock));
        }
    };
}
