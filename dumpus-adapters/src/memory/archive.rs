//! Packages that are plain lists of observations.

use std::sync::Arc;

use async_trait::async_trait;
use dumpus_ports::CancellationToken;
use dumpus_ports::archive::{ArchiveError, ArchiveReader, PackageBytes, Progress};
use dumpus_ports::domain::analysis::observation::{Channel, Message, Payment, Profile, Relationship};
use dumpus_ports::domain::analysis::{Analysis, Budget, ChannelFold, EventFold, Events, Field, FoldLimits};
use dumpus_ports::domain::failure_detail::ArchiveDefect;
use dumpus_ports::domain::report::{Report, Section};
use dumpus_ports::domain::time::DayWindow;

use crate::export_format::{
    EventFields, EventType, FieldValue, Labels, channel_kind, is_incomplete, is_virtual, parse_time, recipient,
};

/// Reads packages in a format of its own, one observation per line, so that use cases can be tried without a ZIP.
///
/// The first line is `dumpus observations`. Every other line is a word and fields `name=value`, separated by tabs.
/// Sections without a line are missing.
///
/// | Word | Fields |
/// | --- | --- |
/// | `owner` | `id`, `username`, `global_name`, `avatar_hash` |
/// | `relationship` | `id`, `username`, `global_name`, `avatar_hash` |
/// | `payment` | `id`, `created_at`, `amount`, `amount_refunded`, `currency`, `description`, `status` |
/// | `label` | `id`, `name`: of the messages index |
/// | `guild` | `id`, `name`: of the servers index |
/// | `channel` | `id`, `type`, `name`, `guild_id`, `guild_name`, `recipients` with commas between them |
/// | `message` | `id`, `timestamp`, `sentiment` in units of 1e-4: belongs to the channel above it |
/// | `event` | `event_type`, and an event's fields as Discord names them |
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::sync::Arc;
/// use dumpus_adapters::memory::MemoryArchive;
/// use dumpus_ports::archive::{ArchiveReader, Progress};
///
/// let package = "dumpus observations\nowner\tid=1\tusername=ann\nevent\tevent_type=email_opened\ttimestamp=2024-01-01 10:00:00";
/// let report = MemoryArchive.read(Arc::new(package.as_bytes().to_vec()), Progress::new(), dumpus_ports::CancellationToken::new()).await.unwrap();
/// assert_eq!(&*report.owner.name, "ann");
/// assert_eq!(report.activity().count(), 1);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryArchive;

/// What the first line says.
const HEAD: &str = "dumpus observations";

#[async_trait]
impl ArchiveReader for MemoryArchive {
    async fn read(
        &self,
        package: Arc<dyn PackageBytes>,
        progress: Arc<Progress>,
        cancel: CancellationToken,
    ) -> Result<Report, ArchiveError> {
        let mut bytes = vec![0; usize::try_from(package.size()).unwrap_or(0)];
        package.read_exact_at(0, &mut bytes).map_err(ArchiveError::Storage)?;
        progress.expect(package.size());
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(ArchiveError::NotAnArchive(ArchiveDefect::NoDirectory));
        }
        let mut reading = Reading::default();
        for line in lines.filter(|line| !line.is_empty()) {
            if cancel.is_cancelled() {
                return Err(ArchiveError::Cancelled);
            }
            reading.line(&Line::new(line))?;
        }
        if cancel.is_cancelled() {
            return Err(ArchiveError::Cancelled);
        }
        progress.advance(package.size());
        reading.finish()
    }
}

/// A word and its fields.
struct Line<'a> {
    word: &'a str,
    fields: &'a str,
}

impl<'a> Line<'a> {
    fn new(line: &'a str) -> Self {
        let (word, fields) = line.split_once('\t').unwrap_or((line, ""));
        Self { word, fields }
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name.as_bytes())
    }

    fn value(&self, key: &[u8]) -> Option<&'a str> {
        let mut fields = self.fields.split('\t').filter_map(|field| field.split_once('='));
        fields.find(|(of, _)| of.as_bytes() == key).map(|(_, value)| value)
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    fn section(&self) -> Option<Section> {
        Some(match self.word {
            "owner" | "relationship" => Section::Account,
            "payment" => Section::Payments,
            "label" | "channel" | "message" => Section::Messages,
            "guild" => Section::Servers,
            "event" => Section::Activity,
            _ => return None,
        })
    }
}

