//! The growth of the time when the package doubles, which should be at most twofold.

use std::time::Duration;

use dumpus_ports::domain::report::{MessageHours, Owner, Report, Text};
use dumpus_ports::domain::time::{Day, Hour};
use dumpus_tests::{LineWidth, PackageSpec};

use super::inflate::Entries;
use super::{Bench, fastest, ratio, timed};

/// Number of sizes per table; each is double the previous one.
const STEPS: u32 = 4;

/// A table of four sizes for events, channels, guilds and sessions.
pub(super) fn tables(bench: &Bench) {
    let base = PackageSpec {
        size: 0,
        lines: LineWidth::Lean,
        events: Some(1_000),
        sessions: Some(100),
        voice: Some(100),
        messages: Some(1_000),
        ..PackageSpec::default()
    };
    table(bench, "events", 100_000, |count| PackageSpec {
        events: Some(count),
        ..base.clone()
    });
    table(bench, "sessions", 50_000, |count| PackageSpec {
        sessions: Some(count),
        ..base.clone()
    });
    table(bench, "channels", 2_500, |count| PackageSpec {
        channels: u32::try_from(count).unwrap(),
        messages: Some(count * 20),
        ..base.clone()
    });
    table(bench, "guilds", 2_500, |count| PackageSpec {
        guilds: u32::try_from(count).unwrap(),
        channels: u32::try_from(count).unwrap(),
        ..base.clone()
    });
}

fn table(bench: &Bench, what: &str, first: u64, spec: impl Fn(u64) -> PackageSpec) {
    println!(
        "{:>20} {:>9} {:>7} {:>11} {:>7}",
        "", "time", "growth", "inflate", "growth"
    );
    let mut before: Option<[Duration; 2]> = None;
    for step in 0..STEPS {
        let count = first << step;
        let (path, _) = bench.package("growth", &spec(count));
        let mut inflate = Entries::open(&path);
        let taken = fastest(|| {
            inflate.run();
            timed(|| bench.write(&bench.read(&path, 1, false)))
        });
        // How the machine itself scales with twice the bytes.
        let both = [taken, inflate.fastest().iter().sum()];
        print!("{count:>10} {what:<9}");
        for (place, time) in both.into_iter().enumerate() {
            let growth = before.map_or_else(String::new, |before| format!("{:.2}", ratio(time, before[place])));
            print!(" {:>7.1}ms {growth:>7}  ", time.as_secs_f64() * 1e3);
        }
        println!();
        before = Some(both);
    }
    println!();
}

/// A report with this number of activity rows, like that of messages in 500 channels.
pub(super) fn report(rows: u32) -> Report {
    let channels: Vec<Text> = (0..500u64)
        .map(|place| (180_000_000_000_000_000 + place * 77_777).to_string().into())
        .collect();
    let guilds: Vec<Text> = (0..50u64)
        .map(|place| (190_000_000_000_000_000 + place * 99_999).to_string().into())
        .collect();
    let per_channel = rows / 500;
    let message_hours = (0..500).map(|place| MessageHours {
        channel_id: channels[place].clone(),
        guild_id: Some(guilds[place % guilds.len()].clone()),
        hours: (0..i32::try_from(per_channel).unwrap())
            .map(|hour| {
                (
                    Hour(Day::DISCORD_LAUNCH.0 * 24 + 60 * hour),
                    1 + hour.unsigned_abs() % 17,
                )
            })
            .collect(),
    });
    let message_hours = message_hours.collect();
    Report {
        owner: Owner {
            id: "170000000000000001".into(),
            name: "somebody".into(),
            display_name: None,
            avatar_hash: None,
        },
        is_partial: false,
        message_count: 0,
        events: Vec::new(),
        message_hours,
        dm_channels: Vec::new(),
        group_channels: Vec::new(),
        guild_channels: Vec::new(),
        guilds: Vec::new(),
        payments: Vec::new(),
        voice_sessions: Vec::new(),
        sessions: Vec::new(),
        sections: Vec::new(),
    }
}
