//! Reads small documents whole.

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::Losses;
use dumpus_ports::domain::report::Section;

use super::context::ReadContext;
use super::json::{Elements, SyntaxError, Value, without_bom};
use crate::archive_zip::container::Unpacker;

/// What is said of a document that is not JSON.
pub(super) const UNREADABLE: &str = "files could not be read";

/// The bytes of a document, without byte order mark; as many as could be unpacked.
pub(super) fn read(
    context: &ReadContext,
    unpacker: &mut Unpacker,
    entry: usize,
    section: Section,
    losses: &mut Losses,
) -> Result<Vec<u8>, ArchiveError> {
    let mut unpacking = unpacker.open(&context.archive, entry)?;
    if unpacking.declared_left() > context.limits.document_bytes {
        losses.damage(section, "files were too large to be read");
        return Ok(Vec::new());
    }
    let mut bytes = Vec::new();
    loop {
        // The declared size is a claim: memory follows what really comes.
        let held = bytes.len();
        let declared = usize::try_from(unpacking.declared_left()).unwrap_or(usize::MAX);
        bytes.resize(held + declared.clamp(1, held.max(64 * 1024)), 0);
        let count = unpacking.read(&mut bytes[held..])?;
        bytes.truncate(held + count);
        if count == 0 {
            break;
        }
    }
    if let Some(damage) = unpacking.damage() {
        losses.damage(section, damage.words());
    }
    let bom = bytes.len() - without_bom(&bytes).len();
    bytes.drain(..bom);
    Ok(bytes)
}

/// The rows of a list, or the values of a map that is used as one; those before a damage, and whether there was one.
pub(super) fn rows<'a>(value: Value<'a>, context: &ReadContext) -> (Vec<Value<'a>>, Result<(), &'static str>) {
    let limits = &context.limits;
    let mut rows = Vec::new();
    let mut elements = match value {
        Value::Array(raw) => Some(Elements::of(raw, limits.nesting)),
        _ => None,
    };
    let mut members = value.members(limits.nesting);
    loop {
        let next: Result<Option<Value<'a>>, SyntaxError> = match (&mut elements, &mut members) {
            (Some(elements), _) => elements.next(),
            (None, Some(members)) => members.next().map(|member| member.map(|(_, value)| value)),
            (None, None) => return (rows, Ok(())),
        };
        match next {
            Ok(Some(_)) if rows.len() as u64 >= limits.document_rows => return (rows, Err("lists were too long")),
            Ok(Some(row)) => rows.push(row),
            Ok(None) => return (rows, Ok(())),
            Err(_) => return (rows, Err(UNREADABLE)),
        }
    }
}
