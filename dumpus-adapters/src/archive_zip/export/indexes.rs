//! Reads the indexes: what channels and guilds are called.

use std::borrow::Cow;

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::Analysis;
use dumpus_ports::domain::layout::Layout;
use dumpus_ports::domain::report::Section;

use super::context::ReadContext;
use super::document::{self, UNREADABLE};
use super::json::{Members, document_members, unescaped};
use crate::archive_zip::container::Unpacker;
use crate::export_format::Labels;

/// Reads the index of the messages.
pub(super) fn read_messages(
    context: &ReadContext,
    unpacker: &mut Unpacker,
    layout: &Layout,
    analysis: &mut Analysis,
) -> Result<Labels, ArchiveError> {
    let mut labels = Labels::default();
    let Some(entry) = layout.messages_index else {
        return Ok(labels);
    };
    let bytes = document::read(context, unpacker, entry, Section::Messages, analysis.losses())?;
    let read = texts(context, &bytes, |id, label| labels.insert(id, label));
    analysis.losses().note(Section::Messages, read);
    Ok(labels)
}

/// Reads the index of the servers, or where there is none to be read the file of each server.
pub(super) fn read_servers(
    context: &ReadContext,
    unpacker: &mut Unpacker,
    layout: &Layout,
    analysis: &mut Analysis,
) -> Result<(), ArchiveError> {
    if let Some(entry) = layout.servers_index {
        let bytes = document::read(context, unpacker, entry, Section::Servers, analysis.losses())?;
        let read = texts(context, &bytes, |id, name| {
            if is_digits(id) {
                analysis.guild(id, name);
            }
        });
        analysis.losses().note(Section::Servers, read);
        if !analysis.losses().is_damaged(Section::Servers) {
            return Ok(());
        }
    }
    for (folder_id, entry) in &layout.guilds {
        let bytes = document::read(context, unpacker, *entry, Section::Servers, analysis.losses())?;
        let (mut id, mut name): (Option<Cow<'_, str>>, Option<Cow<'_, str>>) = (None, None);
        let mut members = document_members(&bytes, context.limits.nesting);
        if members.is_none() {
            analysis.losses().damage(Section::Servers, UNREADABLE);
        }
        while let Some(member) = members.as_mut().map(Members::next) {
            match member {
                Ok(Some((b"id", value))) => id = value.text().filter(|id| is_digits(id)),
                Ok(Some((b"name", value))) => name = value.text(),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => {
                    analysis.losses().damage(Section::Servers, UNREADABLE);
                    break;
                }
            }
        }
        analysis.guild(id.as_deref().unwrap_or(folder_id), name.as_deref());
    }
    Ok(())
}

fn is_digits(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Goes through an object of texts.
fn texts(context: &ReadContext, bytes: &[u8], mut report: impl FnMut(&str, Option<&str>)) -> Result<(), &'static str> {
    let limits = &context.limits;
    let Some(mut members) = document_members(bytes, limits.nesting) else {
        // An empty map that was written as a list.
        let is_empty_list = bytes.iter().filter(|byte| **byte > b' ').eq(b"[]");
        return if is_empty_list { Ok(()) } else { Err(UNREADABLE) };
    };
    for _ in 0..limits.document_rows {
        let Some((id, label)) = members.next().map_err(|_| UNREADABLE)? else {
            return Ok(());
        };
        report(&unescaped(id), label.text().as_deref());
    }
    Err("lists were too long")
}
