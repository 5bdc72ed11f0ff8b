//! Key-value pairs, each followed by a comma.

use super::event::{Duration, Os};
use crate::calendar;

pub(super) fn push_text_pair(out: &mut Vec<u8>, key: &str, text: &str) {
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":\"");
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(b"\",");
}

pub(super) fn push_id(out: &mut Vec<u8>, id: u64, is_number: bool) {
    let quote: &[u8] = if is_number { b"" } else { b"\"" };
    out.extend_from_slice(quote);
    calendar::push_number(out, id);
    out.extend_from_slice(quote);
}

pub(super) fn push_id_pair(out: &mut Vec<u8>, key: &str, id: Option<u64>, is_number: bool) {
    if let Some(id) = id {
        out.push(b'"');
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
        push_id(out, id, is_number);
        out.push(b',');
    }
}

pub(super) fn push_duration(out: &mut Vec<u8>, duration: Duration, is_number: bool) {
    match duration {
        Duration::Milliseconds(ms) if is_number => {
            out.extend_from_slice(format!("\"duration\":{ms},").as_bytes());
        }
        Duration::Milliseconds(ms) => push_text_pair(out, "duration", &ms.to_string()),
        Duration::Unreadable => push_text_pair(out, "duration", "a while"),
        Duration::Absent => {}
    }
}

pub(super) fn push_os(out: &mut Vec<u8>, os: Os) {
    match os {
        Os::Named(name) => push_text_pair(out, "os", name),
        Os::Quoted(name) => push_text_pair(out, "os", &format!("\\\"{name}\\\"")),
        Os::Empty => push_text_pair(out, "os", ""),
        Os::Absent => {}
    }
}
