//! Voice calls: evenings that repeat every week, and calls among friends.

use fastrand::Rng;

use dumpus_ports::domain::analysis::{EventKind, OverBudget};

use super::calendar::Date;
use super::chance::happens;
use super::conversations::{direct_id, group_id};
use super::guilds::{channel_id, guild_id};
use super::recorder::Recorder;

/// Where a call takes place; the number is a place in the list of these.
#[derive(Clone, Copy, Debug)]
enum Room {
    Guild(usize),
    Direct(usize),
    Group(usize),
}

/// On which days of the week.
#[derive(Clone, Copy, Debug)]
enum Days {
    All,
    Fridays,
    Weekdays,
    Weekends,
}

/// Calls that there are again and again.
struct Custom {
    room: Room,
    days: Days,
    /// First and last week.
    weeks: (u32, u32),
    /// Calls on a thousand such days.
    often: u64,
    hour: u64,
    /// The shortest and the longest call.
    minutes: (u64, u64),
}

const fn custom(room: Room, days: Days, weeks: (u32, u32), often: u64, hour: u64, minutes: (u64, u64)) -> Custom {
    Custom {
        room,
        days,
        weeks,
        often,
        hour,
        minutes,
    }
}

const CUSTOMS: [Custom; 13] = [
    custom(Room::Guild(4), Days::Fridays, (40, 999), 820, 19, (70, 230)),
    custom(Room::Guild(0), Days::Weekends, (6, 999), 300, 16, (40, 110)),
    custom(Room::Guild(5), Days::Weekdays, (2, 180), 160, 13, (30, 130)),
    custom(Room::Guild(1), Days::All, (20, 999), 60, 20, (20, 95)),
    custom(Room::Guild(3), Days::All, (1, 170), 90, 21, (15, 80)),
    custom(Room::Guild(10), Days::Weekdays, (130, 999), 70, 10, (20, 75)),
    custom(Room::Guild(16), Days::All, (210, 999), 70, 22, (25, 85)),
    custom(Room::Guild(18), Days::Weekends, (264, 999), 340, 12, (100, 210)),
    custom(Room::Direct(0), Days::All, (3, 999), 50, 18, (12, 80)),
    custom(Room::Direct(6), Days::All, (110, 999), 60, 9, (10, 65)),
    custom(Room::Direct(14), Days::Weekends, (210, 999), 130, 11, (15, 50)),
    custom(Room::Direct(3), Days::All, (0, 150), 45, 23, (10, 50)),
    custom(Room::Group(0), Days::Weekends, (15, 999), 240, 18, (35, 120)),
];

impl Custom {
    fn is_on(&self, date: &Date) -> bool {
        let (from, until) = self.weeks;
        let is_day = match self.days {
            Days::All => true,
            Days::Fridays => date.is_friday(),
            Days::Weekdays => !date.is_weekend(),
            Days::Weekends => date.is_weekend(),
        };
        is_day && (from..=until).contains(&(date.age / 7))
    }
}

/// Channel and, unless it is a conversation, guild.
fn address(room: Room) -> (String, Option<String>) {
    match room {
        Room::Guild(guild) => (channel_id(guild, 0), Some(guild_id(guild))),
        Room::Direct(friend) => (direct_id(friend), None),
        Room::Group(group) => (group_id(group), None),
    }
}

/// Joins and leaves all calls.
pub(super) fn write(recorder: &mut Recorder, days: &[Date], random: &mut Rng) -> Result<(), OverBudget> {
    for custom in &CUSTOMS {
        let (channel_id, guild_id) = address(custom.room);
        for date in days.iter().filter(|date| custom.is_on(date)) {
            // Away is away, but nobody calls twice as often because of a lively day.
            if !happens(random, custom.often * date.pace.min(1_000) / 1_000) {
                continue;
            }
            let start = random.u64(..2_400);
            let (shortest, longest) = custom.minutes;
            let end = start + 60 * random.u64(shortest..=longest) + random.u64(..60);
            let joined = EventKind::JoinVoice {
                channel_id: Some(channel_id.as_str().into()),
                guild_id: guild_id.as_deref().map(Into::into),
                client_time: None,
            };
            recorder.event(date.at(custom.hour, start), joined)?;
            let left = EventKind::LeaveVoice {
                channel_id: Some(channel_id.as_str().into()),
                guild_id: guild_id.as_deref().map(Into::into),
                client_time: None,
                duration_ms: None,
            };
            recorder.event(date.at(custom.hour, end), left)?;
        }
    }
    Ok(())
}
