//! What was read of each section and what could not be, in sentences for the package's owner.

use super::channel_fold::{ChannelFold, ChannelKind};
use super::event_fold::EventCounts;
use super::losses::Losses;
use crate::report::{Section, SectionRow, SectionStatus};

/// The rows of all sections.
pub(super) fn rows<'a>(
    losses: &Losses,
    coverage: &Coverage<'a, impl Iterator<Item = &'a ChannelFold> + Clone>,
) -> Vec<SectionRow> {
    let row = |section| row(losses, section, coverage.findings(section));
    Section::ALL.into_iter().map(row).collect()
}

fn row(losses: &Losses, section: Section, findings: Findings) -> SectionRow {
    if losses.is_missing(section) {
        let detail = (!findings.counted.is_empty() && !findings.is_empty).then_some(findings.counted);
        return SectionRow {
            section,
            status: SectionStatus::Missing,
            detail,
        };
    }
    let status = if losses.is_damaged(section) || findings.is_damaged {
        SectionStatus::Damaged
    } else if findings.is_empty {
        SectionStatus::Empty
    } else {
        SectionStatus::Ok
    };
    let damage = losses.damage_of(section);
    let damage = damage.map(|(what, count)| format!("{} {what}", grouped(count)));
    let sentences: Vec<_> = [findings.counted]
        .into_iter()
        .chain(damage)
        .chain(findings.notes)
        .filter(|text| !text.is_empty())
        .collect();
    SectionRow {
        section,
        status,
        detail: (!sentences.is_empty()).then(|| sentences.join("; ")),
    }
}

/// What the analysis read of all sections.
pub(super) struct Coverage<'a, C: Iterator<Item = &'a ChannelFold> + Clone> {
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

/// What a section's row states.
#[derive(Default)]
struct Findings {
    counted: String,
    notes: Vec<String>,
    is_empty: bool,
    is_damaged: bool,
}

impl Findings {
    fn note(&mut self, count: u64, what: &str) {
        if count > 0 {
            self.notes.push(format!("{} {what}", grouped(count)));
        }
    }

    /// Notes what could not be read.
    fn damage(&mut self, count: u64, what: &str) {
        self.is_damaged |= count > 0;
        self.note(count, what);
    }
}

impl<'a, C: Iterator<Item = &'a ChannelFold> + Clone> Coverage<'a, C> {
    fn findings(&self, section: Section) -> Findings {
        match section {
            Section::Account => Findings {
                is_empty: !self.account,
                ..Findings::default()
            },
            Section::Messages => self.messages(),
            Section::Servers => Findings {
                counted: format!("{} servers", grouped(self.listed_guilds as u64)),
                is_empty: self.listed_guilds == 0,
                ..Findings::default()
            },
            Section::Activity => self.activity(),
            Section::Payments => {
                let mut findings = Findings {
                    counted: format!("{} payments", grouped(self.payments as u64)),
                    is_empty: self.payments == 0,
                    ..Findings::default()
                };
                let left_out = self.left_out_payments as u64;
                findings.note(
                    left_out,
                    "payments that failed, were refunded or are no money were left out",
                );
                findings.damage(self.unreadable_payments, "payments could not be read");
                findings
            }
        }
    }

    fn messages(&self) -> Findings {
        let channels = || self.channels.clone();
        let sum = |of: fn(&ChannelFold) -> u64| channels().map(of).sum::<u64>();
        let without_guild = channels()
            .filter(|channel| channel.kind == ChannelKind::Guild && channel.guild_id.is_none())
            .count();
        let unstated = channels()
            .filter(|channel| channel.kind == ChannelKind::Unstated)
            .count();
        let count = channels().count() as u64;
        let mut findings = Findings {
            counted: format!(
                "{} messages in {} channels",
                grouped(sum(|channel| channel.messages)),
                grouped(count)
            ),
            is_empty: sum(|channel| channel.messages) == 0,
            ..Findings::default()
        };
        findings.note(
            without_guild as u64,
            "channels belong to a server that the package does not name",
        );
        findings.note(
            unstated as u64,
            "channels do not say what they are and count in the activity only",
        );
        findings.note(
            sum(|channel| channel.undated),
            "messages without a readable date count in totals only",
        );
        findings.note(
            sum(|channel| channel.out_of_window),
            "messages dated before Discord or after the package count in totals only",
        );
        findings
    }

    fn activity(&self) -> Findings {
        let EventCounts {
            typed,
            unreadable,
            undated,
            out_of_window,
        } = self.events;
        let mut findings = Findings {
            counted: format!(
                "{} event lines, {} voice sessions, {} sessions",
                grouped(typed),
                grouped(self.voice_sessions as u64),
                grouped(self.sessions as u64)
            ),
            is_empty: typed == 0,
            ..Findings::default()
        };
        findings.note(self.repeated_events, "repeated events were counted once");
        findings.damage(unreadable, "event lines could not be read");
        findings.note(undated, "events without a readable date were left out");
        findings.note(
            out_of_window,
            "events dated before Discord or after the package were left out",
        );
        findings
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
