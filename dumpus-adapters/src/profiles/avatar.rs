//! URLs of images on Discord's content delivery network.

use crate::discord_cdn::{CDN, avatar, extension};

/// A user's avatar, or the default that Discord shows instead.
pub(super) fn of_user(id: u64, hash: Option<&str>, discriminator: Option<u64>) -> String {
    if let Some(hash) = hash.filter(|hash| is_hash(hash)) {
        return avatar(id, hash);
    }
    let number = match discriminator {
        // Accounts from before 2023 that still have a discriminator.
        Some(number) if number != 0 => number % 5,
        _ => (id >> 22) % 6,
    };
    format!("{CDN}/embed/avatars/{number}.png")
}

/// A server's icon.
pub(super) fn of_guild(id: u64, hash: Option<&str>) -> Option<String> {
    let hash = hash.filter(|hash| is_hash(hash))?;
    Some(format!("{CDN}/icons/{id}/{hash}.{}", extension(hash)))
}

fn is_hash(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: u64 = 80_351_110_224_678_912;

    #[test]
    fn animated_hashes_have_gif_urls() {
        let avatar = |hash| of_user(ID, Some(hash), None);
        assert_eq!(avatar("a_1f"), format!("{CDN}/avatars/{ID}/a_1f.gif"));
        assert_eq!(avatar("1f"), format!("{CDN}/avatars/{ID}/1f.png"));
        assert_eq!(of_guild(ID, Some("a_1f")), Some(format!("{CDN}/icons/{ID}/a_1f.gif")));
        assert_eq!(of_guild(ID, None), None);
    }

    #[test]
    fn falls_back_to_a_default_avatar() {
        let default = |discriminator| of_user(ID, None, discriminator);
        assert_eq!(default(Some(1337)), format!("{CDN}/embed/avatars/2.png"));
        let by_id = format!("{CDN}/embed/avatars/{}.png", (ID >> 22) % 6);
        assert_eq!(default(Some(0)), by_id);
        assert_eq!(default(None), by_id);
        assert_eq!(of_user(ID, Some(""), None), by_id);
        assert_eq!(of_user(ID, Some("../x"), None), by_id);
    }
}
