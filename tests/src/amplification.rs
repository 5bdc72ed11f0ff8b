//! Small archives that would cost a careless reader much memory or time.

use std::fmt::Write as _;

use crate::hostile::{archive, options, package};

/// A package in which one person's avatar of `bytes` bytes belongs to each of `conversations` conversations.
#[must_use]
pub fn long_avatar(bytes: usize, conversations: u32) -> Vec<u8> {
    let avatar = "a".repeat(bytes);
    let user = format!(
        r#"{{"id":"1","username":"x","relationships":[{{"id":"2","user":{{"id":"2","username":"{avatar}","avatar":"{avatar}"}}}}]}}"#
    );
    archive(|archive| {
        archive.file("Account/user.json", options(), user.as_bytes())?;
        for number in 0..conversations {
            let id = 180_000_000_000_000_000 + u64::from(number);
            let channel = format!(r#"{{"id":"{id}","type":1,"recipients":["1","2"]}}"#);
            archive.file(&format!("Messages/c{id}/channel.json"), options(), channel.as_bytes())?;
        }
        Ok(())
    })
}

/// A package with `channels` channels of a guild whose name has `bytes` bytes.
#[must_use]
pub fn long_guild_name(bytes: usize, channels: u32) -> Vec<u8> {
    let name = "g".repeat(bytes);
    let mut index = String::from("{\"0\":\"x\"");
    for number in 0..channels {
        let id = 180_000_000_000_000_000 + u64::from(number);
        write!(index, ",\"{id}\":\"place in {number}\"").ok();
    }
    index.push('}');
    archive(|archive| {
        archive.file("Account/user.json", options(), br#"{"id":"1","username":"x"}"#)?;
        archive.file(
            "Servers/index.json",
            options(),
            format!(r#"{{"9":"{name}"}}"#).as_bytes(),
        )?;
        archive.file("Messages/index.json", options(), index.as_bytes())?;
        for number in 0..channels {
            let id = 180_000_000_000_000_000 + u64::from(number);
            let channel = format!(r#"{{"id":"{id}","type":0,"guild":{{"id":"9","name":"y"}}}}"#);
            archive.file(&format!("Messages/c{id}/channel.json"), options(), channel.as_bytes())?;
        }
        Ok(())
    })
}

/// A package with two files of messages that have these ids, so that repeated ids have to be found.
#[must_use]
pub fn message_ids(ids: impl Iterator<Item = u64>) -> Vec<u8> {
    let mut messages = String::from("[");
    for id in ids {
        let comma = if messages.len() > 1 { "," } else { "" };
        write!(
            messages,
            r#"{comma}{{"ID":{id},"Timestamp":"2024-01-01 00:00:00","Contents":""}}"#
        )
        .ok();
    }
    messages.push(']');
    package(|archive| {
        archive.file(
            "Messages/c180000000000000011/messages.json",
            options(),
            messages.as_bytes(),
        )?;
        let csv = b"ID,Timestamp,Contents,Attachments\n";
        archive.file("Messages/c180000000000000011/messages.csv", options(), csv)?;
        Ok(())
    })
}

/// `count` ids that all fall into one bucket of a table of up to `count` elements with the hash of `rustc-hash` 2.1, a fast
/// hash without a seed: a rotated product with a constant, which can be inverted.
pub fn colliding_ids(count: u64) -> impl Iterator<Item = u64> {
    const FACTOR: u64 = 0xF135_7AEA_2E62_A9C5;
    // Newton's iteration doubles the correct bits.
    let inverse = (0..6).fold(FACTOR, |inverse, _| {
        inverse.wrapping_mul(2_u64.wrapping_sub(FACTOR.wrapping_mul(inverse)))
    });
    (1..=count).map(move |number| (number << 24).rotate_right(26).wrapping_mul(inverse))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archives_are_small() {
        assert!(long_avatar(4 << 20, 100).len() < 100_000);
        assert!(long_guild_name(1 << 20, 100).len() < 100_000);
        assert!(message_ids(colliding_ids(1_000)).len() < 100_000);
    }

    #[test]
    fn the_ids_collide() {
        let hash = |id: u64| id.wrapping_mul(0xF135_7AEA_2E62_A9C5).rotate_left(26);
        assert!(colliding_ids(1_000).all(|id| hash(id).trailing_zeros() >= 24 && hash(id) >> 57 == 0));
    }
}
