//! The secrets of a package. They are zeroed when they are dropped, and cannot be printed.

use std::fmt;

use zeroize::Zeroizing;

/// The key in a package's link. It proves ownership of the package and decrypts the result; it is never stored.
///
/// It cannot be printed:
/// ```compile_fail
/// let key = dumpus_domain::secret::UpnKey::new("secret");
/// println!("{key}");
/// ```
#[derive(PartialEq, Eq)]
pub struct UpnKey(Zeroizing<String>);

impl UpnKey {
    /// From the text of a key. Deriving an id from it shows which package it owns.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text of the key, for key derivation.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The text of a package's link, which contains its key. An address that was opened from the queue is to be parsed by the
/// policy of the process that requests it.
#[derive(PartialEq, Eq)]
pub struct LinkAddress(Zeroizing<String>);

impl LinkAddress {
    /// From the text of a link.
    #[must_use]
    pub const fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The text of the link, to seal, to parse or to request.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LinkAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkAddress(redacted)")
    }
}

impl fmt::Debug for UpnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UpnKey(redacted)")
    }
}
