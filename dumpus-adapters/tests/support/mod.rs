//! Archives built by hand, so that each field can be wrong.
#![expect(clippy::unwrap_used, reason = "a fixture that cannot be built fails the test")]

use std::io::Write;
use std::sync::Arc;

use dumpus_adapters::archive_zip::{ZipOptions, ZipReader};
use dumpus_ports::archive::{ArchiveError, ArchiveReader, Progress};
use dumpus_ports::domain::report::{Report, Section, SectionRow};
use flate2::Compression;
use flate2::write::DeflateEncoder;

pub(crate) const STORED: u16 = 0;
pub(crate) const DEFLATED: u16 = 8;

/// One entry; the fields are what the directory and the local header will say.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    pub(crate) data: Vec<u8>,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) crc: u32,
    pub(crate) unpacked: u32,
    /// What the directory says of the packed size; by default the truth.
    pub(crate) packed: Option<u32>,
    /// DOS date.
    pub(crate) date: u16,
    /// Place of the local header, when another than its own.
    pub(crate) header: Option<u32>,
}

impl Entry {
    pub(crate) fn deflated(name: &str, text: impl AsRef<[u8]>) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_ref()).unwrap();
        let data = encoder.finish().unwrap();
        Self {
            data,
            method: DEFLATED,
            ..Self::stored(name, text)
        }
    }

    pub(crate) fn stored(name: &str, text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        Self {
            name: name.as_bytes().to_vec(),
            data: text.to_vec(),
            method: STORED,
            flags: 0x0800,
            crc: crc32fast::hash(text),
            unpacked: u32::try_from(text.len()).unwrap(),
            packed: None,
            // 2024-06-01
            date: (44 << 9) | (6 << 5) | 1,
            header: None,
        }
    }
}

/// An archive in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive {
    pub(crate) entries: Vec<Entry>,
    /// What the end record says of the number of entries.
    pub(crate) count: Option<u16>,
}

impl Archive {
    pub(crate) fn file(mut self, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.entries.push(Entry::deflated(name, text));
        self
    }

    pub(crate) fn entry(mut self, entry: Entry) -> Self {
        self.entries.push(entry);
        self
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut directory = Vec::new();
        for entry in &self.entries {
            let start = entry.header.unwrap_or(u32::try_from(bytes.len()).unwrap());
            let packed = entry.packed.unwrap_or(u32::try_from(entry.data.len()).unwrap());
            let name_length = u16::try_from(entry.name.len()).unwrap();
            let mut common = Vec::new();
            for field in [20, entry.flags, entry.method, 0, entry.date] {
                common.extend(u16::to_le_bytes(field));
            }
            for field in [entry.crc, packed, entry.unpacked] {
                common.extend(u32::to_le_bytes(field));
            }
            common.extend(name_length.to_le_bytes());
            common.extend([0, 0]);
            bytes.extend(b"PK\x03\x04");
            bytes.extend(&common);
            bytes.extend(&entry.name);
            bytes.extend(&entry.data);
            directory.extend(b"PK\x01\x02\x14\x03");
            directory.extend(&common);
            directory.extend([0; 10]);
            directory.extend(start.to_le_bytes());
            directory.extend(&entry.name);
        }
        let directory_start = u32::try_from(bytes.len()).unwrap();
        let directory_size = u32::try_from(directory.len()).unwrap();
        let count = self.count.unwrap_or(u16::try_from(self.entries.len()).unwrap());
        bytes.extend(directory);
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend(count.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(directory_size.to_le_bytes());
        bytes.extend(directory_start.to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    }
}

pub(crate) const EVENTS: &str = "Activity/analytics/events-2024-00000-of-00001.json";
pub(crate) const CHANNEL: &str = "Messages/c200000000000000001/channel.json";
pub(crate) const MESSAGES: &str = "Messages/c200000000000000001/messages.json";

/// A package with something in every section.
pub(crate) fn package() -> Archive {
    let event = |name: &str, rest: &str| {
        format!(r#"{{"event_type":"{name}","user_id":"1"{rest},"timestamp":"\"2024-01-01T18:04:31.512Z\""}}"#)
    };
    let events = [
        event("email_opened", r#","event_id":"a""#),
        event("send_message", ""),
        event(
            "add_reaction",
            r#","channel_id":"200000000000000001","emoji_name":"\ud83d\ude2d""#,
        ),
        event("session_start", r#","session":"s","os":"Linux""#),
    ];
    let payments =
        r#"{"records":[{"id":"5","created_at":"2024-01-01T00:00:00Z","amount":999,"currency":"usd","status":1}]}"#;
    Archive::default()
        .file(
            "Account/user.json",
            r#"{"id":"1","username":"ann","relationships":[{"id":"2","user":{"id":"2","username":"bob"}}]}"#,
        )
        .file("Account/user_data_exports/discord_billing/payments.json", payments)
        .file(
            "Messages/index.json",
            r#"{"200000000000000001":"Direct Message with bob#0"}"#,
        )
        .file(
            CHANNEL,
            r#"{"id":"200000000000000001","type":"DM","recipients":["1","2"]}"#,
        )
        .file(
            MESSAGES,
            r#"[{"ID":1190000000000000012,"Timestamp":"2024-01-01 18:37:01","Contents":"I love it","Attachments":""}]"#,
        )
        .file("Servers/index.json", r#"{"300000000000000001":"Garden"}"#)
        .file(EVENTS, events.join("\n"))
}

/// Replaces the text of one entry.
pub(crate) fn with(archive: Archive, name: &str, text: impl AsRef<[u8]>) -> Archive {
    with_entry(archive, Entry::deflated(name, text))
}

/// Replaces one entry, or adds it.
pub(crate) fn with_entry(mut archive: Archive, entry: Entry) -> Archive {
    archive.entries.retain(|other| other.name != entry.name);
    archive.entries.push(entry);
    archive
}

pub(crate) async fn read_with(options: ZipOptions, bytes: Vec<u8>) -> Result<Report, ArchiveError> {
    ZipReader::new(options)
        .read(Arc::new(bytes), Progress::new(), dumpus_ports::CancellationToken::new())
        .await
}

pub(crate) async fn read(archive: &Archive) -> Report {
    let options = ZipOptions::default();
    read_with(options, archive.build()).await.unwrap()
}

pub(crate) fn section(report: &Report, section: Section) -> SectionRow {
    report
        .sections
        .iter()
        .find(|row| row.section == section)
        .unwrap()
        .clone()
}
