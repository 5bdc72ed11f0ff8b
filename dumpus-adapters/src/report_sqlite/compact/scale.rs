//! Rows of `activity` as numbers.

/// A row of `activity` without its place. In their order, the numbers of a list ascend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// What it has beside its place, as a number.
    pub(super) detail: u32,
    /// Counted from the first day of the report.
    pub(super) day: u32,
    pub(super) hour: u8,
    /// 1 or more.
    pub(super) count: u32,
}

impl Entry {
    /// What no two entries of a list have in common.
    const fn time(&self) -> (u32, u32, u8) {
        (self.detail, self.day, self.hour)
    }
}

/// How the entries of a list become numbers. A number is `((detail * days + day) * hours + hour) * counts + count - 1`, where
/// `day` counts from the first day of the list, and the factors are the least that the list needs: its numbers are short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) first_day: u32,
    days: i64,
    hours: i64,
    pub(super) counts: i64,
}

impl Scale {
    /// The scale of entries in order. `None` if one counts nothing, if two are at the same time, or if a number would have
    /// more than 63 bits.
    pub(super) fn of(entries: &[Entry]) -> Option<Self> {
        let days = || entries.iter().map(|entry| entry.day);
        let counts = || entries.iter().map(|entry| entry.count);
        let first_day = days().min().unwrap_or(0);
        let scale = Self {
            first_day,
            days: i64::from(days().max().unwrap_or(0) - first_day) + 1,
            // One hour for what is counted per day.
            hours: if entries.iter().any(|entry| entry.hour > 0) {
                24
            } else {
                1
            },
            counts: counts().max().unwrap_or(1).into(),
        };
        let details = entries.iter().map(|entry| i64::from(entry.detail) + 1).max();
        let parts = [scale.days, scale.hours, scale.counts];
        let product = parts.into_iter().try_fold(details.unwrap_or(1), i64::checked_mul);
        let are_apart = entries.is_sorted_by(|before, after| before.time() < after.time());
        (product.is_some() && are_apart && counts().all(|count| count > 0)).then_some(scale)
    }

    /// What a day is multiplied with.
    pub(super) const fn day(self) -> i64 {
        self.hours * self.counts
    }

    /// What a detail is multiplied with.
    pub(super) const fn detail(self) -> i64 {
        self.days * self.day()
    }

    pub(super) fn number(self, entry: Entry) -> i64 {
        let day = i64::from(entry.day - self.first_day);
        i64::from(entry.detail) * self.detail()
            + day * self.day()
            + i64::from(entry.hour) * self.counts
            + i64::from(entry.count)
            - 1
    }

    /// A number relative to the one before: of the times between them, one is left out, since no two are at the same time.
    pub(super) const fn difference(self, before: Option<i64>, number: i64) -> i64 {
        let times_before = match before {
            Some(before) => before / self.counts + 1,
            None => 0,
        };
        number - times_before * self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entries(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Entry>> {
        let entry = (0_u32..3_000, 0_u32..9_999, 0_u8..24, 1..=u32::MAX).prop_map(|(detail, day, hour, count)| Entry {
            detail,
            day,
            hour,
            count,
        });
        proptest::collection::vec(entry, length).prop_map(|mut entries| {
            entries.sort_unstable();
            entries.dedup_by_key(|entry| entry.time());
            entries
        })
    }

    fn daily(day: u32, count: u32) -> Entry {
        Entry {
            detail: 0,
            day,
            hour: 0,
            count,
        }
    }

    #[test]
    fn what_is_counted_per_day_needs_no_hours() {
        let scale = Scale::of(&[daily(10, 3), daily(14, 1)]).unwrap();
        assert_eq!(
            (scale.first_day, scale.detail(), scale.day(), scale.counts),
            (10, 15, 3, 3)
        );
        assert_eq!(scale.number(daily(14, 1)), 12);
    }

    #[test]
    fn numbers_of_more_than_63_bits_are_not_held() {
        let far = |detail| Entry {
            detail,
            day: 10_000,
            hour: 23,
            count: u32::MAX,
        };
        assert!(Scale::of(&[daily(0, 1), far(3_000)]).is_some());
        assert!(Scale::of(&[daily(0, 1), far(3_000_000_000)]).is_none());
    }

    #[test]
    fn two_entries_at_the_same_time_are_not_held() {
        assert!(Scale::of(&[daily(0, 1), daily(1, 1)]).is_some());
        assert!(Scale::of(&[daily(0, 1), daily(0, 2)]).is_none());
    }

    #[test]
    fn what_counts_nothing_is_not_held() {
        assert!(Scale::of(&[daily(0, 1), daily(1, 0)]).is_none());
    }

    proptest! {
        /// As the view takes them apart.
        #[test]
        fn every_part_of_a_number_is_found_again(entries in entries(1..20)) {
            let scale = Scale::of(&entries).unwrap();
            for entry in entries {
                let number = scale.number(entry);
                prop_assert_eq!(number / scale.detail(), i64::from(entry.detail));
                prop_assert_eq!(number % scale.detail() / scale.day(), i64::from(entry.day - scale.first_day));
                prop_assert_eq!(number % scale.day() / scale.counts, i64::from(entry.hour));
                prop_assert_eq!(number % scale.counts + 1, i64::from(entry.count));
            }
        }

        #[test]
        fn differences_are_never_negative(entries in entries(2..20)) {
            let scale = Scale::of(&entries).unwrap();
            let mut before = None;
            for number in entries.into_iter().map(|entry| scale.number(entry)) {
                prop_assert!(scale.difference(before, number) >= 0);
                before = Some(number);
            }
        }
    }
}
