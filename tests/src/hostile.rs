//! Malicious archives, and archives that were damaged on the way.
//!
//! Most start as a minimal package, so that a reader gets further before it notices.

use std::io::{self, Cursor, Write};

use crate::{
    archive::{ArchiveWriter, Damage, EntryOptions},
    calendar::day_number,
    rng::Rng,
};

pub(crate) type Archive = ArchiveWriter<Cursor<Vec<u8>>>;

const EVENTS: &str = "Activity/analytics/events-2026-00000-of-00001.json";
const MESSAGES: &str = "Messages/c180000000000000011/messages.json";
const EVENT: &[u8] = br#"{"event_type":"email_opened","event_id":"AQIC1","user_id":"170000000000000001","timestamp":"\"2024-01-01T18:23:01.005Z\""}"#;

pub(crate) fn options() -> EntryOptions {
    EntryOptions {
        day: day_number(2026, 2, 1),
        ..EntryOptions::default()
    }
}

#[expect(clippy::expect_used, reason = "writing to memory does not fail")]
pub(crate) fn archive(fill: impl FnOnce(&mut Archive) -> io::Result<()>) -> Vec<u8> {
    let mut archive = ArchiveWriter::new(Cursor::new(Vec::new()), 9);
    fill(&mut archive).expect("writing to memory");
    archive.finish().expect("writing to memory").0.into_inner()
}

/// A package with one account, one conversation and `more`.
pub(crate) fn package(more: impl FnOnce(&mut Archive) -> io::Result<()>) -> Vec<u8> {
    archive(|archive| {
        for (name, content) in [
            (
                "Account/user.json",
                r#"{"id":"170000000000000001","username":"someone"}"#,
            ),
            (
                "Messages/index.json",
                r#"{"180000000000000011":"Direct Message with other#0"}"#,
            ),
            (
                "Messages/c180000000000000011/channel.json",
                r#"{"id":"180000000000000011","type":1,"recipients":["170000000000000001","170000000000000002"]}"#,
            ),
            ("Servers/index.json", "{}"),
            (
                "Servers/180000000000000010/guild.json",
                r#"{"id":"180000000000000010","name":"x"}"#,
            ),
        ] {
            archive.file(name, options(), content.as_bytes())?;
        }
        more(archive)
    })
}

fn repeated(archive: &mut Archive, name: &str, piece: &[u8], times: u64) -> io::Result<()> {
    let mut entry = archive.entry(
        name,
        EntryOptions {
            zip64: true,
            ..options()
        },
    )?;
    for _ in 0..times {
        entry.write_all(piece)?;
    }
    entry.finish().map(|_| ())
}

/// A package whose event file has `bytes` bytes and a compression ratio of a thousand.
#[must_use]
pub fn bomb(bytes: u64) -> Vec<u8> {
    let piece = vec![b'\n'; 64 * 1024];
    package(|archive| repeated(archive, EVENTS, &piece, bytes.div_ceil(piece.len() as u64)))
}

/// A package of `entries` event files of `bytes` each, so that no single one is large.
#[must_use]
pub fn bomb_of_many(entries: u32, bytes: u64) -> Vec<u8> {
    let piece = [b' '; 16 * 1024];
    package(|archive| {
        for shard in 0..entries {
            let name = format!("Activity/tns/events-2026-{shard:05}-of-{entries:05}.json");
            repeated(archive, &name, &piece, bytes.div_ceil(piece.len() as u64))?;
        }
        Ok(())
    })
}

/// Nested archives, `depth` levels deep; the innermost is a bomb of `bytes`.
#[must_use]
pub fn nested(depth: u32, bytes: u64) -> Vec<u8> {
    (0..depth).fold(bomb(bytes), |inner, _| {
        package(|archive| archive.file("Activity/inner.zip", options(), &inner).map(|_| ()))
    })
}

/// An archive of `entries` empty files.
#[must_use]
pub fn many_entries(entries: u32) -> Vec<u8> {
    let options = EntryOptions {
        stored: true,
        ..options()
    };
    package(|archive| {
        for at in 0..entries {
            archive.file(&format!("Activity/{at}"), options, b"")?;
        }
        Ok(())
    })
}

/// A package with `channels` channels that all have the same id.
#[must_use]
pub fn duplicate_names(channels: u32) -> Vec<u8> {
    package(|archive| {
        for at in 0..channels {
            let content = format!("[{{\"ID\":{at},\"Timestamp\":\"2024-01-01 00:00:00\",\"Contents\":\"\"}}]");
            archive.file(MESSAGES, options(), content.as_bytes())?;
        }
        Ok(())
    })
}

