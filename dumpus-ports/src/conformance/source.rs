//! The contract of [`PackageSource`].
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a clause that does not hold panics"
)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{sleep, timeout};

use crate::CancellationToken;
use crate::archive::{PackageBytes, Progress};
use crate::domain::link::PackageLink;
use crate::source::{PackageSource, SourceError};

/// What a clause finds behind a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behind {
    /// These bytes, which begin like an archive.
    Package(Vec<u8>),
    /// A package that is no longer served.
    Expired,
    /// Something other than a package.
    NoPackage,
    /// A fault that does not go away.
    Fault,
    /// No answer, for as long as the test lasts.
    Silence,
}

/// A source, and the world that it downloads from.
#[async_trait]
pub trait SourceWorld: Send + Sync {
    /// The source.
    fn source(&self) -> &dyn PackageSource;

    /// A link, new at every call, with this behind it.
    async fn link_to(&self, behind: Behind) -> PackageLink;
}

fn package(seed: u8) -> Vec<u8> {
    let noise = (0..100_000_u32).map(|at| at.wrapping_mul(0x9e37_79b1).to_le_bytes()[3] ^ seed);
    b"PK\x03\x04".iter().copied().chain(noise).collect()
}

fn content(package: &Arc<dyn PackageBytes>) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(package.size()).expect("a size")];
    package.read_exact_at(0, &mut bytes).expect("the bytes");
    bytes
}

/// Clause 1: the bytes behind the link, readable at any place.
pub async fn package_comes_as_it_is(world: &dyn SourceWorld) {
    let expected = package(0);
    let link = world.link_to(Behind::Package(expected.clone())).await;
    let got = world
        .source()
        .download(&link, Progress::new(), CancellationToken::new())
        .await
        .expect("a package");
    assert_eq!(got.size(), expected.len() as u64);
    assert!(content(&got) == expected);
    let mut some = [0; 100];
    got.read_exact_at(50_000, &mut some).expect("the bytes");
    assert_eq!(some, expected[50_000..50_100]);
    let beyond = got.read_exact_at(expected.len() as u64 - 99, &mut some);
    assert_eq!(beyond.expect_err("no more").kind(), std::io::ErrorKind::UnexpectedEof);
}

/// Clause 2: at the end progress is complete.
pub async fn progress_counts_the_bytes(world: &dyn SourceWorld) {
    let bytes = package(0);
    let size = bytes.len() as u64;
    let link = world.link_to(Behind::Package(bytes)).await;
    let progress = Progress::new();
    world
        .source()
        .download(&link, progress.clone(), CancellationToken::new())
        .await
        .expect("a package");
    assert_eq!(progress.bytes(), (size, size));
}

/// Clause 3: downloads at the same time do not mix.
pub async fn downloads_do_not_mix(world: &dyn SourceWorld) {
    let one = world.link_to(Behind::Package(package(1))).await;
    let two = world.link_to(Behind::Package(package(2))).await;
    let (one, two) = tokio::join!(
        world.source().download(&one, Progress::new(), CancellationToken::new()),
        world.source().download(&two, Progress::new(), CancellationToken::new()),
    );
    assert!(content(&one.expect("a package")) == package(1));
    assert!(content(&two.expect("a package")) == package(2));
}

/// Clause 4: each end has its error, whose text names neither link nor key.
pub async fn errors_are_told_apart_without_secrets(world: &dyn SourceWorld) {
    for behind in [Behind::Expired, Behind::NoPackage, Behind::Fault] {
        let link = world.link_to(behind.clone()).await;
        let end = world
            .source()
            .download(&link, Progress::new(), CancellationToken::new())
            .await;
        let error = end.err().expect("no package");
        let is_fitting = match behind {
            Behind::Expired => matches!(error, SourceError::Expired(_)),
            Behind::NoPackage => matches!(error, SourceError::Invalid(_)),
            _ => matches!(error, SourceError::Unavailable(_)),
        };
        assert!(is_fitting, "{behind:?}: {error:?}");
        let text = format!("{error} {error:?}");
        assert!(!text.contains(link.key().expose()) && !text.contains(link.address().expose()));
    }
}

/// Clause 5: a cancelled download ends within a second, whatever it waits for.
pub async fn cancelled_download_ends(world: &dyn SourceWorld) {
    let link = world.link_to(Behind::Silence).await;
    let cancel = CancellationToken::new();
    let cancelling = async {
        sleep(Duration::from_millis(50)).await;
        cancel.cancel();
    };
    let download = world.source().download(&link, Progress::new(), cancel.clone());
    let ends = async { tokio::join!(download, cancelling).0 };
    let end = timeout(Duration::from_secs(2), ends).await.expect("an end");
    assert!(matches!(end, Err(SourceError::Cancelled)));
}

/// Clause 5: what was cancelled before it began does not begin.
pub async fn cancelled_download_does_not_begin(world: &dyn SourceWorld) {
    let link = world.link_to(Behind::Package(package(0))).await;
    let progress = Progress::new();
    let cancel = CancellationToken::new();
    cancel.cancel();
    let end = world.source().download(&link, progress.clone(), cancel).await;
    assert!(matches!(end, Err(SourceError::Cancelled)));
    assert_eq!(progress.bytes().0, 0);
}

/// Runs every clause. `$fresh` is a future of a [`SourceWorld`].
#[macro_export]
macro_rules! package_source_conformance {
    ($fresh:expr) => {
        $crate::package_source_conformance!(@each $fresh;
            package_comes_as_it_is,
            progress_counts_the_bytes,
            downloads_do_not_mix,
            errors_are_told_apart_without_secrets,
            cancelled_download_ends,
            cancelled_download_does_not_begin
        );
    };
    (@each $fresh:expr; $($clause:ident),+) => {$(
        #[tokio::test]
        async fn $clause() {
            let world = $fresh.await;
            $crate::conformance::source::$clause(&world).await;
        }
    )+};
}
