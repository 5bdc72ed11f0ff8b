//! Reads the folder of one channel.

use std::borrow::Cow;

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::observation::Channel;
use dumpus_ports::domain::analysis::{ChannelFold, Losses};
use dumpus_ports::domain::layout::ChannelFolder;
use dumpus_ports::domain::report::Section;

use super::context::ReadContext;
use super::document::{self, UNREADABLE};
use super::json::{Elements, Members, Value, document_members};
use super::messages::Messages;
use super::{messages_csv, messages_json};
use crate::archive_zip::container::{SlidingBuffer, Unpacker};
use crate::export_format::{channel_kind, is_id, recipient};

/// Groups have ten people or a few more; what a hostile list holds beyond this is not kept.
const RECIPIENTS: usize = 100;

/// Ids have at most 20 digits.
const LONGEST_ID: usize = 64;

/// Reads the channel and its messages.
pub(super) fn read(
    context: &ReadContext,
    unpacker: &mut Unpacker,
    buffer: &mut SlidingBuffer,
    folder: &ChannelFolder,
) -> Result<(ChannelFold, Losses), ArchiveError> {
    let mut losses = Losses::default();
    let mut fold = match folder.channel {
        Some(entry) => {
            let bytes = document::read(context, unpacker, entry, Section::Messages, &mut losses)?;
            let described = Described::read(&bytes, context, &mut losses);
            ChannelFold::new(&described.channel(&folder.id), context.window)
        }
        None => ChannelFold::new(
            &Channel {
                id: &folder.id,
                ..Channel::default()
            },
            context.window,
        ),
    };
    context.budget.channel(&fold)?;
    if folder.messages_json.is_some() && folder.messages_csv.is_some() {
        fold.count_ids_once();
    }
    let mut messages = Messages::new(context, fold, losses);
    if let Some(entry) = folder.messages_json {
        messages_json::read(context, unpacker, buffer, entry, &mut messages)?;
    }
    if let Some(entry) = folder.messages_csv {
        messages_csv::read(context, unpacker, entry, &mut messages)?;
    }
    messages.finish()
}

/// Wanted members of `channel.json`.
#[derive(Default)]
struct Described<'a> {
    id: Option<Cow<'a, str>>,
    kind: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    guild_id: Option<Cow<'a, str>>,
    guild_name: Option<Cow<'a, str>>,
    recipients: Option<Vec<Cow<'a, str>>>,
}

impl<'a> Described<'a> {
    fn read(bytes: &'a [u8], context: &ReadContext, losses: &mut Losses) -> Self {
        let nesting = context.limits.nesting;
        let mut described = Self::default();
        let Some(mut members) = document_members(bytes, nesting) else {
            losses.damage(Section::Messages, UNREADABLE);
            return described;
        };
        loop {
            match members.next() {
                Ok(Some((b"id", value))) => described.id = id(value),
                Ok(Some((b"type", value))) => described.kind = value.text(),
                Ok(Some((b"name", value))) => described.name = value.text(),
                Ok(Some((b"guild", value))) => described.guild(value.members(nesting)),
                Ok(Some((b"recipients", value))) => described.recipients = recipients(value, nesting),
                Ok(Some(_)) => {}
                Ok(None) => return described,
                Err(_) => {
                    losses.damage(Section::Messages, UNREADABLE);
                    return described;
                }
            }
        }
    }

    fn guild(&mut self, mut members: Option<Members<'a>>) {
        while let Some(Ok(Some((key, value)))) = members.as_mut().map(Members::next) {
            match key {
                b"id" => self.guild_id = id(value),
                b"name" => self.guild_name = value.text(),
                _ => {}
            }
        }
    }

    fn channel<'b>(&'b self, folder_id: &'b str) -> Channel<'b> {
        let recipients = self.recipients.as_ref();
        Channel {
            id: self.id.as_deref().unwrap_or(folder_id),
            kind: self.kind.as_deref().and_then(channel_kind),
            name: self.name.as_deref(),
            guild_id: self.guild_id.as_deref(),
            guild_name: self.guild_name.as_deref(),
            recipients: recipients.map(|ids| ids.iter().map(|id| recipient(id)).collect()),
        }
    }
}

fn id(value: Value<'_>) -> Option<Cow<'_, str>> {
    value.text().filter(|id| is_id(id) && id.len() <= LONGEST_ID)
}

/// Ids, or people with ids.
fn recipients(value: Value<'_>, nesting: u32) -> Option<Vec<Cow<'_, str>>> {
    let Value::Array(raw) = value else { return None };
    let mut elements = Elements::of(raw, nesting);
    let mut recipients = Vec::new();
    while let Ok(Some(element)) = elements.next()
        && recipients.len() < RECIPIENTS
    {
        let mut found = id(element);
        let mut person = element.members(nesting);
        while let Some(Ok(Some((key, value)))) = person.as_mut().map(Members::next) {
            if key == b"id" {
                found = id(value);
            }
        }
        recipients.extend(found);
    }
    Some(recipients)
}
