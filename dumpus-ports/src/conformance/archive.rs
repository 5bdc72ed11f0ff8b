//! Clauses of [`ArchiveReader`].

use std::sync::Arc;

use crate::CancellationToken;
use crate::archive::{ArchiveError, ArchiveReader, Progress};
use crate::domain::report::{Report, SectionStatus};

/// Makes a reader that uses this many threads, if it uses threads.
pub type MakeReader<'a> = &'a (dyn Fn(usize) -> Box<dyn ArchiveReader> + Sync);

/// Packages in the adapter's own format.
#[derive(Clone, Debug)]
pub struct Samples {
    /// A package with something in every section.
    pub whole: Vec<u8>,
    /// The same with damage inside, and a directory that can be read.
    pub damaged: Vec<u8>,
}

async fn read(reader: &dyn ArchiveReader, package: &[u8]) -> Result<Report, ArchiveError> {
    reader
        .read(Arc::new(package.to_vec()), Progress::new(), CancellationToken::new())
        .await
}

/// Clause 1: equal bytes give equal reports, on any number of threads.
///
/// # Panics
/// When the clause does not hold.
pub async fn equal_bytes_give_equal_reports(make: MakeReader<'_>, samples: Samples) {
    for package in [&samples.whole, &samples.damaged] {
        let first = read(&*make(1), package).await;
        let first = first.unwrap_or_else(|error| panic!("a sample is not read: {error}"));
        for threads in [1, 2, 3, 8] {
            let again = read(&*make(threads), package).await;
            let again = again.unwrap_or_else(|error| panic!("a sample is not read again: {error}"));
            assert_eq!(again, first, "on {threads} threads");
        }
    }
}

/// Clause 2: whatever the bytes are, the answer is a report or an error. A reader that turns panics into
/// [`ArchiveError::Failed`] does not pass either.
///
/// # Panics
/// When the clause does not hold.
pub async fn any_bytes_give_a_report_or_an_error(make: MakeReader<'_>, samples: Samples) {
    let reader = make(2);
    let whole = samples.whole;
    let mut hostile = vec![Vec::new(), vec![0; 64], b"not a package at all".to_vec()];
    let step = (whole.len() / 60).max(1);
    for at in (0..whole.len()).step_by(step) {
        hostile.push(whole[..at].to_vec());
        hostile.push(whole[at..].to_vec());
        for bits in [0x01, 0x80, 0xFF] {
            let mut flipped = whole.clone();
            flipped[at] ^= bits;
            hostile.push(flipped);
        }
    }
    for package in &hostile {
        let answer = read(&*reader, package).await;
        let answer = answer.err();
        assert!(!matches!(answer, Some(ArchiveError::Failed(_))), "{answer:?}");
    }
}

/// Clause 3: damage inside a package whose directory can be read is stated in the report's sections.
///
/// # Panics
/// When the clause does not hold.
pub async fn damage_inside_is_stated(make: MakeReader<'_>, samples: Samples) {
    let is_damaged = |report: &Report| {
        let mut sections = report.sections.iter();
        sections.any(|section| section.status == SectionStatus::Damaged && section.detail.is_some())
    };
    let whole = read(&*make(2), &samples.whole).await;
    assert!(whole.is_ok_and(|report| !is_damaged(&report)));
    let damaged = read(&*make(2), &samples.damaged).await;
    assert!(damaged.is_ok_and(|report| is_damaged(&report)));
}

/// Clause 4: a cancelled token ends the work with [`ArchiveError::Cancelled`].
///
/// # Panics
/// When the clause does not hold.
pub async fn a_cancelled_token_ends_the_work(make: MakeReader<'_>, samples: Samples) {
    let cancel = CancellationToken::new();
    cancel.cancel();
    let answer = make(2).read(Arc::new(samples.whole), Progress::new(), cancel).await;
    assert!(matches!(answer, Err(ArchiveError::Cancelled)), "{answer:?}");
}

/// Clause 5: at the end of a successful reading the progress is complete.
///
/// # Panics
/// When the clause does not hold.
pub async fn progress_is_complete_in_the_end(make: MakeReader<'_>, samples: Samples) {
    for package in [samples.whole, samples.damaged] {
        let progress = Progress::new();
        let answer = make(2)
            .read(Arc::new(package), Arc::clone(&progress), CancellationToken::new())
            .await;
        assert!(answer.is_ok(), "{answer:?}");
        assert_eq!(progress.percent(), Some(100));
        let (done, total) = progress.bytes();
        assert_eq!(done, total);
    }
}

/// Runs every clause of [`ArchiveReader`] as a test of its own.
///
/// `$make` is called with a number of threads and gives a reader; `$samples` is an expression of type [`Samples`].
#[macro_export]
macro_rules! archive_reader_conformance {
    ($make:expr, $samples:expr) => {
        $crate::archive_reader_conformance!(@each $make, $samples;
            equal_bytes_give_equal_reports,
            any_bytes_give_a_report_or_an_error,
            damage_inside_is_stated,
            a_cancelled_token_ends_the_work,
            progress_is_complete_in_the_end
        );
    };
    (@each $make:expr, $samples:expr; $($clause:ident),+) => {$(
        #[tokio::test]
        async fn $clause() {
            let make = |threads: usize| -> Box<dyn $crate::archive::ArchiveReader> { Box::new($make(threads)) };
            $crate::conformance::archive::$clause(&make, $samples).await;
        }
    )+};
}
