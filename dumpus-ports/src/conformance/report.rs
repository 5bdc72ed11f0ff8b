//! The contract of [`ReportWriter`].

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a clause that does not hold panics"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::samples;
use crate::report::{Packing, ReportWriter};

/// Runs every clause of the contract of [`ReportWriter`] as a test of its own.
#[macro_export]
macro_rules! report_writer_conformance {
    ($fresh:expr) => {
        $crate::report_writer_conformance!(@each $fresh;
            equal_reports_give_equal_bytes,
            nothing_is_written_to_a_disk,
            the_file_names_its_package
        );
    };
    (@each $fresh:expr; $($clause:ident),+) => {$(
        #[tokio::test]
        async fn $clause() {
            $crate::conformance::report::$clause(&$fresh).await;
        }
    )+};
}

/// Clause 1.
pub async fn equal_reports_give_equal_bytes(writer: &dyn ReportWriter) {
    for packing in [Packing::Plain, Packing::Gzip] {
        let first = writer.write(&samples::heavy(2_000), "local", packing).await;
        let second = writer.write(&samples::heavy(2_000), "local", packing).await;
        assert_eq!(
            first.expect("a report is written"),
            second.expect("a report is written"),
            "{packing:?}"
        );
        let other = writer.write(&samples::every_table(), "local", packing).await;
        let same = writer.write(&samples::every_table(), "local", packing).await;
        assert_eq!(
            other.expect("a report is written"),
            same.expect("a report is written"),
            "{packing:?}"
        );
    }
}

/// Clause 2. Looks at the files that the process holds open, deleted ones included; only Linux can tell.
pub async fn nothing_is_written_to_a_disk(writer: &dyn ReportWriter) {
    // Enough rows that a database with default settings sorts them in temporary files.
    let report = samples::heavy(40_000);
    let before = open_files();
    let done = Arc::new(AtomicBool::new(false));
    let watcher = thread::spawn({
        let done = Arc::clone(&done);
        move || {
            let mut seen = BTreeSet::new();
            while !done.load(Ordering::Relaxed) {
                seen.extend(open_files());
                thread::sleep(Duration::from_micros(200));
            }
            seen
        }
    });
    let written = writer.write(&report, "local", Packing::Gzip).await;
    done.store(true, Ordering::Relaxed);
    let during = watcher.join().expect("the watcher ends");
    written.expect("a report is written");
    let opened: Vec<_> = during.difference(&before).collect();
    assert!(opened.is_empty(), "files were opened: {opened:?}");
}

/// Clause 3.
pub async fn the_file_names_its_package(writer: &dyn ReportWriter) {
    let id = "0123456789abcdef0123456789abcdef";
    let report = samples::every_table();
    let file = writer
        .write(&report, id, Packing::Plain)
        .await
        .expect("a report is written");
    assert!(
        file.windows(id.len()).any(|window| window == id.as_bytes()),
        "the id is not in the file"
    );
}

/// Regular files, by the path that they have or had. Libraries and devices are none of a writer's traces.
fn open_files() -> BTreeSet<PathBuf> {
    let Ok(descriptors) = std::fs::read_dir("/proc/self/fd") else {
        return BTreeSet::new();
    };
    descriptors
        .filter_map(|descriptor| std::fs::read_link(descriptor.ok()?.path()).ok())
        .filter(|target| {
            target.is_absolute() && !["/proc", "/dev", "/sys"].iter().any(|place| target.starts_with(place))
        })
        .collect()
}
