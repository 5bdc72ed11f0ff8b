//! Distributes events over files, some of them more than once.

use std::collections::HashMap;

use super::{
    EventFile, Item, Junk,
    event::{Clock, Event, Kind, RowKey},
    plain::PlainPlan,
};
use crate::{
    calendar::{DAY, day_number},
    quirk::Quirk,
    rng::Rng,
    spec::PackageSpec,
    truth::Window,
};

/// Distributes events over files in ascending order of paths.
pub(crate) struct Distributor<'a> {
    spec: &'a PackageSpec,
    files: &'a mut [EventFile],
    rng: Rng,
    /// Cumulative byte budgets of the files.
    ends: Vec<u64>,
}

impl<'a> Distributor<'a> {
    pub(crate) fn new(spec: &'a PackageSpec, files: &'a mut [EventFile]) -> Self {
        let mut end = 0;
        let ends = files.iter().map(|file| {
            end += file.budget + 1;
            end
        });
        let ends = ends.collect();
        let rng = Rng::new(spec.seed).fork("spread");
        Self { spec, files, rng, ends }
    }

    fn any_file(&mut self) -> usize {
        let total = self.ends.last().copied().unwrap_or(1);
        let pick = self.rng.below(total);
        self.ends.partition_point(|end| *end <= pick)
    }

    fn put_into(&mut self, file: usize, event: Event) {
        self.files[file].items.push(Item::Event(event));
    }

    /// Adds an event to a file, and copies of it if the package has copies.
    pub(crate) fn put(&mut self, event: Event) {
        let file = self.any_file();
        self.put_into(file, event);
        if event.id.is_none() {
            return;
        }
        if self.spec.has(Quirk::OverlappingFolders) && self.rng.chance(25) {
            let other = self.any_file();
            self.put_into(other, event);
        }
        if self.spec.has(Quirk::RepeatedLines) && self.rng.chance(8) {
            self.put_into(file, event);
        }
    }

    /// Adds events with differing copies: the first copy that results in a row counts. Returns the rows.
    pub(crate) fn put_differing(&mut self, plan: &mut PlainPlan<'_>, window: Window) -> Vec<RowKey> {
        let mut rows = Vec::new();
        for group in 0..12 {
            let id = Some(plan.next_id());
            let first = Event { id, ..plan.any() };
            let second = Event { id, ..plan.any() };
            let idle = match group % 4 {
                0 => Event {
                    kind: Kind::Uncounted,
                    ..first
                },
                1 => Event {
                    clock: Clock::Lost,
                    ..second
                },
                2 => Event {
                    at: day_number(2012, 2, 29) * DAY,
                    ..second
                },
                _ => Event {
                    kind: Kind::Joined { guild: None },
                    ..second
                },
            };
            let copies = match group % 3 {
                0 => vec![first, second],
                1 => vec![idle, second],
                _ => vec![idle, first, second],
            };
            rows.extend(copies.iter().find_map(|copy| copy.row(window)));
            let mut files: Vec<_> = copies.iter().map(|_| self.rng.index(self.files.len())).collect();
            files.sort_unstable();
            for ((rank, copy), file) in (0..).zip(copies).zip(files) {
                self.put_into(
                    file,
                    Event {
                        order: Some((group, rank)),
                        ..copy
                    },
                );
            }
        }
        rows
    }

    /// Lines that are not events.
    pub(crate) fn put_junk(&mut self) {
        for (quirk, junk) in [
            (Quirk::UntypedLines, Junk::Untyped),
            (Quirk::BlankLines, Junk::Blank),
            (Quirk::GarbageLines, Junk::Garbage),
        ] {
            if !self.spec.has(quirk) {
                continue;
            }
            for file in self.files.iter_mut() {
                let count = 3 + file.items.len() / 200;
                file.items.extend((0..count).map(|_| Item::Junk(junk)));
            }
        }
    }

    /// Shuffles every file, but keeps differing copies in the order of their ranks.
    pub(crate) fn finish(mut self) {
        for file in self.files.iter_mut() {
            self.rng.shuffle(&mut file.items);
            let mut groups: HashMap<u32, Vec<(u8, usize)>> = HashMap::new();
            for (at, item) in file.items.iter().enumerate() {
                if let Item::Event(Event {
                    order: Some((group, rank)),
                    ..
                }) = item
                {
                    groups.entry(*group).or_default().push((*rank, at));
                }
            }
            for places in groups.into_values() {
                let mut ordered: Vec<_> = places
                    .iter()
                    .map(|(rank, at)| (*rank, file.items[*at].clone()))
                    .collect();
                ordered.sort_by_key(|(rank, _)| *rank);
                for ((_, at), (_, item)) in places.iter().zip(ordered) {
                    file.items[*at] = item;
                }
            }
        }
    }
}
