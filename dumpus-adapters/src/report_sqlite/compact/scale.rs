//! Rows of `activity` as numbers.

/// A row of `activity` without its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What it has beside its place, as a number.
    pub(super) detail: i64,
    /// Counted from the first day of its list.
    pub(super) day: i64,
    pub(super) hour: i64,
    /// 1 or more.
    pub(super) count: i64,
}

/// How many values each part of a number can have. A number is `((detail * days + day) * hours + hour) * counts + count - 1`,
/// so numbers are in the order of detail, day and hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) days: i64,
    pub(super) hours: i64,
    pub(super) counts: i64,
}

impl Scale {
    /// The least that these entries need: the smaller the scale, the shorter their numbers.
    pub(super) fn of(entries: impl Iterator<Item = Entry>) -> Self {
        let least = Self {
            days: 1,
            hours: 1,
            counts: 1,
        };
        entries.fold(least, |scale, entry| Self {
            days: scale.days.max(entry.day + 1),
            // One hour for what is counted per day.
            hours: if entry.hour > 0 { 24 } else { scale.hours },
            counts: scale.counts.max(entry.count),
        })
    }

    /// Whether numbers with such a detail have less than 64 bits.
    pub(super) fn holds(self, largest_detail: i64) -> bool {
        let details = largest_detail.checked_add(1);
        let parts = [self.days, self.hours, self.counts];
        parts
            .into_iter()
            .try_fold(details, |product, values| Some(product?.checked_mul(values)))
            .flatten()
            .is_some()
    }

    /// What a day is multiplied with.
    pub(super) const fn day(self) -> i64 {
        self.hours * self.counts
    }

    /// What a detail is multiplied with.
    pub(super) const fn detail(self) -> i64 {
        self.days * self.day()
    }

    pub(super) const fn number(self, entry: Entry) -> i64 {
        entry.detail * self.detail() + entry.day * self.day() + entry.hour * self.counts + entry.count - 1
    }

    pub(super) const fn entry(self, number: i64) -> Entry {
        Entry {
            detail: number / self.detail(),
            day: number % self.detail() / self.day(),
            hour: number % self.day() / self.counts,
            count: number % self.counts + 1,
        }
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

    fn entry() -> impl Strategy<Value = Entry> {
        (0_i64..3_000, 0_i64..9_999, 0_i64..24, 1..=i64::from(u32::MAX)).prop_map(|(detail, day, hour, count)| Entry {
            detail,
            day,
            hour,
            count,
        })
    }

    #[test]
    fn what_is_counted_per_day_needs_no_hours() {
        let entry = |day, count| Entry {
            detail: 0,
            day,
            hour: 0,
            count,
        };
        let scale = Scale::of([entry(4, 1), entry(0, 3)].into_iter());
        assert_eq!((scale.days, scale.hours, scale.counts), (5, 1, 3));
        assert_eq!(scale.number(entry(4, 1)), 12);
    }

    #[test]
    fn numbers_of_more_than_63_bits_are_not_held() {
        let scale = Scale {
            days: 10_000,
            hours: 24,
            counts: 1 << 32,
        };
        assert!(scale.holds(3_000));
        assert!(!scale.holds(3_000_000_000));
        assert!(!scale.holds(i64::MAX));
    }

    proptest! {
        #[test]
        fn every_entry_is_found_again(entries in proptest::collection::vec(entry(), 1..20)) {
            let scale = Scale::of(entries.iter().copied());
            for entry in entries {
                prop_assert_eq!(scale.entry(scale.number(entry)), entry);
            }
        }

        #[test]
        fn differences_are_never_negative(entries in proptest::collection::vec(entry(), 2..20)) {
            let scale = Scale::of(entries.iter().copied());
            let mut numbers: Vec<_> = entries.into_iter().map(|entry| scale.number(entry)).collect();
            numbers.sort_unstable();
            numbers.dedup_by_key(|number| *number / scale.counts);
            let mut before = None;
            for number in numbers {
                prop_assert!(scale.difference(before, number) >= 0);
                before = Some(number);
            }
        }
    }
}
