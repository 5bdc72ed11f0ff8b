//! What each section gave and what could not be read, in words for the person whose package it is.

use std::collections::{BTreeMap, BTreeSet};

use super::channel_fold::{ChannelFold, ChannelKind};
use super::event_fold::EventCounts;
use crate::report::{Section, SectionRow, SectionStatus};

/// What could not be found or read.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    missing: BTreeSet<Section>,
    damaged: BTreeSet<Section>,
    notes: BTreeMap<Section, BTreeMap<&'static str, u64>>,
}

impl Gaps {
    /// The section is not in the package.
    pub fn missing(&mut self, section: Section) {
        self.missing.insert(section);
    }

    /// A file of the section could not be read, or not whole. `what` is plain words that follow a number, such as
    /// `channels could not be read`; the same words are said once, with their number.
    pub fn damage(&mut self, section: Section, what: &'static str) {
        self.damages(section, what, 1);
    }

    /// The same, `count` times.
    pub fn damages(&mut self, section: Section, what: &'static str, count: u64) {
        self.damaged.insert(section);
        self.skip(section, what, count);
    }

    /// Single things inside files were skipped: said in the same way, but the section counts as read.
    pub fn skip(&mut self, section: Section, what: &'static str, count: u64) {
        *self.notes.entry(section).or_default().entry(what).or_default() += count;
    }

    /// Whether the section is not in the package.
    #[must_use]
    pub fn is_missing(&self, section: Section) -> bool {
        self.missing.contains(&section)
    }

    pub(super) fn rows<'a>(&self, seen: &Seen<'a, impl Iterator<Item = &'a ChannelFold> + Clone>) -> Vec<SectionRow> {
        Section::ALL
            .into_iter()
            .map(|section| self.row(section, seen.of(section)))
            .collect()
    }

    fn row(&self, section: Section, said: Said) -> SectionRow {
        if self.is_missing(section) {
            let detail = (!said.counted.is_empty() && !said.is_empty).then_some(said.counted);
            return SectionRow {
                section,
                status: SectionStatus::Missing,
                detail,
            };
        }
        let notes = self.notes.get(&section);
        let status = if self.damaged.contains(&section) {
            SectionStatus::Damaged
        } else if said.is_empty {
            SectionStatus::Empty
        } else {
            SectionStatus::Ok
        };
        let damage = notes
            .into_iter()
            .flatten()
            .map(|(what, count)| format!("{} {what}", grouped(*count)));
        let said: Vec<_> = [said.counted]
            .into_iter()
            .chain(damage)
            .chain(said.remarks)
            .filter(|text| !text.is_empty())
            .collect();
        SectionRow {
            section,
            status,
            detail: (!said.is_empty()).then(|| said.join("; ")),
        }
    }
}

/// What the analysis saw of all sections.
pub(super) struct Seen<'a, C: Iterator<Item = &'a ChannelFold> + Clone> {
    pub(super) account: bool,
    pub(super) events: EventCounts,
    pub(super) repeated_events: u64,
    pub(super) voice_sessions: usize,
    pub(super) sessions: usize,
    pub(super) payments: usize,
    pub(super) left_out_payments: usize,
    pub(super) unreadable_payments: u64,
    pub(super) listed_guilds: usize,
    pub(super) channels: C,
}

/// What is to be said of a section.
#[derive(Default)]
struct Said {
    counted: String,
    remarks: Vec<String>,
    is_empty: bool,
}

impl Said {
    fn remark(&mut self, count: u64, what: &str) {
        if count > 0 {
            self.remarks.push(format!("{} {what}", grouped(count)));
        }
    }
}

impl<'a, C: Iterator<Item = &'a ChannelFold> + Clone> Seen<'a, C> {
    fn of(&self, section: Section) -> Said {
        match section {
            Section::Account => Said {
                is_empty: !self.account,
                ..Said::default()
            },
            Section::Messages => self.messages(),
            Section::Servers => Said {
                counted: format!("{} servers", grouped(self.listed_guilds as u64)),
                is_empty: self.listed_guilds == 0,
                ..Said::default()
            },
            Section::Activity => self.activity(),
            Section::Payments => {
                let mut said = Said {
                    counted: format!("{} payments", grouped(self.payments as u64)),
                    is_empty: self.payments == 0,
                    ..Said::default()
                };
                let left_out = self.left_out_payments as u64;
                said.remark(
                    left_out,
                    "payments that failed, were refunded or are no money were left out",
                );
                said.remark(self.unreadable_payments, "payments could not be read");
                said
            }
        }
    }

    fn messages(&self) -> Said {
        let channels = || self.channels.clone();
        let sum = |of: fn(&ChannelFold) -> u64| channels().map(of).sum::<u64>();
        let without_guild = channels()
            .filter(|channel| matches!(channel.kind, ChannelKind::Guild | ChannelKind::Unknown))
            .filter(|channel| channel.guild_id.is_none())
            .count();
        let count = channels().count() as u64;
        let mut said = Said {
            counted: format!(
                "{} messages in {} channels",
                grouped(sum(|channel| channel.messages)),
                grouped(count)
            ),
            is_empty: sum(|channel| channel.messages) == 0,
            ..Said::default()
        };
        said.remark(
            without_guild as u64,
            "channels belong to a server that the package does not name",
        );
        said.remark(
            sum(|channel| channel.undated),
            "messages without a readable date count in totals only",
        );
        said.remark(
            sum(|channel| channel.out_of_window),
            "messages dated before Discord or after the package count in totals only",
        );
        said
    }

    fn activity(&self) -> Said {
        let EventCounts {
            typed,
            unreadable,
            undated,
            out_of_window,
        } = self.events;
        let mut said = Said {
            counted: format!(
                "{} event lines, {} voice sessions, {} sessions",
                grouped(typed),
                grouped(self.voice_sessions as u64),
                grouped(self.sessions as u64)
            ),
            is_empty: typed == 0,
            ..Said::default()
        };
        said.remark(self.repeated_events, "repeated events were counted once");
        said.remark(unreadable, "event lines could not be read");
        said.remark(undated, "events without a readable date were left out");
        said.remark(
            out_of_window,
            "events dated before Discord or after the package were left out",
        );
        said
    }
}

/// `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!(
            [0, 999, 1_000, 812_004, 1_000_000].map(grouped),
            ["0", "999", "1,000", "812,004", "1,000,000"]
        );
    }
}
