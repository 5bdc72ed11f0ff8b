//! Parsers of the values of settings.
#![cfg(feature = "cli")]

use std::time::Duration;

use dumpus_adapters::cli::values::{
    address, bytes, bytes_text, count, days, directory, duration, duration_text, file, number,
};

#[test]
fn sizes_have_units() {
    let parse = bytes(0_u64);
    for (text, expected) in [
        ("512MiB", 512 << 20),
        ("20GiB", 20 << 30),
        ("2 GB", 2_000_000_000),
        ("2kb", 2_000),
        ("2k", 2_048),
        ("2M", 2 << 20),
        ("1g", 1 << 30),
        ("1 T", 1 << 40),
        ("17", 17),
        ("17 b", 17),
        ("0", 0),
    ] {
        assert_eq!(parse(text), Ok(expected), "{text}");
    }
    for wrong in ["", "-1", "-1k", "x", "GiB", "k", "1e3", "99999999999TiB", "1 house"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn sizes_have_a_minimum() {
    assert!(bytes(1_u64)("0").is_err());
    assert_eq!(bytes(0_usize)("0"), Ok(0));
    assert!(bytes(0_u32)("4GiB").is_err());
}

#[test]
fn durations_have_units() {
    let parse = duration(Duration::ZERO);
    for (text, expected) in [
        ("90", 90_000),
        ("30s", 30_000),
        ("2m", 120_000),
        ("2 min", 120_000),
        ("250ms", 250),
        ("1h", 3_600_000),
        ("0", 0),
    ] {
        assert_eq!(parse(text), Ok(Duration::from_millis(expected)), "{text}");
    }
    for wrong in ["", "x", "-3s", "2 houses", "s", "99999999999999999999h"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
    let error = duration(Duration::from_secs(5))("4s").unwrap_err();
    assert_eq!(error, "expected a duration of at least 5s, such as 90s or 2m");
}

#[test]
fn texts_of_sizes_and_durations_are_parsed_to_the_same() {
    for size in [0, 4 << 20, 32 << 30, 1_000] {
        assert_eq!(bytes(0_u64)(&bytes_text(size)), Ok(size));
    }
    for seconds in [0, 30, 60, 7_201] {
        let time = Duration::from_secs(seconds);
        assert_eq!(duration(Duration::ZERO)(&duration_text(time)), Ok(time));
    }
    assert_eq!(bytes_text(20 << 30), "20GiB");
}

#[test]
fn other_values_have_their_bounds() {
    assert_eq!(days("0.5"), Ok(Duration::from_hours(12)));
    for wrong in ["0", "-1", "NaN", "inf", "1e300", "99999999999", "a week"] {
        assert!(days(wrong).is_err(), "{wrong}");
    }
    let number = number(1..=64_u32);
    assert_eq!(number("64"), Ok(64));
    for wrong in ["0", "65", "-1", "many"] {
        assert!(number(wrong).is_err(), "{wrong}");
    }
    assert!(count("1").is_ok() && count("0").is_err());
    assert_eq!(
        address("https://host.example:1/x/").as_deref(),
        Ok("https://host.example:1/x")
    );
    for wrong in [
        "host.example",
        "ftp://host",
        "https:///x",
        "https://",
        "https://me:word@host",
        "http://host?x",
    ] {
        assert!(address(wrong).is_err(), "{wrong}");
    }
    assert!(file(env!("CARGO_MANIFEST_DIR")).is_err() && directory(env!("CARGO_MANIFEST_DIR")).is_ok());
}
