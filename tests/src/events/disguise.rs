//! Makes lines harder to parse without changing their meaning, and generates lines without events.

use crate::rng::Rng;

/// Keys whose values look like events.
pub(crate) const NESTED: &str = concat!(
    r#""extra_context":"{\"event_type\":\"guild_joined\",\"event_id\":\"x\",\"guild_id\":\"1\",\"timestamp\":\"\\\"2020-01-01T00:00:00.000Z\\\"\"}","#,
    r#""properties":{"event_type":"app_opened","event_id":"y","os":"Plan 9","guild_id":"1","channel_id":"2","session":"3","#,
    r#""duration":"60000","timestamp":"\"2020-01-01T00:00:00.000Z\"","list":[{"event_type":"email_opened"},"]}",["{"]]},"#,
);

/// Moves the first pair of the object that begins at `start` to the end of the object.
pub(crate) fn put_type_last(line: &mut Vec<u8>, start: usize) {
    let Some(comma) = line[start..].iter().position(|&byte| byte == b',') else {
        return;
    };
    let pair = line[start + 1..start + comma].to_vec();
    line.drain(start + 1..=start + comma);
    line.pop();
    line.push(b',');
    line.extend_from_slice(&pair);
    line.push(b'}');
}

/// JSON with a space after every colon and comma outside of strings.
pub(crate) fn spaced(json: &str) -> String {
    let mut out = Vec::new();
    space_out(json.as_bytes(), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// Copies `line` with a space after every colon and comma outside of strings.
pub(crate) fn space_out(line: &[u8], out: &mut Vec<u8>) {
    let (mut is_text, mut is_escape) = (false, false);
    for &byte in line {
        out.push(byte);
        if is_escape {
            is_escape = false;
        } else if is_text {
            is_escape = byte == b'\\';
            is_text = byte != b'"';
        } else if byte == b'"' {
            is_text = true;
        } else if matches!(byte, b':' | b',') {
            out.push(b' ');
        }
    }
}

/// A line without an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Junk {
    Blank,
    /// JSON without `event_type`.
    Untyped,
    Garbage,
}

const GARBAGE: [&str; 9] = [
    "not a line of an export",
    r#"{"event_type":"email_opened","event_id":"AQICcutcutcutcutcutcutAAAAAA=","user_id":"1700"#,
    r#"{"event_type":"app_opened","event_id":"AQICcutcutcutcutcutcutAAAAAB=","os":"Wind"#,
    "{]",
    "[1,2,3]",
    "\"event_type\"",
    "null",
    "}{",
    "\u{fffd}\u{fffd}",
];

impl Junk {
    pub(crate) fn write(self, rng: &mut Rng, owner: u64, out: &mut Vec<u8>) {
        match self {
            Self::Blank => out.extend_from_slice(if rng.chance(50) { b"" } else { b"  " }),
            Self::Garbage => out.extend_from_slice(rng.pick::<&str>(&GARBAGE).as_bytes()),
            Self::Untyped => {
                let (kind, day) = (*rng.pick(&["female", "male"]), 1 + rng.below(28));
                let line = format!(
                    r#"{{"predicted_gender":"{kind}","probability":0.61,"prob_0":0.31,"prob_1":0.08,"prob_2":0.61,"user_id":"{owner}","day_pt":"2023-11-{day:02} 00:00:00 UTC"}}"#
                );
                out.extend_from_slice(line.as_bytes());
            }
        }
    }
}
