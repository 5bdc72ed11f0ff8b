//! Small numbers in place of texts that many rows share.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::event::EventColumns;

/// Texts in order, numbered from 1. The number 0 stands for NULL.
pub(super) struct Numbers<'a> {
    texts: Vec<&'a str>,
    numbers: HashMap<&'a str, i64>,
}

impl<'a> Numbers<'a> {
    pub(super) fn of(texts: impl Iterator<Item = &'a str>) -> Self {
        // Most rows repeat one of a few texts, and sorting all of them would take longer than everything else here.
        let mut texts: Vec<_> = texts.collect::<HashSet<_>>().into_iter().collect();
        texts.sort_unstable();
        let numbers = texts.iter().copied().zip(1..).collect();
        Self { texts, numbers }
    }

    pub(super) fn number(&self, text: Option<&str>) -> i64 {
        text.and_then(|text| self.numbers.get(text)).copied().unwrap_or(0)
    }

    /// Every number with its text, NULL included.
    pub(super) fn rows(&self) -> impl Iterator<Item = (i64, Option<String>)> + Send + '_ {
        let texts = self.texts.iter().map(|text| Some((*text).to_owned()));
        (0..).zip(std::iter::once(None).chain(texts))
    }
}

/// What an event has beside its place: `associated_user_id` and the extra fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Detail<'a> {
    user_id: Option<&'a str>,
    extra_field_1: Option<&'a str>,
    extra_field_2: Option<&'static str>,
}

impl<'a> Detail<'a> {
    const fn of(columns: EventColumns<'a>) -> Self {
        Self {
            user_id: columns.user_id,
            extra_field_1: columns.extra_field_1,
            extra_field_2: columns.extra_field_2,
        }
    }

    /// `extra_field_2`, which is in the number, because looking up a second text takes as long as the first.
    fn flag(&self) -> i64 {
        match self.extra_field_2 {
            None => 0,
            Some("0") => 1,
            Some(_) => 2,
        }
    }
}

/// Numbers for the details of events, the most frequent first. Events without any have 0. Each is three times a place in
/// that order, and the [flag](Detail::flag).
pub(super) struct Details<'a>(HashMap<Detail<'a>, i64>);

impl<'a> Details<'a> {
    pub(super) fn of(events: impl Iterator<Item = EventColumns<'a>>) -> Self {
        let mut counts: BTreeMap<Detail<'_>, u64> = BTreeMap::new();
        for columns in events {
            *counts.entry(Detail::of(columns)).or_default() += 1;
        }
        counts.remove(&Detail {
            user_id: None,
            extra_field_1: None,
            extra_field_2: None,
        });
        let mut details: Vec<_> = counts.into_iter().collect();
        details.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let numbered = details.into_iter().zip(1..);
        Self(
            numbered
                .map(|((detail, _), place)| (detail, place * 3 + detail.flag()))
                .collect(),
        )
    }

    pub(super) fn number(&self, columns: EventColumns<'a>) -> i64 {
        self.0.get(&Detail::of(columns)).copied().unwrap_or(0)
    }

    /// Number, `associated_user_id` and `extra_field_1`.
    pub(super) fn rows(&self) -> Vec<(i64, Option<String>, Option<String>)> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let details = self.0.iter();
        let mut rows: Vec<_> = details
            .map(|(detail, number)| (*number, owned(detail.user_id), owned(detail.extra_field_1)))
            .collect();
        rows.sort_unstable();
        rows
    }
}
