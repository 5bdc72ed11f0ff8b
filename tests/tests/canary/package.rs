//! A package full of markers, even in unreadable places, large enough to be spooled and to make SQLite spill to disk.

use std::fmt::Write as _;
use std::io::Cursor;

use dumpus_tests::{ArchiveWriter, EntryOptions};
use serde_json::json;

use crate::markers::Markers;

const CHANNELS: u64 = 40;
const MESSAGES: u64 = 1_500;
const EVENTS: u64 = 20_000;
const OWNER: &str = "170000000000000001";
const GUILD: &str = "200000000000000001";

pub(crate) fn package(markers: &Markers) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut archive = ArchiveWriter::new(&mut out, 1);
    let options = EntryOptions {
        day: 20_000,
        ..EntryOptions::default()
    };
    let mut file = |name: &str, content: String| archive.file(name, options, content.as_bytes()).unwrap();

    file("Account/user.json", user(markers).to_string());
    let payments = json!({ "records": [
        { "id": "1", "created_at": "2024-01-01T00:00:00Z", "amount": 999, "currency": "usd", "status": 1, "description": markers.payment },
        { "id": "2", "created_at": markers.payment, "amount": markers.payment, "currency": markers.payment, "status": 1 },
    ] });
    file(
        "Account/user_data_exports/discord_billing/payments.json",
        payments.to_string(),
    );
    let mut labels = json!({});
    for number in 0..CHANNELS {
        let id = (300_000_000_000_000_000 + number).to_string();
        let (guild, people) = (
            json!({ "id": GUILD, "name": markers.guild }),
            [OWNER, &markers.looked_up_user],
        );
        let (label, channel) = if number % 2 == 0 {
            let label = format!("Direct Message with {}#0", markers.friend);
            (label, json!({ "id": id, "type": "DM", "recipients": people }))
        } else {
            let label = format!("{} in {}", markers.channel, markers.guild);
            (
                label,
                json!({ "id": id, "type": "GUILD_TEXT", "name": markers.channel, "guild": guild }),
            )
        };
        labels[&id] = json!(label);
        file(&format!("Messages/c{id}/channel.json"), channel.to_string());
        file(&format!("Messages/c{id}/messages.json"), messages(markers, number));
    }
    file("Messages/index.json", labels.to_string());
    file("Servers/index.json", json!({ GUILD: markers.guild }).to_string());
    file("Activity/analytics/events-2024-00000-of-00001.json", events(markers));
    archive.finish().unwrap();
    out.into_inner()
}

fn user(markers: &Markers) -> serde_json::Value {
    json!({
        "id": OWNER, "username": markers.user_name, "global_name": markers.display_name, "email": markers.mail,
        "avatar_hash": null, "ip": markers.event_field,
        "relationships": [{ "id": markers.looked_up_user, "type": "FRIEND", "user": { "id": markers.looked_up_user, "username": markers.friend } }],
        "flags": { "not what is expected": markers.text },
    })
}

/// Each message is in a different hour; the files of the last channels end in the middle of a message.
fn messages(markers: &Markers, channel: u64) -> String {
    let mut text = "[".to_owned();
    for number in 0..MESSAGES {
        let (day, hour) = (number / 24 % 28 + 1, number % 24);
        let month = number / 24 / 28 % 12 + 1;
        let id = 1_190_000_000_000_000_000 + channel * MESSAGES + number;
        let comma = if number == 0 { "" } else { "," };
        let contents = json!(format!("{} {number}", markers.text));
        write!(
            text,
            r#"{comma}{{"ID":{id},"Timestamp":"2023-{month:02}-{day:02} {hour:02}:37:01","Contents":{contents},"Attachments":""}}"#
        )
        .unwrap();
    }
    if channel >= CHANNELS - 2 {
        write!(text, r#",{{"ID":"{}","Timestamp":["#, markers.text).unwrap();
        return text;
    }
    text + "]"
}

fn events(markers: &Markers) -> String {
    let mut lines = String::new();
    for number in 0..EVENTS {
        let kind =
            ["add_reaction", "send_message", "app_opened", "session_start"][usize::try_from(number % 4).unwrap()];
        let event = json!({
            "event_type": kind, "event_id": number.to_string(), "user_id": OWNER,
            "timestamp": format!("\"2023-{:02}-{:02}T{:02}:04:31.512Z\"", number / 672 % 12 + 1, number / 24 % 28 + 1, number % 24),
            "channel_id": "300000000000000001", "emoji_name": format!("{}{}", markers.emoji, number % 50),
            "session": markers.event_field, "os": markers.event_field, "city": markers.event_field, "url": markers.text,
        });
        writeln!(lines, "{event}").unwrap();
        if number % 500 == 0 {
            let (field, mail) = (&markers.event_field, &markers.mail);
            writeln!(
                lines,
                r#"{{"event_type":"add_reaction","event_id":"{field}","timestamp":"{mail}","emoji_name":["#
            )
            .unwrap();
            writeln!(
                lines,
                r#"{{"event_type":"add_reaction","timestamp":"{mail}","channel_id":{{"{field}":1}}}}"#
            )
            .unwrap();
            writeln!(lines, "{field} {mail}").unwrap();
        }
    }
    lines
}
