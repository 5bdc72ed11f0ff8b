//! Rates, and the generic cell rate algorithm that enforces them.
//!
//! The state of a bucket is one number: the time at which it is idle again. Each unit moves that time by an interval; a
//! unit is refused while the bucket would stay busy for longer than a burst takes.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A number of units per period, of which a burst may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    count: u32,
    period: Duration,
    burst: u32,
}

/// The text is not a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a rate such as 30/minute")]
pub struct ParseRateError;

impl FromStr for Rate {
    type Err = ParseRateError;

    fn from_str(text: &str) -> Result<Self, ParseRateError> {
        let (count, unit) = text.split_once('/').ok_or(ParseRateError)?;
        let seconds = match unit.trim() {
            "s" | "second" => 1,
            "m" | "minute" => 60,
            "h" | "hour" => 3_600,
            _ => return Err(ParseRateError),
        };
        match count.trim().parse() {
            Ok(count) if count > 0 => Ok(Self::new(count, Duration::from_secs(seconds))),
            _ => Err(ParseRateError),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.period.as_secs() {
            1 => write!(f, "{}/second", self.count),
            60 => write!(f, "{}/minute", self.count),
            3_600 => write!(f, "{}/hour", self.count),
            seconds => write!(f, "{} in {seconds} s", self.count),
        }
    }
}

impl Rate {
    /// This many units per period, all of which may come at once. At least one.
    #[must_use]
    pub const fn new(count: u32, period: Duration) -> Self {
        let count = if count == 0 { 1 } else { count };
        Self {
            count,
            period,
            burst: count,
        }
    }

    /// The same rate with at most this many units at once. At least one.
    #[must_use]
    pub fn with_burst(self, burst: u32) -> Self {
        let burst = burst.clamp(1, self.count);
        Self { burst, ..self }
    }

    /// The rate of this many sources together.
    #[must_use]
    pub const fn times(self, factor: u32) -> Self {
        Self {
            count: self.count.saturating_mul(factor),
            period: self.period,
            burst: self.burst.saturating_mul(factor),
        }
    }

    /// Microseconds by which one unit moves the time at which a bucket is idle.
    #[must_use]
    pub fn interval(&self) -> u64 {
        micros(self.period / self.count).max(1)
    }

    /// Microseconds that a full burst lasts.
    #[must_use]
    pub fn burst_length(&self) -> u64 {
        self.interval().saturating_mul(u64::from(self.burst))
    }

    /// Takes a unit from a bucket. Times are microseconds of any one clock. Returns the time at which the bucket is idle.
    ///
    /// # Errors
    /// The time until a unit is available. This one is not counted.
    pub fn take(&self, idle_at: u64, now: u64) -> Result<u64, Duration> {
        let idle_at = idle_at.max(now).saturating_add(self.interval());
        let excess = idle_at.saturating_sub(now.saturating_add(self.burst_length()));
        if excess == 0 {
            Ok(idle_at)
        } else {
            Err(Duration::from_micros(excess))
        }
    }

    /// Counts units whether or not the bucket has room; negative units are given back. A bucket is in debt by one burst at
    /// most. Returns the time at which it is idle.
    #[must_use]
    pub fn charge(&self, idle_at: u64, now: u64, units: i32) -> u64 {
        let moved = self.interval().saturating_mul(u64::from(units.unsigned_abs()));
        let idle_at = idle_at.max(now);
        if units < 0 {
            idle_at.saturating_sub(moved).max(now)
        } else {
            let latest = now.saturating_add(self.burst_length().saturating_mul(2));
            idle_at.saturating_add(moved).min(latest)
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000_000;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn a_burst_is_accepted_and_then_one_unit_per_interval() {
        let rate = rate("60/minute").with_burst(3);
        let mut idle_at = 0;
        for _ in 0..3 {
            idle_at = rate.take(idle_at, MINUTE).unwrap();
        }
        assert_eq!(rate.take(idle_at, MINUTE), Err(Duration::from_secs(1)));
        assert_eq!(rate.take(idle_at, MINUTE + 400_000), Err(Duration::from_millis(600)));
        idle_at = rate.take(idle_at, MINUTE + 1_000_000).unwrap();
        assert!(rate.take(idle_at, MINUTE + 1_000_000).is_err());
        // After the length of a burst, everything is forgotten.
        for _ in 0..3 {
            idle_at = rate.take(idle_at, 2 * MINUTE).unwrap();
        }
        assert!(rate.take(idle_at, 2 * MINUTE).is_err());
    }

    #[test]
    fn units_given_back_can_be_taken_again_and_a_debt_is_one_burst_at_most() {
        let rate = rate("2/minute");
        let idle_at = rate.take(rate.take(0, MINUTE).unwrap(), MINUTE).unwrap();
        let given_back = rate.charge(idle_at, MINUTE, -1);
        assert_eq!(rate.take(given_back, MINUTE), Ok(idle_at));
        assert_eq!(rate.charge(idle_at, MINUTE, -100), MINUTE);
        let in_debt = rate.charge(idle_at, MINUTE, 100);
        assert_eq!(in_debt, 3 * MINUTE);
        assert_eq!(rate.take(in_debt, MINUTE), Err(Duration::from_secs(90)));
    }

    #[test]
    fn a_rate_has_a_count_and_a_period() {
        assert_eq!("500/s".parse(), Ok(Rate::new(500, Duration::from_secs(1))));
        assert_eq!(" 5 / hour".parse(), Ok(Rate::new(5, Duration::from_hours(1))));
        for wrong in ["", "5", "0/s", "5/day", "-1/s", "x/minute"] {
            assert_eq!(wrong.parse::<Rate>(), Err(ParseRateError), "{wrong}");
        }
    }

    #[test]
    fn a_burst_is_between_one_and_the_count() {
        assert_eq!(rate("3/minute").with_burst(20), rate("3/minute"));
        assert_eq!(rate("3/minute").with_burst(0), rate("3/minute").with_burst(1));
    }
}