struct Reading {
    analysis: Analysis,
    labels: Labels,
    channel: Option<ChannelFold>,
    events: EventFold,
    seen: Vec<Section>,
}

impl Default for Reading {
    fn default() -> Self {
        let budget = Arc::new(Budget::new(FoldLimits::default()));
        Self {
            analysis: Analysis::new(),
            labels: Labels::default(),
            channel: None,
            events: EventFold::new(0, DayWindow::until(None), budget),
            seen: Vec::new(),
        }
    }
}

impl Reading {
    fn line(&mut self, line: &Line<'_>) -> Result<(), ArchiveError> {
        let Some(section) = line.section() else {
            self.seen.push(Section::Activity);
            self.analysis
                .losses()
                .damage(Section::Activity, "lines could not be read");
            return Ok(());
        };
        self.seen.push(section);
        let id = line.text("id").unwrap_or_default();
        match line.word {
            "owner" => self.analysis.profile(&Profile {
                id,
                username: line.text("username"),
                global_name: line.text("global_name"),
                avatar_hash: line.text("avatar_hash"),
            }),
            "relationship" => self.analysis.relationship(&Relationship {
                user_id: id,
                username: line.text("username"),
                global_name: line.text("global_name"),
                avatar_hash: line.text("avatar_hash"),
            }),
            "payment" => self.analysis.payment(&payment(line)),
            "label" => self.labels.insert(id, line.text("name")),
            "guild" => self.analysis.guild(id, line.text("name")),
            "channel" => {
                self.end_channel();
                self.channel = Some(ChannelFold::new(&channel(line, id), DayWindow::until(None)));
            }
            "message" => self.message(line),
            _ => self.event(line)?,
        }
        Ok(())
    }

    fn message(&mut self, line: &Line<'_>) {
        let Some(channel) = &mut self.channel else {
            let words = "messages belong to no channel";
            return self.analysis.losses().damage(Section::Messages, words);
        };
        channel.observe(&Message {
            id: line.text("id").and_then(|id| id.parse().ok()),
            time: line.text("timestamp").and_then(parse_time),
            sentiment: line.number("sentiment").and_then(|score| i32::try_from(score).ok()),
        });
    }

    fn event(&mut self, line: &Line<'_>) -> Result<(), ArchiveError> {
        let Some(event_type) = line.text("event_type") else {
            self.events.unreadable_line();
            return Ok(());
        };
        self.events.typed_line();
        let fields = EventFields::KEYS.map(|key| line.value(key));
        self.events.user(&fields.user_id().unwrap_or_default())?;
        if let Some(event_type) = EventType::of(event_type.as_bytes()) {
            self.events.observe(&fields.event(event_type))?;
        }
        Ok(())
    }

    fn end_channel(&mut self) {
        if let Some(channel) = self.channel.take() {
            self.analysis.channel(channel.finish());
        }
    }

    fn finish(mut self) -> Result<Report, ArchiveError> {
        self.end_channel();
        self.analysis.events(Events::merge(vec![self.events]));
        for section in Section::ALL {
            if !self.seen.contains(&section) {
                self.analysis.losses().missing(section);
            }
        }
        Ok(self.analysis.finish(&self.labels)?)
    }
}

fn payment<'a>(line: &Line<'a>) -> Payment<'a> {
    Payment {
        id: line.text("id"),
        time: line.text("created_at").and_then(parse_time),
        amount: line.number("amount"),
        amount_refunded: line.number("amount_refunded").or(Some(0)),
        currency: line.text("currency"),
        description: line.text("description"),
        is_virtual: is_virtual(line.text("currency")),
        is_incomplete: is_incomplete(line.number("status")),
    }
}

fn channel<'a>(line: &Line<'a>, id: &'a str) -> Channel<'a> {
    Channel {
        id,
        kind: line.text("type").and_then(channel_kind),
        name: line.text("name"),
        guild_id: line.text("guild_id"),
        guild_name: line.text("guild_name"),
        recipients: line
            .text("recipients")
            .map(|ids| ids.split(',').map(recipient).collect()),
    }
}

impl<'a> FieldValue<'a> for &'a str {
    fn text(self, max: usize) -> Field<'a> {
        (self.len() <= max).then_some(self.into())
    }

    fn integer(self, max: usize) -> Option<i64> {
        self.parse().ok().filter(|_| self.len() <= max)
    }
}
