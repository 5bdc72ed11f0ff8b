//! The instance key as text.
#![cfg(feature = "ring")]

use dumpus_adapters::crypto_ring::{InstanceKey, ParseInstanceKeyError};

#[test]
fn parses_base64_and_redacts_debug_output() {
    let key: InstanceKey = " AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n".parse().unwrap();
    assert_eq!(key.expose()[..4], [0, 1, 2, 3]);
    assert_eq!(format!("{key:?}"), "InstanceKey(redacted)");
}

#[test]
fn rejects_other_text() {
    for text in ["", "AAECAw==", "no base64!", &"A".repeat(64)] {
        assert_eq!(text.parse::<InstanceKey>().err(), Some(ParseInstanceKeyError), "{text}");
    }
}
