//! Archives that make an analysis keep as much as it may, one for each kind of row and text: the candidates for the archive
//! that takes the most memory.

use std::io::{self, Write as _};

use crate::hostile::{Archive, archive, options};

const EVENTS: &str = "Activity/analytics/events-2026-00000-of-00001.json";

/// The name of a kind of archive, and one of that kind.
pub type Candidate = (&'static str, fn() -> Vec<u8>);

/// Just below the limits and beyond them: the former also write statistics, the latter are refused late.
pub const CANDIDATES: [Candidate; 14] = [
    ("reactions with distinct emoji and channels", || {
        events(440_000, reaction)
    }),
    ("reactions beyond the limit", || events(1_200_000, reaction)),
    ("calls in distinct channels", || events(860_000, call)),
    ("calls beyond the limit", || events(1_200_000, call)),
    ("sessions with distinct systems", || events(640_000, session)),
    ("sessions beyond the limit", || events(1_200_000, session)),
    ("events of distinct users", || events(1_050_000, user)),
    ("events with ids", || events(2_050_000, record)),
    ("channels with distinct servers", || channels(190_000, 60)),
    ("channels with long names", || channels(58_000, 512)),
    ("groups with distinct members", || groups(18_500)),
    ("groups beyond the limit", || groups(40_000)),
    ("messages in distinct hours", || hours(45, 87_000)),
    ("every list of the small documents", documents),
];

fn time(number: u32) -> String {
    format!(
        r#""timestamp":"\"2024-01-{:02}T{:02}:23:01.005Z\"""#,
        1 + number % 28,
        number / 28 % 24
    )
}

fn reaction(number: u32) -> String {
    let time = time(number);
    format!(
        r#"{{"event_type":"add_reaction","event_id":"A{number}","user_id":"1",{time},"channel_id":"18{number:016}","emoji_name":"e{number:028}"}}"#
    )
}

fn call(number: u32) -> String {
    let time = time(number);
    format!(
        r#"{{"event_type":"join_voice_channel","event_id":"A{number}","user_id":"1",{time},"channel_id":"18{number:016}","guild_id":"19{number:016}"}}"#
    )
}

fn session(number: u32) -> String {
    let time = time(number);
    format!(
        r#"{{"event_type":"session_start","event_id":"A{number}","user_id":"1",{time},"os":"o{number:060}","session":"s{number:060}"}}"#
    )
}

fn user(number: u32) -> String {
    let time = time(number);
    format!(r#"{{"event_type":"email_opened","user_id":"17{number:055}",{time}}}"#)
}

fn record(number: u32) -> String {
    let time = time(number);
    format!(r#"{{"event_type":"email_opened","event_id":"A{number}","user_id":"1",{time}}}"#)
}

fn account(archive: &mut Archive) -> io::Result<()> {
    archive
        .file("Account/user.json", options(), br#"{"id":"1","username":"x"}"#)
        .map(drop)
}

fn events(count: u32, line: fn(u32) -> String) -> Vec<u8> {
    archive(|archive| {
        account(archive)?;
        let mut entry = archive.entry(EVENTS, options())?;
        for number in 0..count {
            writeln!(entry, "{}", line(number))?;
        }
        entry.finish().map(drop)
    })
}

fn channels(count: u32, name_bytes: usize) -> Vec<u8> {
    archive(|archive| {
        account(archive)?;
        channel_files(archive, count, &"n".repeat(name_bytes))
    })
}

/// Channels with this name, each in a server of its own.
fn channel_files(archive: &mut Archive, count: u32, name: &str) -> io::Result<()> {
    for number in 0..count {
        let channel = format!(
            r#"{{"id":"18{number:016}","type":0,"name":"{name}","guild":{{"id":"19{number:016}","name":"{name}"}}}}"#
        );
        archive.file(
            &format!("Messages/c18{number:016}/channel.json"),
            options(),
            channel.as_bytes(),
        )?;
    }
    Ok(())
}

fn groups(count: u32) -> Vec<u8> {
    archive(|archive| {
        account(archive)?;
        for number in 0..count {
            let members: Vec<_> = (0..100)
                .map(|member| format!("\"{}\"", number * 100 + member))
                .collect();
            let channel = format!(
                r#"{{"id":"18{number:016}","type":3,"recipients":[{}]}}"#,
                members.join(",")
            );
            archive.file(
                &format!("Messages/c18{number:016}/channel.json"),
                options(),
                channel.as_bytes(),
            )?;
        }
        Ok(())
    })
}

fn hours(channels: u32, hours: u32) -> Vec<u8> {
    archive(|archive| {
        account(archive)?;
        for number in 0..channels {
            let mut entry = archive.entry(&format!("Messages/c18{number:016}/messages.json"), options())?;
            for hour in 0..hours {
                let start = if hour == 0 { '[' } else { ',' };
                // Months of 28 days are dates too.
                let (year, month, day) = (2016 + hour / 8_064, 1 + hour / 672 % 12, 1 + hour / 24 % 28);
                write!(
                    entry,
                    r#"{start}{{"ID":{hour},"Timestamp":"{year}-{month:02}-{day:02} {:02}:00:00","Contents":""}}"#,
                    hour % 24
                )?;
            }
            entry.write_all(b"]")?;
            entry.finish()?;
        }
        Ok(())
    })
}

fn documents() -> Vec<u8> {
    let list = |item: fn(u32) -> String| (0..99_000).map(item).collect::<Vec<_>>().join(",");
    let relationships = list(|number| format!(r#"{{"id":"{number}","user":{{"username":"u","avatar":"a"}}}}"#));
    let payments = list(|number| {
        format!(
            r#"{{"id":"{number}","created_at":"2024-01-01T00:00:00","amount":5,"currency":"usd","status":1,"description":"d"}}"#
        )
    });
    let labels = list(|number| format!(r#""18{number:016}":"x in y""#));
    let servers = list(|number| format!(r#""19{number:016}":"n""#));
    archive(|archive| {
        let user = format!(r#"{{"id":"1","username":"x","relationships":[{relationships}],"payments":[{payments}]}}"#);
        for (name, content) in [
            ("Account/user.json", user),
            ("Messages/index.json", format!("{{{labels}}}")),
            ("Servers/index.json", format!("{{{servers}}}")),
        ] {
            archive.file(name, options(), content.as_bytes())?;
        }
        channel_files(archive, 190_000, &"n".repeat(40))
    })
}
