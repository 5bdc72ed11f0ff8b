//! The contract of [`Vault`].
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a clause that does not hold panics"
)]

use bytes::Bytes;

use crate::blobs::BlobKey;
use crate::domain::package::PackageId;
use crate::domain::secret::{LinkAddress, UpnKey};
use crate::domain::time::Millis;
use crate::queue::SealedLink;
use crate::registry::OwnerLink;
use crate::vault::{BlobSignature, Vault, VaultError};

const PLAIN: &[u8] = b"statistics, longer than a block of the cipher";

fn owner() -> UpnKey {
    UpnKey::new(&"u001.owner-2B".repeat(60))
}

fn link() -> LinkAddress {
    let text = "https://click.discord.com/ls/click?upn=u001.a-key-that-nobody-may-see";
    LinkAddress::new(text.to_owned().into())
}

fn stranger() -> UpnKey {
    UpnKey::new(&"u001.other-2B".repeat(60))
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Calls with every single bit of the bytes changed in turn.
fn each_flip(bytes: &[u8], mut check: impl FnMut(Vec<u8>)) {
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        check(flipped);
    }
}

/// Clause 1: a result opens for its owner.
pub async fn result_opens_for_its_owner(vault: &dyn Vault) {
    let package = vault.package_id(&owner());
    for plain in [&[][..], &PLAIN[..16], PLAIN] {
        let (envelope, sealed) = vault.seal_result(&owner(), &package, plain.to_vec()).expect("sealed");
        assert!(plain.is_empty() || !sealed.windows(plain.len()).any(|window| window == plain));
        assert_eq!(vault.verify_result(&owner(), &package, &envelope, &sealed), Ok(()));
        let opened = vault.open_result(&owner(), &package, &envelope, sealed);
        assert_eq!(opened.as_deref(), Ok(plain));
    }
}

/// Clause 1: with any bit changed, or cut, it does not.
pub async fn changed_result_does_not_open(vault: &dyn Vault) {
    let package = vault.package_id(&owner());
    let (envelope, sealed) = vault.seal_result(&owner(), &package, PLAIN.to_vec()).expect("sealed");
    let refused = |envelope: &_, sealed: Bytes| {
        let verified = vault.verify_result(&owner(), &package, envelope, &sealed);
        assert_eq!(verified, Err(VaultError::Tampered));
        let opened = vault.open_result(&owner(), &package, envelope, sealed);
        assert_eq!(opened, Err(VaultError::Tampered));
    };
    each_flip(&sealed, |flipped| refused(&envelope, flipped.into()));
    each_flip(&envelope.iv, |flipped| {
        let mut envelope = envelope.clone();
        envelope.iv.copy_from_slice(&flipped);
        refused(&envelope, sealed.clone());
    });
    each_flip(&envelope.mac, |flipped| {
        let mut envelope = envelope.clone();
        envelope.mac.copy_from_slice(&flipped);
        refused(&envelope, sealed.clone());
    });
    for length in 0..sealed.len() {
        refused(&envelope, sealed.slice(..length));
    }
}

/// Clause 1: for another key or package it does not.
pub async fn result_opens_for_nobody_else(vault: &dyn Vault) {
    let package = vault.package_id(&owner());
    let (envelope, sealed) = vault.seal_result(&owner(), &package, PLAIN.to_vec()).expect("sealed");
    for (key, package) in [
        (stranger(), package),
        (owner(), vault.package_id(&stranger())),
        (owner(), PackageId::from_bytes([0; 16])),
    ] {
        let opened = vault.open_result(&key, &package, &envelope, sealed.clone());
        assert_eq!(opened, Err(VaultError::Tampered));
    }
}

/// Clause 2: sealing twice gives different bytes.
pub async fn sealing_twice_differs(vault: &dyn Vault) {
    let package = vault.package_id(&owner());
    let seal = || vault.seal_result(&owner(), &package, PLAIN.to_vec()).expect("sealed");
    let (first, second) = (seal(), seal());
    assert_ne!(first.0.iv, second.0.iv);
    assert_ne!(first.1, second.1);
    let queued = || vault.seal_queued_link(&package, &link(), Millis(1)).expect("sealed").0;
    assert_ne!(queued(), queued());
    let kept = || vault.seal_owner_link(&owner(), &package, &link()).expect("sealed");
    assert_ne!(kept(), kept());
    assert_ne!(vault.random(), vault.random());
}

/// Clause 3: a link of the queue opens for its package until it expires, and says nothing by itself.
pub async fn queued_link_opens_for_its_package_in_time(vault: &dyn Vault) {
    let package = vault.package_id(&owner());
    let sealed = vault.seal_queued_link(&package, &link(), Millis(1000)).expect("sealed");
    assert!(!contains(&sealed.0, "click.discord.com") && !contains(&sealed.0, "a-key-that"));
    assert_eq!(vault.open_queued_link(&package, &sealed, Millis(1000)), Ok(link()));
    let late = vault.open_queued_link(&package, &sealed, Millis(1001));
    assert_eq!(late, Err(VaultError::Tampered));
    let other = vault.open_queued_link(&vault.package_id(&stranger()), &sealed, Millis(0));
    assert_eq!(other, Err(VaultError::Tampered));
    each_flip(&sealed.0, |flipped| {
        let opened = vault.open_queued_link(&package, &SealedLink(flipped), Millis(0));
        assert_eq!(opened, Err(VaultError::Tampered));
    });
    for length in 0..sealed.0.len() {
        let cut = SealedLink(sealed.0[..length].to_vec());
        let opened = vault.open_queued_link(&package, &cut, Millis(0));
        assert_eq!(opened, Err(VaultError::Tampered));
    }
}

