//! How Discord spells things in its exports, for every reader of them.

mod events;
mod labels;
mod time;
mod values;

pub(crate) use self::events::{EventFields, EventType, FieldValue};
pub(crate) use self::labels::Labels;
pub(crate) use self::time::{Times, parse_time};
pub(crate) use self::values::{channel_kind, is_id, is_incomplete, is_virtual, recipient};
