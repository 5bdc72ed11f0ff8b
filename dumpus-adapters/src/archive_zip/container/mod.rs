//! Reads ZIP archives: the directory, and entries as streams of unpacked bytes. Knows nothing of what is inside them.

mod archive;
mod directory;
mod entry;
mod sliding_buffer;
mod unpack;

pub(super) use self::archive::Archive;
pub(super) use self::entry::Entry;
pub(super) use self::sliding_buffer::SlidingBuffer;
pub(super) use self::unpack::{Unpacker, Unpacking};
