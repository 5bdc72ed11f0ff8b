//! Archives that are broken or mean harm: each ends in a named error or a stated gap.
#![cfg(feature = "zip")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use dumpus_adapters::archive_zip::{ArchiveLimits, ZipOptions, ZipReader};
use dumpus_ports::archive::{ArchiveError, ArchiveReader, Progress};
use dumpus_ports::domain::failure_detail::PackageLimit;
use dumpus_ports::domain::report::{Activity, DailyEvent, Report, Section, SectionStatus};

use support::{
    Archive, CHANNEL, DEFLATED, EVENTS, Entry, MESSAGES, STORED, package, read, read_with, section, with, with_entry,
};

fn without_sentiment() -> ZipOptions {
    let mut options = ZipOptions::default();
    options.sentiment = false;
    options
}

fn limited(set: impl FnOnce(&mut ArchiveLimits)) -> ZipOptions {
    let mut options = ZipOptions::default();
    set(&mut options.limits);
    options
}

async fn refusal(archive: &Archive, set: impl FnOnce(&mut ArchiveLimits)) -> PackageLimit {
    match read_with(limited(set), archive.build()).await {
        Err(ArchiveError::TooLarge(over)) => over.what,
        other => panic!("not refused: {other:?}"),
    }
}

#[track_caller]
fn assert_gap(report: &Report, of: Section, words: &str) {
    let row = section(report, of);
    let detail = row.detail.unwrap_or_default();
    assert!(
        row.status == SectionStatus::Damaged && detail.contains(words),
        "{:?}: {detail}",
        row.status
    );
}

const OPENED: &str = r#"{"event_type":"email_opened","timestamp":"2024-01-01 18:04:31"}"#;

#[tokio::test]
async fn what_the_package_asks_for_in_all_is_refused_by_name() {
    let package = package();
    assert_eq!(
        refusal(&package, |limits| limits.entries = 3).await,
        PackageLimit::Entries
    );
    assert_eq!(
        refusal(&package, |limits| limits.unpacked_bytes = 500).await,
        PackageLimit::UnpackedBytes
    );
    assert_eq!(
        refusal(&package, |limits| limits.entry_bytes = 300).await,
        PackageLimit::EntryBytes
    );
    assert_eq!(
        refusal(&package, |limits| limits.documents_bytes = 200).await,
        PackageLimit::DocumentsBytes
    );
    assert_eq!(
        refusal(&package, |limits| limits.messages = 0).await,
        PackageLimit::Messages
    );
    assert_eq!(
        refusal(&package, |limits| limits.counted_events = 1).await,
        PackageLimit::CountedEvents
    );
    assert_eq!(
        refusal(&package, |limits| limits.distinct_keys = 1).await,
        PackageLimit::DistinctKeys
    );
}

