//! Whether the registry's clock may be believed when packages are erased by it.

use std::time::Duration;

use crate::time::Millis;

/// Sweeps are minutes apart. A longer gap is a clock that jumped, or an instance that was switched off.
const LONGEST_GAP: Duration = Duration::from_hours(48);
/// After a jump, nothing is erased for this long: an operator has time to set the clock right.
const HOLD: Duration = Duration::from_hours(24);

/// What the registry remembers of its clock from one sweep to the next. A clock that jumps ahead by a month would
/// otherwise erase every result at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SweepClock {
    /// The time of the last sweep.
    pub seen_at: Millis,
    /// Since when nothing is erased, by the clock that jumped; `None` while it is believed.
    pub held_since: Option<Millis>,
}

impl SweepClock {
    /// A clock that is believed from now on.
    #[must_use]
    pub const fn trusted(now: Millis) -> Self {
        Self {
            seen_at: now,
            held_since: None,
        }
    }

    /// The state at the next sweep.
    #[must_use]
    pub fn tick(self, now: Millis) -> Self {
        let has_jumped = now.is_past(self.seen_at, LONGEST_GAP);
        // Back again: what is due by an earlier clock was due before.
        let is_back = now < self.seen_at;
        let held_since = if has_jumped {
            Some(now)
        } else {
            self.held_since.filter(|since| !is_back && !now.is_past(*since, HOLD))
        };
        Self {
            seen_at: now,
            held_since,
        }
    }
}
