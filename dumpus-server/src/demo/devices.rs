//! The devices that the app is opened on, and for how long.

use fastrand::Rng;

use dumpus_ports::domain::analysis::{EventKind, OverBudget};

use super::calendar::Date;
use super::chance::{about, happens};
use super::chat::Habit::{self, Daytime, Evening};
use super::recorder::Recorder;

/// A device, and how it is used.
struct Device {
    os: &'static str,
    /// The day on which it was bought.
    from_age: u32,
    habit: Habit,
    /// Sessions on a thousand days.
    often: u64,
    /// The shortest and the longest session.
    minutes: (u64, u64),
    /// Times it is opened for a look only, on a thousand days.
    looks: u64,
}

const DEVICES: [Device; 3] = [
    Device {
        os: "iOS",
        from_age: 0,
        habit: Daytime,
        often: 620,
        minutes: (3, 34),
        looks: 4_000,
    },
    Device {
        os: "Windows",
        from_age: 0,
        habit: Evening,
        often: 560,
        minutes: (25, 190),
        looks: 200,
    },
    Device {
        os: "Linux",
        from_age: 790,
        habit: Daytime,
        often: 330,
        minutes: (40, 260),
        looks: 0,
    },
];

/// Opens and closes the app on all devices.
pub(super) fn write(recorder: &mut Recorder, days: &[Date], random: &mut Rng) -> Result<(), OverBudget> {
    for device in &DEVICES {
        for date in days.iter().filter(|date| date.age >= device.from_age) {
            for _ in 0..about(random, device.looks * date.pace / 1_000) {
                opened(recorder, device, date, random)?;
            }
            if happens(random, device.often * date.pace / 1_000) {
                session(recorder, device, date, random)?;
            }
        }
    }
    Ok(())
}

fn opened(recorder: &mut Recorder, device: &Device, date: &Date, random: &mut Rng) -> Result<(), OverBudget> {
    let os = Some(device.os.into());
    recorder.event(date.at(device.habit.hour(date, random), 0), EventKind::AppOpened { os })
}

fn session(recorder: &mut Recorder, device: &Device, date: &Date, random: &mut Rng) -> Result<(), OverBudget> {
    opened(recorder, device, date, random)?;
    let hour = device.habit.hour(date, random);
    let start = random.u64(..3_600);
    let (shortest, longest) = device.minutes;
    let end = start + 60 * random.u64(shortest..=longest);
    let (os, session) = (Some(device.os.into()), format!("{}-{}", device.os, date.age));
    let started = EventKind::SessionStart {
        os: os.clone(),
        session: Some(session.as_str().into()),
    };
    recorder.event(date.at(hour, start), started)?;
    let ended = EventKind::SessionEnd {
        os,
        session: Some(session.as_str().into()),
    };
    recorder.event(date.at(hour, end), ended)
}
