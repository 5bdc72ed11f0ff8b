//! Packages made to measure, each with the truth about it, and archives that nobody should trust.
//!
//! [`generate()`] writes the package that a [`PackageSpec`] describes and gives the [`Truth`]: the rows that an
//! analysis must find. The truth is noted down while writing; no part of the product is used for it, so that it can
//! judge all of them.

mod account;
mod archive;
pub mod calendar;
mod channels;
mod events;
mod generate;
pub mod hostile;
mod layout;
mod messages;
mod payments;
mod quirk;
mod rng;
mod spec;
mod tally;
mod truth;
mod world;

pub use archive::{ArchiveWriter, Damage, EntryOptions, EntrySize, EntryWriter};
pub use generate::{generate, generate_in_memory};
pub use quirk::Quirk;
pub use rng::Rng;
pub use spec::{Folder, Generation, Language, LineWidth, PackageSpec, Section};
pub use truth::{
    ActivityRow, ArchiveFacts, DmChannelRow, EventEntry, GroupChannelRow, GuildChannelRow,
    GuildRow, OwnerRow, PaymentRow, SectionStatus, SessionRow, Truth, VoiceSessionRow, Window,
};
