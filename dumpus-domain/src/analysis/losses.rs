//! What could not be found or read of a package.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::Section;

/// What could not be found or read. Threads fill one each; the order in which they are merged makes no difference.
#[derive(Clone, Debug, Default)]
pub struct Losses {
    missing: BTreeSet<Section>,
    damage: BTreeMap<(Section, &'static str), u64>,
}

impl Losses {
    /// The section is not in the package.
    pub fn missing(&mut self, section: Section) {
        self.missing.insert(section);
    }

    /// A file of the section could not be read, or not whole. `what` follows a number in the section's detail, such
    /// as `channels could not be read`, and is stated once with the number of times it was given here.
    pub fn damage(&mut self, section: Section, what: &'static str) {
        *self.damage.entry((section, what)).or_default() += 1;
    }

    /// Notes the damage that a reading ended with, if any.
    pub fn note(&mut self, section: Section, reading: Result<(), &'static str>) {
        if let Err(what) = reading {
            self.damage(section, what);
        }
    }

    /// Adds what another thread noted.
    pub fn merge(&mut self, other: Self) {
        self.missing.extend(other.missing);
        for (key, count) in other.damage {
            *self.damage.entry(key).or_default() += count;
        }
    }

    /// Whether the section is not in the package.
    #[must_use]
    pub fn is_missing(&self, section: Section) -> bool {
        self.missing.contains(&section)
    }

    /// Whether a file of the section could not be read whole.
    #[must_use]
    pub fn is_damaged(&self, section: Section) -> bool {
        self.damage_of(section).next().is_some()
    }

    /// What is damaged and how often, sorted.
    pub(super) fn damage_of(&self, section: Section) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let all = self.damage.range((section, "")..);
        let same = all.take_while(move |((of, _), _)| *of == section);
        same.map(|((_, what), count)| (*what, *count))
    }
}
