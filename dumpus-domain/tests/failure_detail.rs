//! Stored forms of failure details, and the sentences made of them.

use dumpus_domain::failure_detail::{AttemptError, FailureDetail};
use proptest::prelude::*;

proptest! {
    #[test]
    fn sentences_of_old_versions_stay_as_they_are(sentence in "[A-Z][a-z]+( [a-z0-9?&=]+){1,9}\\.") {
        let detail = FailureDetail::decode(&sentence);
        prop_assert_eq!(detail.to_string(), sentence.clone());
        prop_assert_eq!(detail.encode(), sentence);
    }
}

#[test]
fn stored_forms_are_stable() {
    let (received, total) = (412, 980);
    let truncated = FailureDetail::Truncated { received, total };
    assert_eq!(truncated.encode(), "truncated?received=412&total=980");
    let (attempts, error) = (3, AttemptError::NotReadBack);
    let failed = FailureDetail::ProcessingFailed { attempts, error };
    assert_eq!(failed.encode(), "processing_failed?attempts=3&error=not_read_back");
    assert_eq!(FailureDetail::ResultLost.encode(), "result_lost");
}

#[test]
fn codes_of_newer_versions_have_a_general_sentence() {
    for text in [
        "on_strike",
        "on_strike?days=3",
        "too_long?hours=2",
        "processing_failed?attempts=3&error=new",
    ] {
        let detail = FailureDetail::decode(text);
        assert_eq!(detail.encode(), text);
        assert!(
            detail.to_string().starts_with("The package could not be processed"),
            "{detail}"
        );
    }
}

#[test]
fn quantities_have_suitable_units() {
    for (stored, expected) in [
        ("truncated?received=412900000&total=980000000", "412 of 980 MB arrived."),
        ("truncated?received=7&total=9000", " 7 of 9000 bytes arrived."),
        ("interrupted?received=51000", "only 51 kB arrived."),
        ("too_long?seconds=7200", "the allowed 2 hours."),
        ("too_large?bytes=20000000", "the 20 MB that this server accepts."),
    ] {
        let sentence = FailureDetail::decode(stored).to_string();
        assert!(sentence.ends_with(expected), "{sentence}");
    }
}
