use std::collections::{BTreeMap, BTreeSet};

use dumpus_adapters::report_sqlite::SqliteWriter;
use dumpus_ports::domain::report::{Activity, ActivityRow, DailyEvent};
use dumpus_ports::domain::time::Day;

use super::bots::BOTS;
use super::*;

/// The ranges that the official client offers, in days before the last one.
const RANGES: [i32; 4] = [28, 182, 365, 9_999];

const ALL_DAILY: [DailyEvent; 14] = [
    DailyEvent::AppCrashed,
    DailyEvent::ApplicationCreated,
    DailyEvent::BotTokenCompromised,
    DailyEvent::CaptchaServed,
    DailyEvent::EmailOpened,
    DailyEvent::LoginSuccessful,
    DailyEvent::MessageEdited,
    DailyEvent::MessageReported,
    DailyEvent::NotificationClicked,
    DailyEvent::Oauth2AuthorizeAccepted,
    DailyEvent::PremiumUpsellViewed,
    DailyEvent::RemoteAuthLogin,
    DailyEvent::UserAvatarUpdated,
    DailyEvent::VoiceMessageRecorded,
];

fn calendar() -> Calendar {
    Calendar::until(LAST_DAY).unwrap()
}

/// The day before a range begins.
fn before_range(report: &Report, days: i32) -> Day {
    let (_, last) = report.day_range().unwrap();
    Day(last.0 - days)
}

/// The rows of a range.
fn rows_of(report: &Report, days: i32) -> Vec<ActivityRow> {
    let before = before_range(report, days);
    report.activity().filter(|row| row.day > before).collect()
}

fn number_of(rows: &[ActivityRow], is_counted: impl Fn(&Activity) -> bool) -> u32 {
    let counted = rows.iter().filter(|row| is_counted(&row.activity));
    counted.map(|row| row.count).sum()
}

#[test]
fn every_call_gives_the_same_person() {
    assert_eq!(report(LAST_DAY).unwrap(), report(LAST_DAY).unwrap());
}

#[test]
fn the_person_has_twenty_guilds_and_forty_conversations() {
    let report = report(LAST_DAY).unwrap();
    assert_eq!(report.guilds.len(), 20);
    assert_eq!(report.dm_channels.len() + report.group_channels.len(), 40);
    assert_eq!(report.group_channels.len(), 5);
    for guild in &report.guilds {
        let channels = report
            .guild_channels
            .iter()
            .filter(|row| row.guild_id == guild.guild_id);
        assert!(channels.count() >= 3, "{}", guild.name);
        assert!(guild.message_count > 75, "{} has {}", guild.name, guild.message_count);
    }
    assert!(!report.is_partial);
}

#[test]
fn no_two_guilds_channels_or_people_share_a_name() {
    let report = report(LAST_DAY).unwrap();
    let names: Vec<_> = report.guilds.iter().map(|row| &row.name).collect();
    let channels = report.guild_channels.iter().map(|row| &row.name);
    let groups = report.group_channels.iter().map(|row| &row.name);
    let people = report.dm_channels.iter().map(|row| &row.user_name);
    let all: Vec<_> = names.into_iter().chain(channels).chain(groups).chain(people).collect();
    let distinct: BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
    assert!(all.iter().all(|name| !name.starts_with("Un")), "a name is unknown");
}

fn assert_everything_happens_in_every_range(report: &Report) {
    for days in RANGES {
        let rows = rows_of(report, days);
        for event in ALL_DAILY {
            let number = number_of(&rows, |activity| *activity == Activity::Daily(event));
            assert!(number > 0, "{event:?} in {days} days");
        }
        let is_os = |activity: &Activity, name: &str| matches!(activity, Activity::AppOpened { os } if &**os == name);
        let is_emoji = |activity: &Activity, of_guild: bool| matches!(activity, Activity::AddReaction { is_custom, .. } if *is_custom == of_guild);
        for (what, number) in [
            (
                "messages",
                number_of(&rows, |activity| *activity == Activity::MessageSent),
            ),
            (
                "guilds joined",
                number_of(&rows, |activity| *activity == Activity::GuildJoined),
            ),
            (
                "documentation",
                number_of(&rows, |activity| *activity == Activity::DocsViewed),
            ),
            (
                "commands",
                number_of(&rows, |activity| matches!(activity, Activity::CommandUsed { .. })),
            ),
            ("iOS", number_of(&rows, |activity| is_os(activity, "iOS"))),
            ("Linux", number_of(&rows, |activity| is_os(activity, "Linux"))),
            ("Windows", number_of(&rows, |activity| is_os(activity, "Windows"))),
            ("Unicode emoji", number_of(&rows, |activity| is_emoji(activity, false))),
            ("custom emoji", number_of(&rows, |activity| is_emoji(activity, true))),
        ] {
            assert!(number > 0, "{what} in {days} days");
        }
        let before = before_range(report, days);
        let from = Day(before.0 + 1).start().seconds();
        assert!(report.voice_sessions.iter().any(|call| call.started >= from));
        assert!(report.sessions.iter().any(|session| session.started >= from));
        assert!(report.payments.iter().any(|payment| payment.day > before));
    }
}

/// The client shows no number for a channel without a reaction.
fn assert_channels_with_messages_have_reactions(report: &Report) {
    for days in RANGES {
        let rows = rows_of(report, days);
        let channels_of = |is_counted: fn(&Activity) -> bool| -> BTreeSet<_> {
            let counted = rows.iter().filter(|row| is_counted(&row.activity));
            counted.map(|row| row.channel_id.clone().unwrap()).collect()
        };
        let written = channels_of(|activity| *activity == Activity::MessageSent);
        let reacted = channels_of(|activity| matches!(activity, Activity::AddReaction { .. }));
        assert_eq!(written.difference(&reacted).next(), None, "{days} days");
        assert!(written.len() >= 40, "{} channels in {days} days", written.len());
    }
}

