//! Addresses of pictures on Discord's content network.

use std::fmt::Display;

pub(crate) const CDN: &str = "https://cdn.discordapp.com";

/// A user's own avatar.
pub(crate) fn avatar(user_id: impl Display, hash: &str) -> String {
    format!("{CDN}/avatars/{user_id}/{hash}.{}", extension(hash))
}

/// Animated pictures have hashes that begin with `a_`.
pub(crate) fn extension(hash: &str) -> &'static str {
    if hash.starts_with("a_") { "gif" } else { "png" }
}