/// Names that escape the folder they are extracted to, or that are invalid.
#[must_use]
pub fn path_traversal() -> Vec<u8> {
    let long = format!("Messages/{}/channel.json", "c".repeat(60_000));
    let names = [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\Windows\\system32\\drivers\\etc\\hosts",
        "..\\..\\user.json",
        "Messages/../../c180000000000000012/channel.json",
        "Account/../Account/user.json",
        "Activity/analytics/../../../events-2026-00000-of-00001.json",
        "",
        "/",
        "//",
        ".",
        "..",
        "Account/user.json/",
        "Messages/c180000000000000013/\0channel.json",
        "con",
        &long,
    ];
    package(|archive| {
        for name in names {
            archive.file(name, options(), b"{}")?;
        }
        Ok(())
    })
}

/// A package in which every entry except the account is damaged in the same way.
#[must_use]
pub fn damaged(damage: Damage) -> Vec<u8> {
    let options = EntryOptions {
        damage: Some(damage),
        ..options()
    };
    package(|archive| {
        archive.file(MESSAGES, options, b"[]")?;
        archive.file(EVENTS, options, EVENT).map(|_| ())
    })
}

/// Encrypted entries.
#[must_use]
pub fn encrypted() -> Vec<u8> {
    damaged(Damage::Encrypted)
}

/// Entries with an unknown compression method.
#[must_use]
pub fn unknown_method() -> Vec<u8> {
    damaged(Damage::UnknownMethod)
}

/// A package whose directory claims that the event file has `bytes` bytes uncompressed.
#[must_use]
pub fn absurd_unpacked_size(bytes: u32) -> Vec<u8> {
    let mut package = package(|archive| archive.file(EVENTS, options(), EVENT).map(|_| ()));
    patch_last_record(&mut package, 24, &bytes.to_le_bytes());
    package
}

/// A package whose directory claims that the event file has `bytes` bytes compressed.
#[must_use]
pub fn absurd_packed_size(bytes: u32) -> Vec<u8> {
    let mut package = package(|archive| archive.file(EVENTS, options(), EVENT).map(|_| ()));
    patch_last_record(&mut package, 20, &bytes.to_le_bytes());
    package
}

/// A package whose zip64 fields claim 2^63 - 1 bytes.
#[must_use]
pub fn absurd_zip64_sizes() -> Vec<u8> {
    let options = EntryOptions {
        zip64: true,
        ..options()
    };
    let mut package = package(|archive| archive.file(EVENTS, options, EVENT).map(|_| ()));
    let field = 46 + EVENTS.len() + 4;
    let sizes = [i64::MAX.to_le_bytes(), i64::MAX.to_le_bytes()].concat();
    patch_last_record(&mut package, field, &sizes);
    package
}

/// A package whose directory claims that the last entry begins at `offset`.
#[must_use]
pub fn absurd_offset(offset: u32) -> Vec<u8> {
    let mut package = package(|archive| archive.file(EVENTS, options(), EVENT).map(|_| ()));
    patch_last_record(&mut package, 42, &offset.to_le_bytes());
    package
}

/// A package whose end record claims `entries` entries and a directory at `offset`.
#[must_use]
pub fn absurd_directory(entries: u16, offset: u32) -> Vec<u8> {
    let mut package = package(|archive| archive.file(EVENTS, options(), EVENT).map(|_| ()));
    let end = package.len() - 22;
    package[end + 8..end + 10].copy_from_slice(&entries.to_le_bytes());
    package[end + 10..end + 12].copy_from_slice(&entries.to_le_bytes());
    package[end + 16..end + 20].copy_from_slice(&offset.to_le_bytes());
    package
}

fn patch_last_record(package: &mut [u8], at: usize, bytes: &[u8]) {
    let record = package.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap_or(0);
    package[record + at..record + at + bytes.len()].copy_from_slice(bytes);
}

/// The first `length` bytes of an archive.
#[must_use]
pub fn truncated(archive: &[u8], length: usize) -> Vec<u8> {
    archive[..length.min(archive.len())].to_vec()
}

/// An archive with `flips` random bits inverted.
#[must_use]
pub fn bit_flips(archive: &[u8], seed: u64, flips: u32) -> Vec<u8> {
    let mut rng = Rng::new(seed).fork("bit flips");
    let mut flipped = archive.to_vec();
    if !flipped.is_empty() {
        for _ in 0..flips {
            let at = rng.index(flipped.len());
            flipped[at] ^= 1 << rng.below(8);
        }
    }
    flipped
}

/// Random bytes; half of the time they end like an archive.
#[must_use]
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut rng = Rng::new(seed).fork("noise");
    let mut bytes: Vec<_> = (0..length).map(|_| rng.next().to_le_bytes()[0]).collect();
    if rng.chance(50) {
        bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        bytes.extend((0..10).map(|_| rng.next().to_le_bytes()[0]));
    }
    bytes
}

