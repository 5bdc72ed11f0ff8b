//! Ids of packages as text.

use dumpus_domain::package::PackageId;
use proptest::prelude::*;

proptest! {
    #[test]
    fn an_id_reads_what_it_writes(bytes: [u8; 16]) {
        let id = PackageId::from_bytes(bytes);
        prop_assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn other_text_is_rejected(text in "\\PC{0,40}") {
        let valid = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        prop_assert_eq!(text.parse::<PackageId>().is_ok(), valid);
    }
}
