//! Unique strings, and their encodings.

use std::fmt::Write as _;
use std::time::UNIX_EPOCH;

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE, Engine as _};

/// Strings that must never be found. The last digits differ between runs.
pub(crate) struct Markers {
    pub(crate) key: String,
    pub(crate) user_name: String,
    pub(crate) display_name: String,
    pub(crate) mail: String,
    pub(crate) text: String,
    pub(crate) channel: String,
    pub(crate) guild: String,
    pub(crate) friend: String,
    pub(crate) event_field: String,
    pub(crate) emoji: String,
    pub(crate) payment: String,
    pub(crate) looked_up_user: String,
}

impl Markers {
    pub(crate) fn new() -> Self {
        let now = UNIX_EPOCH.elapsed().unwrap().as_nanos();
        let run = format!("{:08x}{:012x}", std::process::id(), now & 0xffff_ffff_ffff);
        // Characters that are encoded differently in URLs and in JSON.
        let marker = |kind: &str| format!("canary {kind} \u{fc}&{run}");
        Self {
            key: format!("canary-key.{run}_"),
            user_name: format!("canary_user_{run}"),
            display_name: marker("display"),
            mail: format!("canary+mail@{run}.example.org"),
            text: marker("text"),
            channel: marker("channel"),
            guild: marker("guild"),
            friend: format!("canary_friend_{run}"),
            event_field: marker("event"),
            emoji: marker("emoji"),
            payment: marker("payment"),
            looked_up_user: format!("17{:016}", now % 10_u128.pow(16)),
        }
    }

    fn all(&self) -> [(&'static str, &str); 14] {
        [
            ("key", &self.key),
            ("user name", &self.user_name),
            ("display name", &self.display_name),
            ("e-mail", &self.mail),
            ("message text", &self.text),
            ("channel name", &self.channel),
            ("guild name", &self.guild),
            ("friend", &self.friend),
            ("event field", &self.event_field),
            ("emoji", &self.emoji),
            ("payment", &self.payment),
            ("looked-up user", &self.looked_up_user),
            // Parts of every link, and of the address that it redirects to.
            ("link", "ls/click?upn="),
            ("signed address", "X-Goog-Signature=0123456789abcdef"),
        ]
    }

    /// Every encoding of every marker, with a description.
    pub(crate) fn needles(&self) -> Vec<(String, Vec<u8>)> {
        let named = |(name, marker)| move |(spelling, bytes)| (format!("{name}, {spelling}: {marker}"), bytes);
        self.all()
            .into_iter()
            .flat_map(|pair| spellings(pair.1).into_iter().map(named(pair)))
            .collect()
    }
}

/// A text in every encoding in which it may occur, without duplicates.
pub(crate) fn spellings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let percent = |upper: bool, is_form: bool| {
        let mut encoded = String::new();
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
                b' ' if is_form => encoded.push('+'),
                _ if upper => write!(encoded, "%{byte:02X}").unwrap(),
                _ => write!(encoded, "%{byte:02x}").unwrap(),
            }
        }
        encoded
    };
    let json: String = text.chars().fold(String::new(), |mut json, letter| {
        if letter.is_ascii() {
            json.push(letter);
        } else {
            write!(json, "\\u{:04x}", u32::from(letter)).unwrap();
        }
        json
    });
    let mut spellings = vec![
        ("raw", text.as_bytes().to_vec()),
        ("URL-encoded", percent(true, false).into_bytes()),
        ("URL-encoded in lower case", percent(false, false).into_bytes()),
        ("form-encoded", percent(true, true).into_bytes()),
        ("in JSON", json.into_bytes()),
        ("hex", hex::encode(text).into_bytes()),
        ("hex in upper case", hex::encode_upper(text).into_bytes()),
        ("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ];
    // The preceding bytes determine the alignment of base64: three variants, without the characters that neighbours affect.
    for shift in 0..3 {
        let shifted = [&[0; 2][..shift], text.as_bytes()].concat();
        let first = (shift * 8).div_ceil(6);
        let last = shifted.len() * 8 / 6;
        spellings.push((
            "base64",
            BASE64_STANDARD.encode(&shifted).as_bytes()[first..last].to_vec(),
        ));
        spellings.push((
            "URL-safe base64",
            BASE64_URL_SAFE.encode(&shifted).as_bytes()[first..last].to_vec(),
        ));
    }
    spellings.sort_by(|a, b| a.1.cmp(&b.1));
    spellings.dedup_by(|a, b| a.1 == b.1);
    spellings
}

#[test]
fn base64_is_found_at_any_alignment() {
    let spellings = spellings("canary text");
    for before in 0..6 {
        for after in 0..6 {
            let text = [&b"xyzxyz"[..before], b"canary text", &b"abcabc"[..after]].concat();
            let encoded = BASE64_STANDARD.encode(text);
            let is_in = |needle: &[u8]| encoded.as_bytes().windows(needle.len()).any(|window| window == needle);
            assert!(
                spellings.iter().any(|(_, needle)| is_in(needle)),
                "{before} before, {after} after"
            );
        }
    }
}
