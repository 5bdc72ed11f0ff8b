//! What an analysis found, short enough to read.

use std::collections::BTreeMap;
use std::fmt;

use dumpus_ports::domain::report::{Report, SessionRow, VoiceSessionRow};
use iso_currency::Currency;
use serde::Serialize;

/// What an analysis found.
#[derive(Debug, Serialize)]
pub struct Summary {
    owner: Owner,
    is_partial: bool,
    messages: u64,
    channels: Channels,
    servers: usize,
    voice_minutes: u64,
    session_minutes: u64,
    /// Minor units by currency.
    spent: BTreeMap<String, i64>,
    first_day: Option<String>,
    last_day: Option<String>,
    sections: Vec<Section>,
    statistics_bytes: u64,
}

#[derive(Debug, Serialize)]
struct Owner {
    id: String,
    name: String,
    display_name: Option<String>,
}

#[derive(Debug, Serialize)]
struct Channels {
    direct: usize,
    group: usize,
    server: usize,
}

#[derive(Debug, Serialize)]
struct Section {
    #[serde(rename = "section")]
    name: &'static str,
    status: &'static str,
    detail: Option<String>,
}

impl Summary {
    /// The summary of a report whose statistics file has so many bytes.
    #[must_use]
    pub fn new(report: &Report, statistics_bytes: u64) -> Self {
        let days = report.day_range();
        let mut spent = BTreeMap::new();
        for payment in &report.payments {
            *spent.entry(payment.currency.to_string()).or_default() += payment.amount;
        }
        Self {
            owner: Owner {
                id: report.owner.id.to_string(),
                name: report.owner.name.to_string(),
                display_name: report.owner.display_name.as_deref().map(str::to_owned),
            },
            is_partial: report.is_partial,
            messages: report.message_count,
            channels: Channels {
                direct: report.dm_channels.len(),
                group: report.group_channels.len(),
                server: report.guild_channels.len(),
            },
            servers: report.guilds.len(),
            voice_minutes: report.voice_sessions.iter().map(VoiceSessionRow::minutes).sum(),
            session_minutes: report.sessions.iter().map(SessionRow::minutes).sum(),
            spent,
            first_day: days.map(|(first, _)| first.to_string()),
            last_day: days.map(|(_, last)| last.to_string()),
            sections: report
                .sections
                .iter()
                .map(|row| Section {
                    name: row.section.name(),
                    status: row.status.name(),
                    detail: row.detail.clone(),
                })
                .collect(),
            statistics_bytes,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let partial = if self.is_partial { " (partial package)" } else { "" };
        writeln!(
            f,
            "{} ({}){partial}",
            Printable(&self.owner.name),
            Printable(&self.owner.id)
        )?;
        if let (Some(first), Some(last)) = (&self.first_day, &self.last_day) {
            writeln!(f, "  days      {first} to {last}")?;
        }
        let Channels { direct, group, server } = self.channels;
        writeln!(f, "  messages  {}", self.messages)?;
        writeln!(
            f,
            "  channels  {direct} direct, {group} groups, {server} in {} servers",
            self.servers
        )?;
        writeln!(f, "  voice     {}", Hours(self.voice_minutes))?;
        writeln!(f, "  sessions  {}", Hours(self.session_minutes))?;
        for (currency, amount) in &self.spent {
            writeln!(f, "  spent     {}", Printable(&money(*amount, currency)))?;
        }
        writeln!(f, "sections")?;
        for Section { name, status, detail } in &self.sections {
            let detail = detail
                .as_deref()
                .map(|detail| format!("  {detail}"))
                .unwrap_or_default();
            writeln!(f, "  {name:<9} {status:<8}{detail}")?;
        }
        write!(f, "statistics: {} bytes", self.statistics_bytes)
    }
}

/// A text of a package for a terminal, which control characters could make do things.
struct Printable<'a>(&'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.chars().map(|char| {
            if char.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                char
            }
        });
        shown.into_iter().try_for_each(|char| fmt::Write::write_char(f, char))
    }
}

struct Hours(u64);

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} h {} min", self.0 / 60, self.0 % 60)
    }
}

/// An amount in minor units, written in the unit of its currency. What is no currency has two decimals, as most have.
fn money(amount: i64, currency: &str) -> String {
    let currency = currency.to_uppercase();
    let exponent = Currency::from_code(&currency).map_or(Some(2), Currency::exponent);
    let digits = exponent.unwrap_or(0);
    let sign = if amount < 0 { "-" } else { "" };
    let amount = amount.unsigned_abs();
    let unit = 10u64.pow(digits.into());
    let whole = amount / unit;
    match usize::from(digits) {
        0 => format!("{sign}{whole} {currency}"),
        width => format!("{sign}{whole}.{:0width$} {currency}", amount % unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_of_names_are_not_printed() {
        let name = "\u{1b}]0;title\u{7}ann\u{9b}31m";
        assert_eq!(Printable(name).to_string(), "\u{FFFD}]0;title\u{FFFD}ann\u{FFFD}31m");
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        assert_eq!(money(-999, "eur"), "-9.99 EUR");
        assert_eq!(money(5, "usd"), "0.05 USD");
        assert_eq!(money(1_200, "jpy"), "1200 JPY");
        assert_eq!(money(12_000, "krw"), "12000 KRW");
        assert_eq!(money(1_234, "kwd"), "1.234 KWD");
        assert_eq!(money(1_234, "bhd"), "1.234 BHD");
        assert_eq!(money(999, "discord_stars"), "9.99 DISCORD_STARS");
    }
}
