//! Links in the queue and in the registry.

use std::sync::LazyLock;

use dumpus_adapters::crypto_ring::{InstanceKey, RingVault};
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::secret::{LinkAddress, UpnKey};
use dumpus_ports::domain::time::Millis;
use dumpus_ports::queue::SealedLink;
use dumpus_ports::registry::OwnerLink;
use dumpus_ports::vault::Vault as _;

use super::take;

const EXPIRES: Millis = Millis(1_800_000_000_000);

/// What is opened is what was sealed; whatever else a database or a queue returns is not opened.
///
/// The first byte says how: with bytes that nobody sealed, or with a link that was sealed and of which one byte changed.
pub(crate) fn sealed_link(mut data: &[u8]) {
    static VAULT: LazyLock<RingVault> = LazyLock::new(|| RingVault::new(&InstanceKey::from_bytes([7; 32])));
    let (vault, key) = (&*VAULT, UpnKey::new("u001.a-key-of-a-test"));
    let package = vault.package_id(&key);
    let opened = |sealed: &[u8]| {
        let queued = vault.open_queued_link(&package, &SealedLink(sealed.to_vec()), EXPIRES);
        let owners = vault.open_owner_link(&key, &package, &OwnerLink(sealed.to_vec()));
        (queued.is_ok(), owners.is_ok())
    };
    if take(&mut data).is_multiple_of(2) {
        assert_eq!(opened(data), (false, false), "nobody sealed this");
        return;
    }
    let (change, place) = (take(&mut data), usize::from(take(&mut data)));
    let Ok(text) = str::from_utf8(data) else { return };
    let address = LinkAddress::new(text.to_owned().into());
    let queued = vault.seal_queued_link(&package, &address, EXPIRES).unwrap();
    let owners = vault.seal_owner_link(&key, &package, &address).unwrap();
    let from_queue = vault.open_queued_link(&package, &queued, EXPIRES).unwrap();
    let from_registry = vault.open_owner_link(&key, &package, &owners).unwrap();
    assert_eq!((from_queue.expose(), from_registry.expose()), (text, text));
    // One kind does not pass for the other, nor one package's for another's.
    assert_eq!(opened(&owners.0), (false, true));
    assert_eq!(opened(&queued.0), (true, false));
    let other = PackageId::from_bytes([9; 16]);
    assert!(vault.open_queued_link(&other, &queued, EXPIRES).is_err());
    let late = Millis(EXPIRES.0 + 1);
    assert!(vault.open_queued_link(&package, &queued, late).is_err());
    if change != 0 {
        let changed = |mut sealed: Vec<u8>| {
            let at = place % sealed.len();
            sealed[at] ^= change;
            sealed
        };
        assert_eq!(opened(&changed(queued.0)), (false, false));
        assert_eq!(opened(&changed(owners.0)), (false, false));
    }
}