/// Clause 3: a link of the owner opens with the owner's key, and says nothing by itself.
pub async fn owner_link_opens_with_the_owners_key(vault: &dyn Vault) {
    let package = vault.package_id(&owner());
    let sealed = vault.seal_owner_link(&owner(), &package, &link()).expect("sealed");
    assert!(!contains(&sealed.0, "click.discord.com") && !contains(&sealed.0, "a-key-that"));
    assert_eq!(vault.open_owner_link(&owner(), &package, &sealed), Ok(link()));
    for (key, package) in [(stranger(), package), (owner(), vault.package_id(&stranger()))] {
        let opened = vault.open_owner_link(&key, &package, &sealed);
        assert_eq!(opened, Err(VaultError::Tampered));
    }
    each_flip(&sealed.0, |flipped| {
        let opened = vault.open_owner_link(&owner(), &package, &OwnerLink(flipped));
        assert_eq!(opened, Err(VaultError::Tampered));
    });
    let queued = vault.seal_queued_link(&package, &link(), Millis(1)).expect("sealed").0;
    let elsewhere = vault.open_owner_link(&owner(), &package, &OwnerLink(queued));
    assert_eq!(elsewhere, Err(VaultError::Tampered));
}

/// Clause 4: ids of different keys differ, and do not tell the key.
pub async fn ids_follow_from_keys(vault: &dyn Vault) {
    let package = vault.package_id(&owner());
    assert_eq!(package, vault.package_id(&owner()));
    assert_ne!(package, vault.package_id(&stranger()));
    assert!(vault.owns(&owner(), &package));
    assert!(!vault.owns(&stranger(), &package));
    assert!(!vault.owns(&UpnKey::new(""), &package));
    assert!(!owner().expose().contains(&package.to_string()));
}

/// Clause 5: a signature is good for its blob and instant only.
pub async fn blob_signature_is_bound(vault: &dyn Vault) {
    let blob = BlobKey::from_bytes([1; 16]);
    let signature = vault.sign_blob(blob, Millis(1000));
    assert!(vault.is_blob_signature(blob, Millis(1000), &signature));
    assert!(!vault.is_blob_signature(blob, Millis(1001), &signature));
    assert!(!vault.is_blob_signature(BlobKey::from_bytes([2; 16]), Millis(1000), &signature));
    each_flip(&signature.0, |flipped| {
        let flipped = BlobSignature(flipped.try_into().expect("32 bytes"));
        assert!(!vault.is_blob_signature(blob, Millis(1000), &flipped));
    });
}

/// Clause 6: another instance opens no link of this one's queue, and its signatures and pseudonyms are not this one's.
pub async fn instances_do_not_share_secrets(vault: &dyn Vault, other: &dyn Vault) {
    let package = vault.package_id(&owner());
    assert_eq!(package, other.package_id(&owner()));
    let sealed = vault.seal_queued_link(&package, &link(), Millis(1)).expect("sealed");
    let opened = other.open_queued_link(&package, &sealed, Millis(0));
    assert_eq!(opened, Err(VaultError::Tampered));
    let blob = BlobKey::from_bytes([1; 16]);
    let signature = vault.sign_blob(blob, Millis(1));
    assert!(!other.is_blob_signature(blob, Millis(1), &signature));
    let name = b"203.0.113.9";
    assert_eq!(vault.pseudonym(name), vault.pseudonym(name));
    assert_ne!(vault.pseudonym(name), vault.pseudonym(b"203.0.113.10"));
    assert_ne!(vault.pseudonym(name), other.pseudonym(name));
    let (envelope, result) = vault.seal_result(&owner(), &package, PLAIN.to_vec()).expect("sealed");
    let opened = other.open_result(&owner(), &package, &envelope, result);
    assert_eq!(opened.as_deref(), Ok(PLAIN));
}

/// Runs every clause. `$fresh` makes a vault; two of them are of two instances.
#[macro_export]
macro_rules! vault_conformance {
    ($fresh:expr) => {
        $crate::vault_conformance!(@each $fresh;
            result_opens_for_its_owner,
            changed_result_does_not_open,
            result_opens_for_nobody_else,
            sealing_twice_differs,
            queued_link_opens_for_its_package_in_time,
            owner_link_opens_with_the_owners_key,
            ids_follow_from_keys,
            blob_signature_is_bound
        );

        #[tokio::test]
        async fn instances_do_not_share_secrets() {
            let (vault, other) = ($fresh, $fresh);
            $crate::conformance::vault::instances_do_not_share_secrets(&vault, &other).await;
        }
    };
    (@each $fresh:expr; $($clause:ident),+) => {$(
        #[tokio::test]
        async fn $clause() {
            let vault = $fresh;
            $crate::conformance::vault::$clause(&vault).await;
        }
    )+};
}
