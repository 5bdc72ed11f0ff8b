//! The instance key as text.
#![cfg(feature = "ring")]

use dumpus_adapters::crypto_ring::{InstanceKey, ParseInstanceKeyError, RingVault};
use dumpus_ports::blobs::BlobKey;
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::secret::LinkAddress;
use dumpus_ports::domain::time::Millis;
use dumpus_ports::vault::Vault as _;

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

#[test]
fn a_vault_opens_what_was_sealed_under_an_announced_key_and_seals_under_its_own() {
    let (old, new) = (InstanceKey::from_bytes([1; 32]), InstanceKey::from_bytes([2; 32]));
    let (before, after) = (RingVault::new(&old), RingVault::new(&new));
    let during = RingVault::new(&new).with_other_key(&old);
    let (package, blob) = (PackageId::from_bytes([3; 16]), BlobKey::from_bytes([4; 16]));
    let link = LinkAddress::new("https://example.org/".to_owned().into());
    let opens = |vault: &RingVault, sealed| vault.open_queued_link(&package, sealed, Millis(0)).is_ok();
    let sealed_by = |vault: &RingVault| vault.seal_queued_link(&package, &link, Millis(1)).unwrap();
    let (of_before, of_during) = (sealed_by(&before), sealed_by(&during));
    assert!(opens(&during, &of_before) && !opens(&after, &of_before));
    assert!(opens(&after, &of_during) && !opens(&before, &of_during));
    let signature = before.sign_blob(blob, Millis(1));
    assert!(during.is_blob_signature(blob, Millis(1), &signature));
    assert!(!after.is_blob_signature(blob, Millis(1), &signature));
    assert!(after.is_blob_signature(blob, Millis(1), &during.sign_blob(blob, Millis(1))));
}

#[test]
fn keys_have_different_checks_which_are_no_part_of_them() {
    let keys = [1, 2].map(|byte| InstanceKey::from_bytes([byte; 32]));
    let checks = keys.each_ref().map(InstanceKey::check);
    assert_ne!(checks[0], checks[1]);
    assert_eq!(checks[0], keys[0].clone().check());
    assert_ne!(checks[0].0, [1; 8]);
}
