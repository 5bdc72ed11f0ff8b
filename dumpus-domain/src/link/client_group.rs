//! Which clients links came from, as far as a worker may know.

/// One of 256 groups that the clients of an instance are divided into. Clients of different groups are different clients;
/// a group is too large to identify one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientGroup(pub u8);

impl ClientGroup {
    /// The group and the address, as they are sealed.
    pub(super) fn prefix(self, address: &str) -> String {
        format!("{:02x} {address}", self.0)
    }

    /// The inverse of [`ClientGroup::prefix`]. No address begins with two hexadecimal digits and a space.
    pub(super) fn split(sealed: &str) -> (Option<Self>, &str) {
        let split = sealed.split_at_checked(2).and_then(|(group, rest)| {
            let group = u8::from_str_radix(group, 16).ok()?;
            Some((Some(Self(group)), rest.strip_prefix(' ')?))
        });
        split.unwrap_or((None, sealed))
    }
}
