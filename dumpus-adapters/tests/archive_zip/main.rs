//! What is read of packages, in all the spellings they have.
#![cfg(feature = "zip")]

mod csv;
mod documents;
mod lines;
mod messages;
#[expect(dead_code, reason = "the hostile archives use all of it")]
#[path = "../support/mod.rs"]
mod support;

use std::num::NonZeroUsize;
use std::sync::Arc;

use dumpus_adapters::archive_zip::{Scorer, ZipOptions, ZipReader};
use dumpus_ports::archive::{ArchiveReader, Progress};
use dumpus_ports::domain::report::{Activity, DailyEvent, Report, Section, SectionStatus};

use support::{Archive, CHANNEL, EVENTS, Entry, package, read, section, with, with_entry};

fn status(report: &Report, of: Section) -> SectionStatus {
    section(report, of).status
}

fn counts(report: &Report) -> Vec<(Activity, u32)> {
    let mut counts: Vec<(Activity, u32)> = Vec::new();
    for row in &report.events {
        match counts.last_mut() {
            Some((activity, count)) if *activity == row.activity => *count += row.count,
            _ => counts.push((row.activity.clone(), row.count)),
        }
    }
    counts
}

const EMAIL_OPENED: Activity = Activity::Daily(DailyEvent::EmailOpened);

async fn events(text: impl AsRef<[u8]>) -> Report {
    read(&with(package(), EVENTS, text)).await
}

const OPENED: &str = r#"{"event_type":"email_opened","timestamp":"\"2024-01-01T18:04:31.512Z\""}"#;

#[tokio::test]
async fn a_whole_package_is_read_whole() {
    let report = read(&package()).await;
    assert_eq!((&*report.owner.id, &*report.owner.name), ("1", "ann"));
    assert!(!report.is_partial);
    let reaction = Activity::AddReaction {
        emoji: "\u{1F62D}".into(),
        is_custom: false,
    };
    assert_eq!(counts(&report), [(reaction, 1), (EMAIL_OPENED, 1)]);
    let dm = &report.dm_channels[0];
    assert_eq!((&*dm.user_id, &*dm.user_name, dm.message_count), ("2", "bob", 1));
    assert_eq!(dm.sentiment, 6_369);
    assert_eq!(report.payments.len(), 1);
    assert_eq!(&*report.guilds[0].name, "Garden");
    assert!(
        report.sections.iter().all(|row| row.status == SectionStatus::Ok),
        "{:?}",
        report.sections
    );
}

#[tokio::test]
async fn absent_sections_are_missing_and_the_rest_is_read() {
    let report = read(&Archive::default().file(
        EVENTS,
        format!("{OPENED}\n").replace("timestamp", "user_id\":\"7\",\"timestamp"),
    ))
    .await;
    assert_eq!((&*report.owner.id, &*report.owner.name), ("7", "Unknown"));
    assert!(report.is_partial);
    let missing: Vec<_> = report
        .sections
        .iter()
        .map(|row| row.status == SectionStatus::Missing)
        .collect();
    assert_eq!(missing, [true, true, true, false, true]);
}

#[tokio::test]
async fn old_packages_have_brackets_commas_and_blank_lines() {
    let text = format!("\u{FEFF}[\n{OPENED},\r\n\n [{OPENED},{OPENED}],\n  {OPENED}\n]");
    let report = events(text).await;
    assert_eq!(counts(&report), [(EMAIL_OPENED, 4)]);
    assert_eq!(status(&report, Section::Activity), SectionStatus::Ok);
}

#[tokio::test]
async fn a_file_of_one_line_is_read_to_its_end() {
    let sent = OPENED.replace("email_opened", "send_message");
    let line = format!("{}{OPENED}", format!("{sent},").repeat(100));
    let report = events(format!("{line}\n{line}")).await;
    assert_eq!(counts(&report), [(EMAIL_OPENED, 2)]);
}

#[tokio::test]
async fn event_types_are_found_wherever_they_stand() {
    let text = [
        r#"{ "timestamp" : "2024-01-01 10:00:00", "event_type" : "email_opened" }"#,
        r#"{"nested":{"event_type":"app_crashed"},"event_type":"email_opened","timestamp":"2024-01-01 10:00:00"}"#,
        r#"{"event_type":"email_opened","event_type":"send_message","timestamp":"2024-01-01 10:00:00"}"#,
        r#"{"text":"\"event_type\":\"app_crashed\"","predicted_gender":"x"}"#,
        r#"{"event_type":"app\u005fcrashed","timestamp":"\u00222024-01-01T10:00:00Z\u0022"}"#,
    ];
    let report = events(text.join("\n")).await;
    assert_eq!(
        counts(&report),
        [(Activity::Daily(DailyEvent::AppCrashed), 1), (EMAIL_OPENED, 3)]
    );
    assert_eq!(status(&report, Section::Activity), SectionStatus::Ok);
}

