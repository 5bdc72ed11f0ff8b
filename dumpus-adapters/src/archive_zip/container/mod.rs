//! Reads ZIP archives: the directory, and entries as streams of unpacked bytes. Knows nothing of what is inside them.

mod archive;
mod directory;
mod entry;
mod unpack;
mod window;

pub(super) use self::archive::Archive;
pub(super) use self::entry::Entry;
pub(super) use self::unpack::{Unpacker, Unpacking};
pub(super) use self::window::Window;
