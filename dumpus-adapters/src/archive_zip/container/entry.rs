//! What the directory declares of an entry.

/// An entry, as the directory declares it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// Where its local header begins.
    pub(super) header_start: u64,
    /// Not more than the archive has.
    pub(crate) packed: u64,
    pub(crate) unpacked: u64,
    pub(super) crc: u32,
    pub(super) method: Method,
    /// Where its header in the directory begins.
    pub(super) directory_start: u64,
}

/// How an entry is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Stored,
    Deflated,
    /// Any of the methods that packages are not made with.
    Unknown,
    Encrypted,
}
