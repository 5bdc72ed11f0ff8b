//! The engine, called like the command line does.

use std::num::NonZeroUsize;
use std::sync::Arc;

use dumpus_adapters::archive_zip::{ZipOptions, ZipReader};
use dumpus_adapters::report_sqlite::{Layout, SqliteOptions, SqliteWriter};
use dumpus_ports::archive::{ArchiveError, ArchiveReader, Progress};
use dumpus_ports::domain::report::Report;
use dumpus_ports::report::{Packing, ReportWriter};

/// Reads a package with a number of threads.
pub fn analyse(package: Vec<u8>, threads: usize) -> Result<Report, ArchiveError> {
    let mut options = ZipOptions::default();
    // Larger than those of real people.
    options.limits.memory_bytes = u64::MAX;
    options.threads = NonZeroUsize::new(threads).unwrap();
    let reader = ZipReader::new(options);
    runtime().block_on(reader.read(
        Arc::new(package),
        Progress::new(),
        dumpus_ports::CancellationToken::new(),
    ))
}

/// Writes the statistics file of a report as clients get it.
pub fn written(report: &Report, packing: Packing) -> Vec<u8> {
    written_as(report, packing, Layout::Compact)
}

/// Writes the statistics file of a report in a layout.
pub fn written_as(report: &Report, packing: Packing, layout: Layout) -> Vec<u8> {
    runtime()
        .block_on(SqliteWriter::new(SqliteOptions::unlimited(layout)).write(report, "local", packing))
        .unwrap()
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}
