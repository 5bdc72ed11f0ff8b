//! Odd lines of event files, which mean the same wherever they stand.

use dumpus_ports::domain::report::{Activity, Report, Section, SectionStatus};

use crate::support::{Archive, EVENTS, package, read, section};
use crate::{EMAIL_OPENED, OPENED, counts, events, status};

/// A line as packages spell it, with these members in the middle.
fn line(event_type: &str, members: &str) -> String {
    format!(r#"{{"event_type":"{event_type}",{members}"timestamp":"\"2024-01-01T18:04:31.512Z\""}}"#)
}

/// Reads the lines alone, and behind more lines than are read in full.
async fn anywhere(lines: &str) -> [Report; 2] {
    let others = format!("{}\n", line("send_message", "")).repeat(70);
    [events(lines).await, events(format!("{others}{lines}")).await]
}

async fn assert_counts(lines: &str, expected: &[(Activity, u32)]) {
    for report in anywhere(lines).await {
        assert_eq!(counts(&report), expected, "{lines}");
        assert_eq!(status(&report, Section::Activity), SectionStatus::Ok, "{lines}");
    }
}

fn reaction(emoji: &str) -> Activity {
    Activity::AddReaction {
        emoji: emoji.into(),
        is_custom: false,
    }
}

#[tokio::test]
async fn the_first_value_of_a_repeated_key_is_used() {
    let twice = line("add_reaction", r#""emoji_name":"one","emoji_name":"two","#);
    assert_counts(&twice, &[(reaction("one"), 1)]).await;
    let types = line("email_opened", r#""event_type":"send_message","#);
    assert_counts(&types, &[(EMAIL_OPENED, 1)]).await;
    let types = line("send_message", r#""event_type":"email_opened","#);
    assert_counts(&types, &[]).await;
}

#[tokio::test]
async fn the_last_of_two_times_is_used() {
    let later = line("email_opened", r#""timestamp":"2024-01-01T01:00:00Z","#);
    for report in anywhere(&later.replace("01-01T18", "01-02T18")).await {
        assert_eq!(report.events[0].day.to_string(), "2024-01-02");
    }
}

#[tokio::test]
async fn every_event_of_a_crowded_line_counts() {
    let sent = line("send_message", "");
    assert_counts(&format!("{sent},{OPENED}"), &[(EMAIL_OPENED, 1)]).await;
    assert_counts(
        &format!("{sent},{OPENED}\n{OPENED}{sent}{OPENED}"),
        &[(EMAIL_OPENED, 3)],
    )
    .await;
    let nested = line("send_message", r#""nested":{"event_type":"email_opened"},"#);
    assert_counts(&nested, &[]).await;
}

#[tokio::test]
async fn the_word_null_and_nothing_are_no_ids() {
    for none in [r#""null""#, r#""""#, "null"] {
        let same = line("email_opened", &format!(r#""event_id":{none},"#));
        assert_counts(&format!("{same}\n{same}"), &[(EMAIL_OPENED, 2)]).await;
        assert_counts(&line("guild_joined", &format!(r#""guild_id":{none},"#)), &[]).await;
        let command = line("application_command_used", &format!(r#""application_id":{none},"#));
        assert_counts(&command, &[]).await;
        let command = line(
            "application_command_used",
            &format!(r#""application_id":"5","guild_id":{none},"#),
        );
        for report in anywhere(&command).await {
            assert_eq!(report.events[0].guild_id, None, "{none}");
        }
        let members = format!(r#""user_id":{none},"#);
        let lines = [
            line("email_opened", &members),
            line("email_opened", &members),
            line("email_opened", r#""user_id":"7","#),
        ];
        let report = read(&Archive::default().file(EVENTS, lines.join("\n"))).await;
        assert_eq!(&*report.owner.id, "7", "{none}");
        let report = read(&crate::support::with(
            package(),
            "Account/user.json",
            format!(r#"{{"id":{none}}}"#),
        ))
        .await;
        assert_ne!(&*report.owner.id, "null");
    }
}

#[tokio::test]
async fn events_with_long_texts_count_with_the_beginning_of_them() {
    let emoji = line("add_reaction", &format!(r#""emoji_name":"{}","#, "e".repeat(300)));
    assert_counts(&emoji, &[(reaction(&"e".repeat(256)), 1)]).await;
    let os = line("app_opened", &format!(r#""os":"{}","#, "w".repeat(80)));
    assert_counts(
        &os,
        &[(
            Activity::AppOpened {
                os: "w".repeat(64).into(),
            },
            1,
        )],
    )
    .await;
    let page = line(
        "dev_portal_page_viewed",
        &format!(r#""page_name":"/docs/{}","#, "p".repeat(300)),
    );
    assert_counts(&page, &[(Activity::DocsViewed, 1)]).await;
    let same = line("email_opened", &format!(r#""event_id":"{}","#, "A".repeat(70)));
    assert_counts(&format!("{same}\n{same}"), &[(EMAIL_OPENED, 1)]).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_damage_even_if_nothing_else_is_there() {
    let pretty = OPENED.replace([',', '{'], "$0,\n").replace("$0", "{");
    for text in [format!("{OPENED}\ngarbage"), pretty, "garbage".to_owned()] {
        let report = events(&text).await;
        let activity = section(&report, Section::Activity);
        assert_eq!(activity.status, SectionStatus::Damaged, "{text}");
        assert!(
            activity.detail.unwrap().contains("event lines could not be read"),
            "{text}"
        );
    }
    let report = events("").await;
    assert_eq!(status(&report, Section::Activity), SectionStatus::Empty);
}