#[tokio::test]
async fn spoilt_lines_cost_themselves_only() {
    let text = [
        OPENED,
        r#"{"event_type":"email_opened","timest"#,
        r#"{"event_type":"send_message","name":"cut of"#,
        "garbage",
        r#"{"half":"\ud83d","raw":"a	b","event_type":"email_opened","timestamp":"2024-01-01 10:00:00","x":NaN}"#,
        r#"{"predicted_age":"20","prob":0.3}"#,
        OPENED,
    ];
    let report = events(text.join("\n")).await;
    assert_eq!(counts(&report), [(EMAIL_OPENED, 3)]);
    let activity = section(&report, Section::Activity);
    assert_eq!(activity.status, SectionStatus::Damaged);
    assert!(activity.detail.unwrap().contains("3 event lines could not be read"));
}

#[tokio::test]
async fn fields_may_be_of_any_type() {
    let voice = |name: &str, rest: &str| format!(r#"{{"event_type":"{name}","channel_id":5,"guild_id":null{rest}}}"#);
    let text = [
        voice("leave_voice_channel", r#","duration":60000,"timestamp":"2024-01-01 10:01:00","client_track_timestamp":"null""#),
        voice("leave_voice_channel", r#","duration":"90000.0","timestamp":"2024-01-01 12:00:00","client_track_timestamp":["x"]"#),
        r#"{"event_type":"add_reaction","emoji_name":true,"emoji_id":{"a":1},"channel_id":[1],"timestamp":"2024-01-01 10:00:00"}"#.to_owned(),
    ];
    let report = events(text.join("\n")).await;
    let lengths: Vec<_> = report
        .voice_sessions
        .iter()
        .map(|row| row.ended - row.started)
        .collect();
    assert_eq!(lengths, [60, 90]);
    assert_eq!(&*report.voice_sessions[0].channel_id, "5");
    let reaction = &report.events[0];
    assert_eq!(
        reaction.activity,
        Activity::AddReaction {
            emoji: "true".into(),
            is_custom: false
        }
    );
    assert_eq!(reaction.channel_id, None);
}

#[tokio::test]
async fn lines_that_span_blocks_are_read_once() {
    let long = "x".repeat(100_000);
    let line = |number: usize| {
        let padding = &long[..(number * 7_919) % 100_000];
        format!(
            r#"{{"event_type":"email_opened","event_id":"{number}","padding":"{padding}","timestamp":"2024-01-01 10:00:00"}}"#
        )
    };
    let text: Vec<_> = (0..200).map(line).collect();
    let report = events(text.join("\n")).await;
    assert_eq!(counts(&report), [(EMAIL_OPENED, 200)]);
}

#[tokio::test]
async fn channels_are_described_in_many_ways() {
    let describe = |text: &'static str| async move { read(&with(package(), CHANNEL, text)).await };
    let report = describe(
        r#"{"recipients":[{"id":1,"username":"ann"},{"id":"2"}],"type":1,"guild":null,"id":200000000000000009}"#,
    )
    .await;
    assert_eq!(
        (&*report.dm_channels[0].channel_id, &*report.dm_channels[0].user_id),
        ("200000000000000009", "2")
    );
    let report =
        describe(r#"{"id":"9","type":"GUILD_TEXT","name":"talk","guild":{"id":300000000000000007,"name":"Left"}}"#)
            .await;
    assert_eq!(
        (&*report.guild_channels[0].name, &*report.guild_channels[0].guild_id),
        ("talk", "300000000000000007")
    );
    let report = describe(r#"{"id":"9","type":"DM","recipients":["1","2"#).await;
    assert_eq!(status(&report, Section::Messages), SectionStatus::Damaged);
    assert_eq!(&*report.dm_channels[0].user_id, "unknown:9");
    let mut bare = package();
    bare.entries.retain(|entry| entry.name != CHANNEL.as_bytes());
    let sent = read(&bare).await;
    assert_eq!(&*sent.message_hours[0].channel_id, "200000000000000001");
}

#[tokio::test]
async fn accounts_are_tried_until_one_has_an_owner() {
    let report = read(&package().file("AAA/user.json", r#"{"app":"game"}"#)).await;
    assert_eq!(&*report.owner.name, "ann");
    assert_eq!(status(&report, Section::Account), SectionStatus::Ok);
    let cut = r#"{"id":1,"username":"a\ud800nn","relationships":[{"id":"2"},3,{"user":{"id":2,"username":"bob"}}],"settings":{"x":["#;
    let report = read(&with(package(), "Account/user.json", cut)).await;
    assert_eq!((&*report.owner.id, &*report.owner.name), ("1", "a\u{FFFD}nn"));
    assert_eq!(status(&report, Section::Account), SectionStatus::Damaged);
    let report = read(&with(package(), "Account/user.json", r#"{"username":"ann"}"#)).await;
    assert_eq!(status(&report, Section::Account), SectionStatus::Missing);
    let report = read(&with(package(), "Account/user.json", "<html>")).await;
    assert_eq!(
        (&*report.owner.id, status(&report, Section::Account)),
        ("1", SectionStatus::Damaged)
    );
}

#[tokio::test]
async fn payments_come_from_both_places_and_the_newer_counts() {
    let row = |id: &str, amount: &str| {
        format!(
            r#"{{"id":{id},"created_at":"2024-01-01T00:00:00Z","amount":{amount},"currency":"EUR","status":1,"description":null}}"#
        )
    };
    let user = format!(r#"{{"id":"1","payments":[{},{}]}}"#, row("5", "1"), row("6", "\"250\""));
    let new = "Account/user_data_exports/discord_billing/payments.json";
    for list in [
        format!(r#"{{"records":[{}]}}"#, row("5", "999")),
        format!("[{}]", row("5", "999")),
        format!(r#"{{"5":{}}}"#, row("5", "999")),
    ] {
        let report = read(&with(with(package(), "Account/user.json", &user), new, list)).await;
        let paid: Vec<_> = report
            .payments
            .iter()
            .map(|row| (&*row.payment_id, row.amount))
            .collect();
        assert_eq!(paid, [("5", 999), ("6", 250)]);
    }
    let mut none = package();
    none.entries.retain(|entry| entry.name != new.as_bytes());
    assert_eq!(status(&read(&none).await, Section::Payments), SectionStatus::Missing);
    let report = read(&with(none, "Account/user.json", r#"{"id":"1","payments":[]}"#)).await;
    assert_eq!(status(&report, Section::Payments), SectionStatus::Empty);
}

#[tokio::test]
async fn without_a_servers_index_each_server_says_its_name() {
    let mut archive = package().file(
        "Servers/300000000000000002/guild.json",
        r#"{"name":"Own","id":300000000000000002}"#,
    );
    let report = read(&archive).await;
    assert_eq!(report.guilds.len(), 1, "the index alone counts");
    archive.entries.retain(|entry| entry.name != b"Servers/index.json");
    let report = read(&archive).await;
    assert_eq!(
        (&*report.guilds[0].guild_id, &*report.guilds[0].name),
        ("300000000000000002", "Own")
    );
    let damaged = read(&archive.file("Servers/index.json", r#"{"300000000000000001":"Garden","#)).await;
    assert_eq!(status(&damaged, Section::Servers), SectionStatus::Damaged);
    assert_eq!(damaged.guilds.len(), 2);
}

#[tokio::test]
async fn the_newest_entry_ends_the_window() {
    let late = OPENED.replace("2024-01-01", "2024-06-04");
    let report = events(format!("{OPENED}\n{late}")).await;
    assert_eq!(counts(&report), [(EMAIL_OPENED, 1)]);
    let newer = Entry {
        date: (44 << 9) | (6 << 5) | 2,
        ..Entry::stored("README.txt", "")
    };
    let report = read(&with_entry(with(package(), EVENTS, format!("{OPENED}\n{late}")), newer)).await;
    assert_eq!(counts(&report), [(EMAIL_OPENED, 2)]);
}

#[tokio::test]
async fn progress_counts_packed_bytes_of_needed_entries() {
    let archive = package().file("Servers/icon.jpeg", vec![7; 100_000]);
    let needed: usize = package().entries.iter().map(|entry| entry.data.len()).sum();
    let progress = Progress::new();
    let mut options = ZipOptions::default();
    options.threads = NonZeroUsize::MIN;
    options.sentiment = false;
    let reader = ZipReader::new(options);
    let report = reader
        .read(
            Arc::new(archive.build()),
            Arc::clone(&progress),
            dumpus_ports::CancellationToken::new(),
        )
        .await
        .unwrap();
    assert_eq!(progress.bytes(), (needed as u64, needed as u64));
    assert_eq!(report.dm_channels[0].sentiment, 0);
}

#[test]
fn scores_are_those_that_vader_publishes() {
    let scorer = Scorer::new();
    for (text, score) in [
        ("VADER is smart, handsome, and funny.", 8_316),
        ("VADER is smart, handsome, and funny!", 8_439),
        ("VADER is very smart, handsome, and funny.", 8_545),
        ("VADER is VERY SMART, handsome, and FUNNY.", 9_227),
        ("VADER is VERY SMART, handsome, and FUNNY!!!", 9_342),
        ("VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!", 9_469),
        ("VADER is not smart, handsome, nor funny.", -7_424),
        ("The book was good.", 4_404),
        ("At least it isn't a horrible book.", 4_310),
        ("The book was only kind of good.", 3_832),
        (
            "The plot was good, but the characters are uncompelling and the dialog is not great.",
            -7_042,
        ),
        ("Today SUX!", -5_461),
        ("Today only kinda sux! But I'll get by, lol", 5_249),
        ("Make sure you :) or :D today!", 8_633),
        ("Not bad at all", 4_310),
    ] {
        assert_eq!(scorer.score(text), Some(score), "{text}");
    }
    assert_eq!(
        (scorer.score(""), scorer.score(" \n"), scorer.score("table")),
        (None, None, Some(0))
    );
}
