//! The contract of [`BlobStore`].

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a clause that does not hold is a panic"
)]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::blobs::{BlobKey, BlobStore};

/// Longer than any test takes.
const LONG: Duration = Duration::from_hours(1);

fn key(number: u8) -> BlobKey {
    BlobKey::from_bytes([number; 16])
}

/// Clause 1.
pub async fn a_blob_is_given_byte_for_byte(store: Arc<dyn BlobStore>) {
    let large: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    for (number, bytes) in [(1, large), (2, Vec::new()), (3, vec![0, 255, 0])] {
        let bytes = Bytes::from(bytes);
        store.put(key(number), bytes.clone()).await.unwrap();
        assert!(store.get(key(number)).await.unwrap() == Some(bytes), "blob {number}");
    }
}

/// Clause 1.
pub async fn a_key_without_a_blob_gives_none(store: Arc<dyn BlobStore>) {
    let is_absent = async || {
        assert_eq!(store.get(key(1)).await.unwrap(), None);
        assert!(!store.contains(key(1)).await.unwrap());
    };
    is_absent().await;
    store.put(key(1), Bytes::from_static(&[1])).await.unwrap();
    assert!(store.contains(key(1)).await.unwrap());
    store.delete(key(1)).await.unwrap();
    is_absent().await;
}

/// Clause 1: what is written twice under one key is the same.
pub async fn writing_again_is_no_error(store: Arc<dyn BlobStore>) {
    for _ in 0..2 {
        store.put(key(1), Bytes::from_static(&[1, 2, 3])).await.unwrap();
    }
    assert_eq!(store.get(key(1)).await.unwrap(), Some(Bytes::from_static(&[1, 2, 3])));
}

/// Clause 2.
pub async fn deleting_nothing_is_no_error(store: Arc<dyn BlobStore>) {
    store.put(key(1), Bytes::from_static(&[1])).await.unwrap();
    store.delete(key(2)).await.unwrap();
    assert_eq!(store.get(key(1)).await.unwrap(), Some(Bytes::from_static(&[1])));
}

/// Clause 3.
pub async fn old_blobs_are_listed_in_order(store: Arc<dyn BlobStore>) {
    for number in [0x30, 0x0a, 0xff, 0x9f, 0xa0] {
        store.put(key(number), Bytes::from(vec![number])).await.unwrap();
    }
    let all = store.older_than(Duration::ZERO, None, 10).await.unwrap();
    assert_eq!(all, [0x0a, 0x30, 0x9f, 0xa0, 0xff].map(key));
    let behind = store.older_than(Duration::ZERO, Some(key(0x30)), 2).await.unwrap();
    assert_eq!(behind, [0x9f, 0xa0].map(key));
    let end = store.older_than(Duration::ZERO, Some(key(0xff)), 2).await.unwrap();
    assert_eq!(end, []);
}

/// Clause 3.
pub async fn young_blobs_are_not_listed(store: Arc<dyn BlobStore>) {
    store.put(key(1), Bytes::from_static(&[1])).await.unwrap();
    assert_eq!(store.older_than(LONG, None, 10).await.unwrap(), []);
}

/// The store answers.
pub async fn the_store_answers(store: Arc<dyn BlobStore>) {
    store.ping().await.unwrap();
}

/// Runs every clause of [`BlobStore`] as a test of its own.
///
/// `$fresh` is a future of an empty store as `Arc<dyn BlobStore>`, and of what has to live as long as the test; of
/// `None` when the service it needs is not there.
#[macro_export]
macro_rules! blob_store_conformance {
    ($fresh:expr) => {
        $crate::blob_store_conformance!(@each $fresh;
            a_blob_is_given_byte_for_byte,
            a_key_without_a_blob_gives_none,
            writing_again_is_no_error,
            deleting_nothing_is_no_error,
            old_blobs_are_listed_in_order,
            young_blobs_are_not_listed,
            the_store_answers
        );
    };
    (@each $fresh:expr; $($clause:ident),+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $clause() {
            if let Some((store, _guard)) = $fresh.await {
                $crate::conformance::blobs::$clause(store).await;
            }
        }
    )+};
}
