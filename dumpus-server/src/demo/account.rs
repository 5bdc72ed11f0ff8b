//! What happens to an account: logins, notifications, edits, crashes, and an attempt at writing a bot.

use fastrand::Rng;

use dumpus_ports::domain::analysis::{EventKind, OverBudget};
use dumpus_ports::domain::report::DailyEvent;

use super::calendar::Date;
use super::chance::about;
use super::recorder::Recorder;

/// How often something happens on a thousand ordinary days.
const OFTEN: [(DailyEvent, u64); 5] = [
    (DailyEvent::NotificationClicked, 2_400),
    (DailyEvent::MessageEdited, 1_600),
    (DailyEvent::PremiumUpsellViewed, 450),
    (DailyEvent::EmailOpened, 400),
    (DailyEvent::VoiceMessageRecorded, 400),
];

/// After how many days something happens again.
const SELDOM: [(DailyEvent, u64); 9] = [
    (DailyEvent::LoginSuccessful, 10),
    (DailyEvent::AppCrashed, 14),
    (DailyEvent::CaptchaServed, 31),
    (DailyEvent::RemoteAuthLogin, 37),
    (DailyEvent::Oauth2AuthorizeAccepted, 43),
    (DailyEvent::UserAvatarUpdated, 58),
    (DailyEvent::MessageReported, 120),
    (DailyEvent::ApplicationCreated, 420),
    (DailyEvent::BotTokenCompromised, 900),
];

/// The days on which the owner read how to write a bot, and how often on a thousand of them.
const READING: [(std::ops::Range<u32>, u64); 2] = [(780..960, 500), (960..u32::MAX, 200)];

/// Within so many days before the end everything happens once: the client's shortest range has no number for what did not.
const SHORTEST_RANGE: u64 = 27;

/// Writes what belongs to no channel and no device.
pub(super) fn write(recorder: &mut Recorder, days: &[Date], random: &mut Rng) -> Result<(), OverBudget> {
    for (event, often) in OFTEN {
        for date in days {
            for _ in 0..about(random, often * date.pace / 1_000) {
                recorder.event(date.at(NOON, 0), EventKind::Daily(event))?;
            }
        }
    }
    for (event, gap) in SELDOM {
        let mut before_end = random.u64(..gap.min(SHORTEST_RANGE));
        while let Some(date) = date_before_end(days, before_end) {
            recorder.event(date.at(NOON, 0), EventKind::Daily(event))?;
            before_end += random.u64(gap / 2..=gap + gap / 2);
        }
    }
    for (ages, often) in READING {
        for date in days.iter().filter(|date| ages.contains(&date.age)) {
            for _ in 0..about(random, often) {
                let page_name = Some("/docs/intro".into());
                recorder.event(date.at(NOON, 0), EventKind::DevPortalPageViewed { page_name })?;
            }
        }
    }
    Ok(())
}

/// All of these are counted per day.
const NOON: u64 = 12;

fn date_before_end(days: &[Date], before_end: u64) -> Option<&Date> {
    days.iter().rev().nth(usize::try_from(before_end).ok()?)
}