#[tokio::test]
async fn a_bomb_is_refused_before_it_is_unpacked() {
    let bomb = with(package(), EVENTS, vec![b'\n'; 80 << 20]);
    let started = Instant::now();
    assert_eq!(refusal(&bomb, |_| ()).await, PackageLimit::Ratio);
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn entries_that_share_their_data_count_each() {
    let mut archive = package();
    let text = vec![b'\n'; 1 << 20];
    for number in 0..80 {
        let name = format!("Activity/tns/events-2024-{number:05}-of-00080.json");
        let own = Entry::deflated(&name, &text);
        let shared = Entry {
            data: Vec::new(),
            packed: Some(u32::try_from(own.data.len()).unwrap()),
            header: Some(0),
            ..own
        };
        archive = archive.entry(shared);
    }
    assert_eq!(refusal(&archive, |_| ()).await, PackageLimit::Ratio);
}

#[tokio::test]
async fn an_entry_gives_no_more_than_it_declares() {
    let text = format!("{OPENED}\n").repeat(50_000);
    let declared = OPENED.len() + 1;
    for entry in [Entry::deflated(EVENTS, &text), Entry::stored(EVENTS, &text)] {
        let liar = Entry {
            unpacked: u32::try_from(declared).unwrap(),
            ..entry
        };
        let report = read(&with_entry(package(), liar)).await;
        assert_gap(&report, Section::Activity, "1 files are longer than declared");
        let opened: u32 = report
            .events
            .iter()
            .filter(|row| row.activity == Activity::Daily(DailyEvent::EmailOpened))
            .map(|row| row.count)
            .sum();
        assert_eq!(opened, 1);
    }
}

/// Reads a package with this event file; whether anything of the file was counted. The other files are read.
async fn is_counted(events: Entry, words: &str) -> bool {
    let options = limited(|limits| limits.ratio = u64::MAX);
    let report = read_with(options, with_entry(package(), events).build()).await;
    let report = report.unwrap_or_else(|error| panic!("{words}: {error}"));
    assert_gap(&report, Section::Activity, words);
    assert_eq!(report.dm_channels[0].message_count, 1);
    report
        .events
        .iter()
        .any(|row| row.activity == Activity::Daily(DailyEvent::EmailOpened))
}

fn many_events() -> String {
    format!("{OPENED}\n").repeat(20_000)
}

#[tokio::test]
async fn what_comes_before_a_damage_is_kept() {
    let whole = Entry::deflated(EVENTS, many_events());
    let mut cut = Entry::stored(EVENTS, many_events());
    cut.data.truncate(many_events().len() / 2);
    cut.packed = Some(cut.unpacked / 2);
    assert!(is_counted(cut, "1 files are cut off").await);
    let (length, unpacked) = (whole.data.len(), whole.unpacked);
    let half = u32::try_from(length / 2).unwrap();
    let with_crc = |crc| Entry { crc, ..whole.clone() };
    let with_packed = |packed| Entry {
        packed: Some(packed),
        ..whole.clone()
    };
    let with_unpacked = |unpacked| Entry {
        unpacked,
        ..whole.clone()
    };
    assert!(is_counted(with_crc(0), "1 files do not match their checksum").await);
    assert!(is_counted(with_packed(half), "1 files are cut off").await);
    assert!(is_counted(with_unpacked(unpacked * 2), "1 files are shorter than declared").await);
    assert!(is_counted(with_unpacked(u32::MAX - 1), "1 files are shorter than declared").await);
    let generous = with_entry(package(), with_packed(u32::MAX - 1));
    let report = read(&generous).await;
    assert_eq!(
        section(&report, Section::Activity).status,
        SectionStatus::Ok,
        "deflate knows its end"
    );
}

#[tokio::test]
async fn what_cannot_be_read_at_all_is_stated() {
    let whole = Entry::deflated(EVENTS, many_events());
    let mut corrupt = whole.clone();
    corrupt.data[1] ^= 0xFF;
    assert!(!is_counted(corrupt, "1 files are corrupt").await);
    let with_flags = |flags| Entry { flags, ..whole.clone() };
    assert!(!is_counted(with_flags(0x0801), "1 files are encrypted").await);
    let with_method = |method| Entry {
        method,
        ..whole.clone()
    };
    assert!(!is_counted(with_method(9), "1 files are packed by an unknown method").await);
    assert!(!is_counted(with_method(0xFFFF), "1 files are packed by an unknown method").await);
    let with_header = |header| Entry {
        header: Some(header),
        ..whole.clone()
    };
    let lost = "1 files are not where the directory of the archive says";
    assert!(!is_counted(with_header(1), lost).await);
    assert!(!is_counted(with_header(u32::MAX - 1), lost).await);
}

#[tokio::test]
async fn damage_is_stated_in_its_own_section() {
    let broken = |name: &str| Entry {
        crc: 1,
        ..Entry::deflated(name, "{}")
    };
    for (name, of) in [
        ("Account/user.json", Section::Account),
        (
            "Account/user_data_exports/discord_billing/payments.json",
            Section::Payments,
        ),
        ("Messages/index.json", Section::Messages),
        (CHANNEL, Section::Messages),
        (MESSAGES, Section::Messages),
        ("Servers/index.json", Section::Servers),
    ] {
        let report = read(&with_entry(package(), broken(name))).await;
        assert_gap(&report, of, "1 files do not match their checksum");
    }
}

#[tokio::test]
async fn of_two_records_with_one_name_the_last_counts() {
    let other = r#"{"id":"1","username":"eve"}"#;
    let twice = package().file("Account/user.json", other);
    assert_eq!(&*read(&twice).await.owner.name, "eve");
    let spelled = package()
        .file("Account\\user.json", other)
        .file("./Account//user.json", r#"{"id":"1","username":"zoe"}"#);
    assert_eq!(&*read(&spelled).await.owner.name, "zoe");
    let mut back = package().file("Account\\user.json", other);
    let first = back.entries[0].clone();
    back = back.entry(Entry {
        name: b"Account/user.json".to_vec(),
        ..first
    });
    assert_eq!(
        &*read(&back).await.owner.name,
        "ann",
        "the record that is last in the directory counts"
    );
}

#[tokio::test]
async fn names_that_leave_the_archive_are_names() {
    let archive = package()
        .file("../../../etc/passwd", "root")
        .file("/etc/index.json", "[]")
        .entry(Entry {
            name: b"..\\\xFF\0/user.json".to_vec(),
            ..Entry::stored("", "{}")
        })
        .entry(Entry {
            name: vec![b'/'; 60_000],
            ..Entry::stored("", "")
        })
        .entry(Entry::stored("", "no name"));
    assert_eq!(&*read(&archive).await.owner.name, "ann");
}

#[tokio::test]
async fn lines_messages_and_documents_of_any_length_are_left_out() {
    let long = "x".repeat(700_000);
    let text = format!("{OPENED}\n{{\"event_type\":\"email_opened\",\"x\":\"{long}\"}}\n{OPENED}\n{long}");
    let options = limited(|limits| limits.line_bytes = 1_000);
    let report = read_with(options, with(package(), EVENTS, &text).build())
        .await
        .unwrap();
    assert_gap(&report, Section::Activity, "2 event lines were too long to be read");
    assert_eq!(
        report
            .events
            .iter()
            .filter(|row| row.activity == Activity::Daily(DailyEvent::EmailOpened))
            .map(|row| row.count)
            .sum::<u32>(),
        2
    );

    let one = r#"{"ID":1190000000000000012,"Timestamp":"2024-01-01 18:37:01","Contents":"a"}"#;
    let text = format!(
        r#"[{one},{{"ID":5,"Contents":"{long}"}},{one},{{"ID":5,"Contents":"{}"}},{one}]"#,
        &long[..2_000]
    );
    let options = limited(|limits| limits.message_bytes = 1_000);
    let report = read_with(options, with(package(), MESSAGES, &text).build())
        .await
        .unwrap();
    assert_gap(&report, Section::Messages, "messages were too long to be read");
    assert_eq!(report.dm_channels[0].message_count, 3);

    let csv = MESSAGES.replace("json", "csv");
    let text =
        format!("ID,Timestamp,Contents\n1190000000000000013,2024-01-01 18:37:01,a\n7,2024-01-01 18:37:01,\"{long}");
    let report = read_with(options, package().file(&csv, text).build()).await.unwrap();
    assert_gap(&report, Section::Messages, "a message too long to be read");
    assert_eq!(report.dm_channels[0].message_count, 2);

    let options = limited(|limits| limits.document_bytes = 70);
    let report = read_with(options, package().build()).await.unwrap();
    assert_gap(&report, Section::Account, "1 files were too large to be read");
    let options = limited(|limits| limits.document_rows = 0);
    let report = read_with(options, package().build()).await.unwrap();
    assert_gap(&report, Section::Messages, "1 lists were too long");
}

#[tokio::test]
async fn deep_nesting_is_refused_without_recursion() {
    let deep = "[".repeat(1_000_000);
    let objects = r#"{"a":"#.repeat(300_000);
    let options = limited(|limits| limits.ratio = u64::MAX);
    for deep in [deep, objects] {
        let line = format!("{{\"a\":{deep}\n{OPENED}\n{{\"event_type\":{deep}\n");
        let archive = with(package(), EVENTS, line);
        let archive = with(archive, MESSAGES, format!(r#"[{{"ID":5,"x":{deep}"#));
        let archive = with(archive, CHANNEL, format!(r#"{{"id":"9","type":"DM","guild":{deep}"#));
        let archive = with(archive, "Messages/index.json", &deep);
        let archive = with(archive, "Account/user.json", format!(r#"{{"id":"1","settings":{deep}"#));
        let started = Instant::now();
        let report = read_with(options, archive.build()).await.unwrap();
        let activity = section(&report, Section::Activity).detail.unwrap();
        assert!(activity.contains("2 event lines could not be read"), "{activity}");
        assert_gap(&report, Section::Messages, "could not be read");
        assert_gap(&report, Section::Account, "could not be read");
        assert_eq!(&*report.owner.id, "1");
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn malformed_messages_are_gone_through_once() {
    let options = limited(|limits| limits.ratio = u64::MAX);
    for piece in [
        r#"{"a""#,
        r#"{"a":"#,
        r#"{"a":["#,
        r#"{"a":[{"b":[1,"#,
        "{",
        "\"",
        "\\",
        r#"{"ID":"#,
        r#"{"a":1,"b":[{"#,
        "{\"a\": \"",
    ] {
        let started = Instant::now();
        let text = piece.repeat(2_000_000 / piece.len());
        let report = read_with(options, with(package(), MESSAGES, text).build())
            .await
            .unwrap();
        assert_eq!(section(&report, Section::Messages).status, SectionStatus::Damaged);
        assert!(started.elapsed() < Duration::from_secs(5), "{piece}");
    }
}

#[tokio::test]
async fn truncated_archives_are_refused_or_read() {
    let bytes = package().build();
    for length in 0..bytes.len() {
        let answer = read_with(without_sentiment(), bytes[..length].to_vec()).await;
        assert!(
            matches!(answer, Err(ArchiveError::NotAnArchive(_))),
            "{length}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn flipped_bits_are_errors_or_gaps() {
    let reader = ZipReader::new(without_sentiment());
    let mut rng = fastrand::Rng::with_seed(4);
    let plain = package().build();
    let mut stored = package();
    stored = with_entry(stored, Entry::stored(EVENTS, format!("{OPENED}\n").repeat(3)));
    let stored = stored.build();
    for round in 0..6_000 {
        let mut bytes = if round % 2 == 0 { plain.clone() } else { stored.clone() };
        for _ in 0..=rng.usize(..4) {
            let at = rng.usize(..bytes.len());
            bytes[at] ^= 1 << rng.usize(..8);
        }
        let answer = reader
            .read(Arc::new(bytes), Progress::new(), dumpus_ports::CancellationToken::new())
            .await;
        assert!(
            !matches!(
                answer,
                Err(ArchiveError::Failed(_) | ArchiveError::Storage(_) | ArchiveError::Cancelled)
            ),
            "{round}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn absurd_directories_are_refused_in_time() {
    let few = Archive {
        count: Some(u16::MAX),
        ..package()
    };
    let answer = read_with(ZipOptions::default(), few.build()).await;
    assert!(matches!(answer, Err(ArchiveError::NotAnArchive(_))), "{answer:?}");

    let mut many = package();
    for number in 0..60_000 {
        many.entries.push(Entry {
            method: DEFLATED,
            ..Entry::stored(&format!("Messages/c{number:018}/messages.json"), "")
        });
    }
    let bytes = many.build();
    let started = Instant::now();
    let report = read_with(ZipOptions::default(), bytes.clone()).await.unwrap();
    assert_gap(&report, Section::Messages, "60,000 files are cut off");
    assert!(started.elapsed() < Duration::from_secs(10));
    let answer = read_with(limited(|limits| limits.entries = 10_000), bytes).await;
    assert!(matches!(answer, Err(ArchiveError::TooLarge { .. })), "{answer:?}");
}

#[tokio::test]
async fn stored_entries_are_read_like_packed_ones() {
    let mut stored = package();
    for entry in &mut stored.entries {
        assert_eq!(entry.method, DEFLATED);
    }
    let packed = read(&stored).await;
    let texts = [(EVENTS, OPENED), (MESSAGES, "[]")];
    for (name, text) in texts {
        stored = with_entry(stored, Entry::stored(name, text));
    }
    assert_eq!(stored.entries.iter().filter(|entry| entry.method == STORED).count(), 2);
    let report = read(&stored).await;
    assert_eq!(report.owner, packed.owner);
    assert_eq!(report.dm_channels[0].message_count, 0);
}
