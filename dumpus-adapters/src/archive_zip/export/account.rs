//! Reads the account: the owner, the people they know, their payments.

use std::borrow::Cow;

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::observation::{Payment, Profile, Relationship};
use dumpus_ports::domain::analysis::{Analysis, Losses};
use dumpus_ports::domain::layout::Layout;
use dumpus_ports::domain::report::Section;

use super::context::ReadContext;
use super::document::{self, UNREADABLE};
use super::json::{self, Members, Value, document_members};
use crate::archive_zip::container::Unpacker;
use crate::export_format::{is_id, is_incomplete, is_virtual, parse_time};

/// Reads payments and account. Payments of the newer place come first: of two with one id the first is kept.
pub(super) fn read(
    context: &ReadContext,
    unpacker: &mut Unpacker,
    layout: &Layout,
    analysis: &mut Analysis,
) -> Result<(), ArchiveError> {
    let mut has_payments = false;
    if let Some(entry) = layout.payments {
        has_payments = true;
        let bytes = document::read(context, unpacker, entry, Section::Payments, analysis.losses())?;
        match json::document(&bytes, context.limits.nesting) {
            Ok(document) => payments(context, document, analysis),
            Err(_) => analysis.losses().damage(Section::Payments, UNREADABLE),
        }
    }
    let mut has_profile = false;
    for entry in &layout.profiles {
        if has_profile {
            context.archive.skip(*entry);
            continue;
        }
        let bytes = document::read(context, unpacker, *entry, Section::Account, analysis.losses())?;
        let account = Account::read(&bytes, context, analysis.losses());
        has_profile = account.report(context, analysis);
        has_payments |= has_profile && account.payments.is_some();
    }
    if !has_profile && !analysis.losses().is_damaged(Section::Account) {
        analysis.losses().missing(Section::Account);
    }
    if !has_payments {
        analysis.losses().missing(Section::Payments);
    }
    Ok(())
}

/// Wanted members of `user.json`.
#[derive(Default)]
struct Account<'a> {
    id: Option<Cow<'a, str>>,
    username: Option<Cow<'a, str>>,
    global_name: Option<Cow<'a, str>>,
    avatar_hash: Option<Cow<'a, str>>,
    relationships: Option<Value<'a>>,
    payments: Option<Value<'a>>,
}

impl<'a> Account<'a> {
    fn read(bytes: &'a [u8], context: &ReadContext, losses: &mut Losses) -> Self {
        let mut account = Self::default();
        let Some(mut members) = document_members(bytes, context.limits.nesting) else {
            losses.damage(Section::Account, UNREADABLE);
            return account;
        };
        loop {
            match members.next() {
                Ok(Some((b"id", value))) => account.id = value.text(),
                Ok(Some((b"username", value))) => account.username = value.text(),
                Ok(Some((b"global_name", value))) => account.global_name = value.text(),
                Ok(Some((b"avatar_hash", value))) => account.avatar_hash = value.text(),
                Ok(Some((b"relationships", value))) => account.relationships = Some(value),
                Ok(Some((b"payments", value))) => account.payments = Some(value),
                Ok(Some(_)) => {}
                Ok(None) => return account,
                Err(_) => {
                    losses.damage(Section::Account, UNREADABLE);
                    return account;
                }
            }
        }
    }

    /// Reports what was read. Returns whether it identifies an owner.
    fn report(&self, context: &ReadContext, analysis: &mut Analysis) -> bool {
        let Some(id) = self.id.as_deref().filter(|id| is_id(id)) else {
            return false;
        };
        analysis.profile(&Profile {
            id,
            username: self.username.as_deref(),
            global_name: self.global_name.as_deref(),
            avatar_hash: self.avatar_hash.as_deref(),
        });
        if let Some(value) = self.relationships {
            let (rows, damage) = document::rows(value, context);
            for row in rows {
                relationship(context, row, analysis);
            }
            analysis.losses().note(Section::Account, damage);
        }
        if let Some(value) = self.payments {
            payments(context, value, analysis);
        }
        true
    }
}

/// A row of an unknown shape is skipped.
fn relationship(context: &ReadContext, row: Value<'_>, analysis: &mut Analysis) {
    let nesting = context.limits.nesting;
    let (mut id, mut user) = (None, None);
    let Some(mut members) = row.members(nesting) else {
        return;
    };
    while let Ok(Some((key, value))) = members.next() {
        match key {
            b"id" => id = value.text(),
            b"user" => user = value.members(nesting),
            _ => {}
        }
    }
    let (mut user_id, mut username, mut global_name, mut avatar) = (None, None, None, None);
    while let Some(Ok(Some((key, value)))) = user.as_mut().map(Members::next) {
        match key {
            b"id" => user_id = value.text().filter(|id| is_id(id)),
            b"username" => username = value.text(),
            b"global_name" => global_name = value.text(),
            b"avatar" => avatar = value.text(),
            _ => {}
        }
    }
    if let Some(user_id) = user_id.or(id).filter(|id| is_id(id)) {
        analysis.relationship(&Relationship {
            user_id: &user_id,
            username: username.as_deref(),
            global_name: global_name.as_deref(),
            avatar_hash: avatar.as_deref(),
        });
    }
}

/// An envelope with `records`, a bare list, or a map.
fn payments(context: &ReadContext, document: Value<'_>, analysis: &mut Analysis) {
    let nesting = context.limits.nesting;
    let mut list = document;
    let mut members = document.members(nesting);
    while let Some(Ok(Some((key, value)))) = members.as_mut().map(Members::next) {
        if key == b"records" {
            list = value;
        }
    }
    let (rows, damage) = document::rows(list, context);
    for row in rows {
        payment(context, row, analysis);
    }
    analysis.losses().note(Section::Payments, damage);
}

const NULL: Value<'_> = Value::Bare(b"null");

fn payment(context: &ReadContext, row: Value<'_>, analysis: &mut Analysis) {
    let (mut id, mut created_at, mut currency, mut description) = (None, None, None, None);
    let (mut amount, mut amount_refunded, mut status) = (None, Some(0), None);
    let mut members = row.members(context.limits.nesting);
    while let Some(Ok(Some((key, value)))) = members.as_mut().map(Members::next) {
        match key {
            b"id" => id = value.text().filter(|id| is_id(id)),
            b"created_at" => created_at = value.text(),
            b"currency" => currency = value.text(),
            b"description" => description = value.text(),
            b"amount" => amount = value.whole_number(),
            b"amount_refunded" if value != NULL => amount_refunded = value.whole_number(),
            b"status" if value != NULL => status = Some(value.whole_number().unwrap_or(-1)),
            _ => {}
        }
    }
    analysis.payment(&Payment {
        id: id.as_deref(),
        time: created_at.as_deref().and_then(parse_time),
        amount,
        amount_refunded,
        currency: currency.as_deref(),
        description: description.as_deref(),
        is_virtual: is_virtual(currency.as_deref()),
        is_incomplete: is_incomplete(status),
    });
}
