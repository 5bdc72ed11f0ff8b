#![doc = include_str!("../README.md")]

mod account;
pub mod amplification;
mod archive;
pub mod calendar;
mod channels;
mod events;
mod generate;
pub mod hostile;
mod layout;
mod messages;
mod payments;
mod plan;
mod quirk;
mod rng;
mod spec;
mod tally;
mod truth;
mod world;
pub mod worst;
mod writer;

pub use archive::{ArchiveWriter, Damage, EntryOptions, EntrySize, EntryWriter};
pub use generate::{generate, generate_in_memory};
pub use quirk::Quirk;
pub use rng::Rng;
pub use spec::{Folder, Generation, Language, LineWidth, PackageSpec, Section};
pub use truth::{
    ActivityRow, ArchiveFacts, DmChannelRow, EventEntry, GroupChannelRow, GuildChannelRow, GuildRow, OwnerRow,
    PaymentRow, SectionStatus, SessionRow, Truth, VoiceSessionRow, Window,
};
