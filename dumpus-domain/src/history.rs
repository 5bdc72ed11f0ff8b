//! Statistics of an instance by hour and lane: few enough to be kept for a year.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::error_code::ErrorCode;
use crate::lifecycle::{Phase, RunEnd, RunRecord};
use crate::time::{HOUR, Millis};

/// How long hours are kept.
pub const HOURS_KEPT: Duration = Duration::from_hours(366 * 24);

/// Buckets per doubling of a duration: a bucket's ends differ by less than a fifth.
const PER_DOUBLING: f64 = 4.0;

/// Hours since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hour(pub i64);

impl Hour {
    /// The hour that holds this instant.
    #[must_use]
    pub const fn of(at: Millis) -> Self {
        Self(at.0.div_euclid(HOUR))
    }

    /// Its first instant.
    #[must_use]
    pub const fn start(self) -> Millis {
        Millis(self.0.saturating_mul(HOUR))
    }

    /// The hour after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Durations, counted by size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Counts by bucket: bucket `n` holds durations of up to `2^(n/4)` milliseconds.
    pub buckets: BTreeMap<u8, u64>,
}

impl Histogram {
    /// Counts a duration.
    pub fn add(&mut self, duration: Duration) {
        let millis = duration.as_secs_f64() * 1_000.0;
        let bucket = (millis.max(1.0).log2() * PER_DOUBLING).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a cast to an integer saturates"
        )]
        let bucket = bucket as u8;
        *self.buckets.entry(bucket).or_default() += 1;
    }

    /// Adds the counts of another one.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
    }

    /// The duration that this share of all, 0 to 1, does not exceed: the upper end of its bucket. `None` without any.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let all: u64 = self.buckets.values().sum();
        let mut behind = 0;
        #[expect(clippy::cast_precision_loss, reason = "a share is not exact")]
        let bucket = self.buckets.iter().find(|(_, count)| {
            behind += **count;
            behind as f64 >= all as f64 * share
        });
        bucket.map(|(bucket, _)| Duration::from_secs_f64((f64::from(*bucket) / PER_DOUBLING).exp2() / 1_000.0))
    }
}

/// Runs that ended in one hour, in one lane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HourStatistics {
    /// Packages processed.
    pub processed: u64,
    /// Packages that failed, by code.
    pub failed: BTreeMap<ErrorCode, u64>,
    /// Bytes of the processed archives.
    pub bytes: u64,
    /// Durations by phase.
    pub durations: BTreeMap<Phase, Histogram>,
}

impl HourStatistics {
    /// Counts a run.
    pub fn add(&mut self, run: &RunRecord) {
        match &run.end {
            RunEnd::Processed(volume) => {
                self.processed += 1;
                self.bytes = self.bytes.saturating_add(volume.bytes);
            }
            RunEnd::Failed(failure) => *self.failed.entry(failure.code).or_default() += 1,
        }
        for phase in Phase::ALL {
            if let Some(duration) = run.duration(phase) {
                self.durations.entry(phase).or_default().add(duration);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_at_most_a_fifth_too_long() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), None);
        for seconds in 1..=1_000 {
            histogram.add(Duration::from_secs(seconds));
        }
        for (share, exact) in [(0.5, 500.0), (0.95, 950.0), (1.0, 1_000.0)] {
            let found = histogram.quantile(share).unwrap().as_secs_f64();
            assert!((exact..exact * 1.2).contains(&found), "{share}: {found}");
        }
    }

    #[test]
    fn durations_of_any_length_are_counted() {
        let mut histogram = Histogram::default();
        for duration in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
            histogram.add(duration);
        }
        assert_eq!(histogram.buckets.values().sum::<u64>(), 3);
        assert!(histogram.quantile(0.1).unwrap() <= Duration::from_millis(1));
    }
}
