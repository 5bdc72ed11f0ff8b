//! Archives, and the files in them: whatever they hold, the answer is a report that can be written, or an error by name.

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};

use dumpus_adapters::archive_zip::{ZipOptions, ZipReader};
use dumpus_adapters::report_sqlite::SqliteWriter;
use dumpus_ports::CancellationToken;
use dumpus_ports::archive::{ArchiveError, ArchiveReader as _, Progress};
use dumpus_ports::domain::report::{Report, Section};
use dumpus_ports::report::{Packing, ReportWriter as _};

use super::{block_on, take};

const USER: &str = "Account/user.json";
const PAYMENTS: &str = "Account/user_data_exports/discord_billing/payments.json";
const MESSAGES_INDEX: &str = "Messages/index.json";
const CHANNEL: &str = "Messages/c200000000000000001/channel.json";
const MESSAGES_JSON: &str = "Messages/c200000000000000001/messages.json";
const MESSAGES_CSV: &str = "Messages/c200000000000000001/messages.csv";
const SERVERS_INDEX: &str = "Servers/index.json";
const GUILD: &str = "Servers/300000000000000001/guild.json";
const EVENTS: &str = "Activity/analytics/events-2024-00000-of-00001.json";

const BASE: [(&str, &[u8]); 3] = [
    (
        USER,
        br#"{"id":"1","username":"ann","relationships":[{"id":"2","user":{"id":"2","username":"bob"}}]}"#,
    ),
    (MESSAGES_INDEX, br#"{"200000000000000001":"Direct Message with bob#0"}"#),
    (
        CHANNEL,
        br#"{"id":"200000000000000001","type":"DM","recipients":["1","2"]}"#,
    ),
];

/// The whole archive.
pub(crate) fn directory(data: &[u8]) {
    let _ = read(data.to_vec());
}

/// Lines of an event file.
pub(crate) fn event_line(data: &[u8]) {
    let report = read(package(EVENTS, data)).unwrap();
    let counted: u64 = report.events.iter().map(|row| u64::from(row.count)).sum();
    let lines = data.split(|byte| *byte == b'\n').count() as u64;
    assert!(counted <= lines, "{counted} events are counted in {lines} lines");
    assert_eq!(report.message_count, 0, "events are messages");
}

/// A channel's messages, as written since 2024.
pub(crate) fn messages_json(data: &[u8]) {
    let report = read(package(MESSAGES_JSON, data)).unwrap();
    // No message is shorter than its braces.
    assert!(
        report.message_count <= data.len() as u64 / 2,
        "more messages than braces"
    );
}

/// A channel's messages, as written before.
pub(crate) fn messages_csv(data: &[u8]) {
    let report = read(package(MESSAGES_CSV, data)).unwrap();
    let lines = data.split(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
    assert!(report.message_count <= lines, "more messages than lines");
}

/// The JSON documents: of the account, channels, servers, payments and the indexes. The first byte says which.
pub(crate) fn documents(mut data: &[u8]) {
    let names = [USER, CHANNEL, MESSAGES_INDEX, SERVERS_INDEX, GUILD, PAYMENTS];
    let name = names[usize::from(take(&mut data)) % names.len()];
    match read(package(name, data)) {
        Err(ArchiveError::MissingUserData(_)) if name == USER => {}
        done => drop(done.unwrap()),
    }
}

/// A package in which one file has this content.
fn package(name: &str, content: &[u8]) -> Vec<u8> {
    let others = BASE.iter().filter(|(other, _)| *other != name);
    stored(&others.copied().chain([(name, content)]).collect::<Vec<_>>())
}

/// Reads a package as the worker does. Its report can be written.
fn read(bytes: Vec<u8>) -> Result<Report, ArchiveError> {
    static READER: LazyLock<ZipReader> = LazyLock::new(|| {
        let mut options = ZipOptions::default();
        options.threads = NonZeroUsize::MIN;
        ZipReader::new(options)
    });
    // Writing takes ten times as long as reading: the fuzzer does it for some inputs, the replay of the corpus for all.
    let is_written = !cfg!(fuzzing) || crc32fast::hash(&bytes).is_multiple_of(16);
    block_on(async {
        let report = READER
            .read(Arc::new(bytes), Progress::new(), CancellationToken::new())
            .await;
        let report = match report {
            Ok(report) => report,
            Err(error @ (ArchiveError::Failed(_) | ArchiveError::Storage(_) | ArchiveError::Cancelled)) => {
                panic!("{error:?}")
            }
            Err(error) => return Err(error),
        };
        let sections: Vec<_> = report.sections.iter().map(|row| row.section).collect();
        assert_eq!(sections, Section::ALL, "a section is not stated");
        if is_written {
            let written = SqliteWriter::default().write(&report, "local", Packing::Plain).await;
            written.unwrap();
        }
        Ok(report)
    })
}

/// An archive whose entries are not compressed.
fn stored(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let start = length(&bytes);
        let mut header = Vec::new();
        // Version, flags (names are UTF-8), method, time and date: 2024-06-01.
        for field in [20_u16, 0x0800, 0, 0, (44 << 9) | (6 << 5) | 1] {
            header.extend(field.to_le_bytes());
        }
        for field in [crc32fast::hash(content), length(content), length(content)] {
            header.extend(field.to_le_bytes());
        }
        header.extend((name.len() as u16).to_le_bytes());
        header.extend([0, 0]);
        for part in [b"PK\x03\x04", &header[..], name.as_bytes(), content] {
            bytes.extend(part);
        }
        for part in [
            b"PK\x01\x02\x14\x03",
            &header[..],
            &[0; 10],
            &start.to_le_bytes(),
            name.as_bytes(),
        ] {
            directory.extend(part);
        }
    }
    let (start, size, count) = (length(&bytes), length(&directory), entries.len() as u16);
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    for field in [count, count] {
        bytes.extend(field.to_le_bytes());
    }
    for field in [size, start] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend([0, 0]);
    bytes
}

fn length(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}
