//! The secret that a package's owner holds.

use std::fmt;

use zeroize::Zeroizing;

/// The key in a package's link. It proves who owns the package and decrypts the result; it is never stored.
///
/// It cannot be printed:
/// ```compile_fail
/// let key = dumpus_domain::secret::UpnKey::new("secret");
/// println!("{key}");
/// ```
#[derive(PartialEq, Eq)]
pub struct UpnKey(Zeroizing<String>);

impl UpnKey {
    /// Takes the text of a key. Whether it owns a package shows only when an id is derived from it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text of the key, for derivations.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UpnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UpnKey(redacted)")
    }
}