#[test]
fn everything_that_is_counted_happens_in_every_range() {
    assert_everything_happens_in_every_range(&report(LAST_DAY).unwrap());
}

#[test]
fn channels_with_messages_have_reactions_in_every_range() {
    assert_channels_with_messages_have_reactions(&report(LAST_DAY).unwrap());
}

#[tokio::test]
async fn a_release_may_move_the_last_day() {
    let (year, ..) = LAST_DAY;
    for last_day in [
        (year + 1, 1, 1),
        (year + 1, 3, 14),
        (year + 1, 8, 17),
        (year + 2, 2, 28),
    ] {
        let report = report(last_day).unwrap();
        let calendar = Calendar::until(last_day).unwrap();
        assert_eq!(report.day_range(), Some((calendar.first, calendar.last)));
        assert_everything_happens_in_every_range(&report);
        assert_channels_with_messages_have_reactions(&report);
        let file = SqliteWriter::default()
            .write(&report, "demo", Packing::Gzip)
            .await
            .unwrap();
        assert!(file.len() < 150_000, "{} bytes until {last_day:?}", file.len());
    }
    assert!(report((year, 2, 30)).is_err());
}

#[test]
fn every_month_of_six_years_has_messages_and_every_day_is_inside() {
    let report = report(LAST_DAY).unwrap();
    let mut months: BTreeMap<_, u32> = BTreeMap::new();
    for row in report.activity().filter(|row| row.activity == Activity::MessageSent) {
        let (year, month, _) = row.day.civil();
        *months.entry((year, month)).or_default() += row.count;
    }
    // The first month and the last are parts of one if the last day is not the last of its month.
    assert!((72..=73).contains(&months.len()), "{} months", months.len());
    let whole = months.values().skip(1).take(70);
    let quietest = whole.min().copied().unwrap_or(0);
    assert!(quietest > 100, "{quietest} messages in a month");
    assert_eq!(report.day_range(), Some((calendar().first, calendar().last)));
    let (year, month, day) = LAST_DAY;
    assert_eq!(calendar().last.to_string(), format!("{year:04}-{month:02}-{day:02}"));
}

#[test]
fn days_have_a_rhythm() {
    let report = report(LAST_DAY).unwrap();
    let mut hours = [0; 24];
    let mut weekdays = [0; 7];
    let mut years = [0; 6];
    for row in report.activity().filter(|row| row.activity == Activity::MessageSent) {
        hours[usize::from(row.hour)] += row.count;
        weekdays[usize::try_from((row.day.0 + 3).rem_euclid(7)).unwrap()] += row.count;
        let year = usize::try_from((row.day.0 - calendar().first.0) / 366).unwrap();
        years[year] += row.count;
    }
    assert!(hours[21] > 10 * hours[5], "{hours:?}");
    assert!(weekdays[5] > weekdays[1], "{weekdays:?}");
    assert!(years[3] > 2 * years[0], "{years:?}");
}

#[test]
fn everybody_has_a_name_and_a_feeling() {
    let report = report(LAST_DAY).unwrap();
    assert!(report.dm_channels.iter().all(|row| row.sentiment != 0));
    let signs: BTreeSet<_> = report.dm_channels.iter().map(|row| row.sentiment.signum()).collect();
    assert_eq!(signs.len(), 2, "feelings are of both kinds");
    let without_name = report.dm_channels.iter().filter(|row| row.display_name.is_none());
    assert_eq!(without_name.count(), 3, "those who are no friends");
}

#[test]
fn bots_with_commands_are_known_by_name() {
    let report = report(LAST_DAY).unwrap();
    let mut used = BTreeSet::new();
    for row in &report.events {
        if let Activity::CommandUsed { application_id } = &row.activity {
            used.extend(application_id.clone());
        }
    }
    assert_eq!(used.len(), BOTS.len());
    for bot in used {
        let named = report.dm_channels.iter().find(|row| row.user_id == bot);
        assert!(named.is_some_and(|row| row.display_name.is_some()), "{bot}");
    }
}

#[test]
fn money_is_of_two_currencies_and_sessions_of_three_systems() {
    let report = report(LAST_DAY).unwrap();
    let currencies: BTreeSet<_> = report.payments.iter().map(|row| &*row.currency).collect();
    assert_eq!(currencies, BTreeSet::from(["eur", "usd"]));
    let systems: BTreeSet<_> = report.sessions.iter().map(|row| &*row.os).collect();
    assert_eq!(systems, BTreeSet::from(["Linux", "Windows", "iOS"]));
    assert!(report.voice_sessions.iter().any(|row| row.guild_id.is_none()));
    assert!(report.voice_sessions.iter().any(|row| row.guild_id.is_some()));
}

#[tokio::test]
async fn the_file_is_rich_and_small() {
    let report = report(LAST_DAY).unwrap();
    let file = Demo::new(Arc::new(SqliteWriter::default())).file().await.unwrap();
    assert!(file.len() < 150_000, "{} bytes", file.len());
    assert!(report.message_count > 50_000, "{} messages", report.message_count);
    assert!(report.activity().count() > 15_000, "{} rows", report.activity().count());
    let (calls, sessions) = (report.voice_sessions.len(), report.sessions.len());
    assert!(calls > 500 && sessions > 1_500, "{calls} calls, {sessions} sessions");
}