/// A package with an event line, a channel's contents and a CSV field of `bytes` each.
#[must_use]
pub fn long_lines(bytes: u64) -> Vec<u8> {
    let piece = vec![b'x'; 64 * 1024];
    let times = bytes.div_ceil(piece.len() as u64);
    package(|archive| {
        for (name, before, after) in [
            (
                EVENTS,
                br#"{"event_type":"email_opened","event_id":"AQIC2","extra":""#.as_slice(),
                b"\",\"timestamp\":\"\\\"2024-01-01T18:23:01.005Z\\\"\"}\n".as_slice(),
            ),
            (MESSAGES, br#"[{"ID":1190000000000000012,"Contents":""#, b"\"}]"),
            (
                "Messages/c180000000000000011/messages.csv",
                b"ID,Timestamp,Contents,Attachments\n1190000000000000013,2024-01-01 00:00:00+00:00,\"",
                b"",
            ),
        ] {
            let mut entry = archive.entry(
                name,
                EntryOptions {
                    zip64: true,
                    ..options()
                },
            )?;
            entry.write_all(before)?;
            for _ in 0..times {
                entry.write_all(&piece)?;
            }
            entry.write_all(after)?;
            entry.finish()?;
        }
        Ok(())
    })
}

/// A package in which all JSON is nested `depth` levels deep.
#[must_use]
pub fn deep_json(depth: usize) -> Vec<u8> {
    let lists = [b"[".repeat(depth), b"]".repeat(depth)].concat();
    let objects = [br#"{"a":"#.repeat(depth), b"1".to_vec(), b"}".repeat(depth)].concat();
    let with = |before: &[u8], after: &[u8]| [before, lists.as_slice(), after].concat();
    archive(|archive| {
        let user = with(br#"{"id":"170000000000000001","username":"x","relationships":"#, b"}");
        archive.file("Account/user.json", options(), &user)?;
        archive.file(
            "Messages/index.json",
            options(),
            &with(br#"{"180000000000000011":"#, b"}"),
        )?;
        let channel = "Messages/c180000000000000011/channel.json";
        archive.file(channel, options(), &with(br#"{"type":1,"recipients":"#, b"}"))?;
        archive.file(MESSAGES, options(), &with(br#"[{"ID":1,"Contents":"#, b"}]"))?;
        archive.file("Servers/index.json", options(), &objects)?;
        let guild = "Servers/180000000000000010/guild.json";
        archive.file(guild, options(), &objects)?;
        let line = with(
            br#"{"event_type":"email_opened","event_id":"AQIC3","nested":"#,
            b",\"timestamp\":\"2024-01-01T18:23:01Z\"}\n",
        );
        archive.file(EVENTS, options(), &[lists.as_slice(), b"\n", &line].concat())?;
        let payments = "Account/user_data_exports/discord_billing/payments.json";
        archive.file(payments, options(), &with(br#"{"records":"#, b"}"))?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn open(archive: &[u8]) -> zip::result::ZipResult<zip::ZipArchive<Cursor<&[u8]>>> {
        zip::ZipArchive::new(Cursor::new(archive))
    }

    #[test]
    fn a_bomb_is_small_and_has_the_requested_size_unpacked() {
        let archive = bomb(20_000_000);
        assert!(archive.len() < 60_000, "{}", archive.len());
        let mut opened = open(&archive).unwrap();
        assert!(opened.by_name(EVENTS).unwrap().size() >= 20_000_000);
        assert!(nested(3, 1_000_000).len() < 40_000);
        assert_eq!(open(&many_entries(70_000)).unwrap().len(), 70_005);
        assert_eq!(open(&bomb_of_many(50, 100_000)).unwrap().len(), 55);
    }

    #[test]
    fn damaged_entries_cannot_be_read() {
        for damage in [
            Damage::Encrypted,
            Damage::UnknownMethod,
            Damage::BrokenDeflate,
            Damage::WrongCrc,
        ] {
            let archive = damaged(damage);
            let mut opened = open(&archive).unwrap();
            let mut content = Vec::new();
            let outcome = opened
                .by_name(EVENTS)
                .map_err(io::Error::other)
                .and_then(|mut entry| entry.read_to_end(&mut content));
            assert!(outcome.is_err(), "{damage:?}");
            assert_eq!(content.is_empty(), damage != Damage::WrongCrc, "{damage:?}");
        }
    }

    #[test]
    fn every_hostile_archive_can_be_generated() {
        let archives = [
            path_traversal(),
            duplicate_names(5),
            absurd_unpacked_size(u32::MAX - 1),
            absurd_packed_size(u32::MAX - 1),
            absurd_zip64_sizes(),
            absurd_offset(u32::MAX - 1),
            absurd_directory(u16::MAX - 1, 0),
            long_lines(200_000),
            deep_json(5000),
            noise(1, 500),
        ];
        assert!(archives.iter().all(|archive| archive.len() > 400));
        let whole = &archives[0];
        assert_eq!(truncated(whole, 50).len(), 50);
        assert_eq!(bit_flips(whole, 3, 9), bit_flips(whole, 3, 9));
        assert_ne!(&bit_flips(whole, 3, 1), whole);
    }
}
