//! Measures the engine against its targets in one run: `cargo bench -p dumpus-tests --bench engine`.
//!
//! Prints the ratios of reading and analysis to an ideal inflate on two cores, and of event files to raw inflate, the cost
//! of sentiment per byte of text, the time for the statistics file, and the growth of times when a package doubles.
#![expect(clippy::unwrap_used, reason = "a failing setup fails the run")]

mod growth;
mod inflate;
mod sentiment;
mod whole;

use std::fs::File;
use std::io::BufWriter;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dumpus_adapters::archive_zip::{ZipOptions, ZipReader};
use dumpus_adapters::package_file::PackageFile;
use dumpus_adapters::report_sqlite::{Layout, SqliteOptions, SqliteWriter};
use dumpus_ports::archive::{ArchiveReader, Progress};
use dumpus_ports::domain::report::Report;
use dumpus_ports::report::{Packing, ReportWriter};
use dumpus_tests::{PackageSpec, Section, Truth};

/// Runs of each measurement; the fastest counts, because what disturbs a run only ever makes it slower. Where two
/// things are compared they take turns, so that a machine whose speed drifts treats them alike.
const RUNS: usize = 15;

fn main() {
    // Ignores the flags that cargo passes. A number is the size in MB, words choose measurements.
    let arguments: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let number = |argument: &String| argument.parse::<u64>().ok();
    let size = arguments.iter().find_map(number).unwrap_or(1_700) * 1_000_000;
    let words: Vec<_> = arguments.iter().filter(|argument| number(argument).is_none()).collect();
    let wants = |name: &str| words.is_empty() || words.iter().any(|word| *word == name);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bench = Bench {
        runtime,
        folder: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
    };
    if wants("whole") {
        whole::package(&bench, size);
    }
    if wants("package") {
        bench.reading(size);
    }
    if wants("events") {
        bench.event_files(size * 3 / 10);
    }
    if wants("sentiment") {
        sentiment::texts();
    }
    if wants("statistics") {
        bench.statistics_file();
    }
    if wants("growth") {
        growth::tables(&bench);
    }
}

/// The context of all measurements.
struct Bench {
    runtime: tokio::runtime::Runtime,
    folder: PathBuf,
}

impl Bench {
    /// Reading and analysis up to the complete report, compared to an ideal inflate on two cores.
    fn reading(&self, size: u64) {
        let (path, truth) = self.package(
            "package",
            &PackageSpec {
                size,
                seed: 1,
                ..PackageSpec::default()
            },
        );
        let facts = &truth.archive;
        println!(
            "package: {} MB unpacked, {} MB packed, {} event lines of which {} count, {} messages in {} MB",
            facts.unpacked_bytes / 1_000_000,
            facts.bytes / 1_000_000,
            facts.event_lines,
            facts.counted_event_lines,
            facts.messages,
            facts.message_bytes / 1_000_000
        );
        let mut inflate = inflate::Entries::open(&path);
        let taken = fastest(|| {
            inflate.run();
            timed(|| self.read(&path, 2, false))
        });
        let ideal = inflate::ideal(&inflate.fastest());
        println!("reading and analysis, 2 threads, without sentiment: {taken:.2?}");
        println!("ideal inflate on 2 cores: {ideal:.2?}");
        println!(
            "RATIO to the ideal inflate: {:.2} (at most 1.40)\n",
            ratio(taken, ideal)
        );
    }

    /// Event files on one core, compared to raw inflate of the same bytes.
    fn event_files(&self, size: u64) {
        let without = [Section::Messages, Section::Servers, Section::Payments].into();
        let (path, _) = self.package(
            "events",
            &PackageSpec {
                size,
                seed: 2,
                without,
                ..PackageSpec::default()
            },
        );
        let mut inflate = inflate::Entries::open(&path);
        let taken = fastest(|| {
            inflate.run();
            timed(|| self.read(&path, 1, false))
        });
        let inflate: Duration = inflate.fastest().iter().sum();
        println!("event files, 1 thread: {taken:.2?}, raw inflate: {inflate:.2?}");
        println!("RATIO to raw inflate: {:.2} (at least 0.75)\n", ratio(inflate, taken));
    }

    /// The statistics file with half a million rows of activity.
    fn statistics_file(&self) {
        let report = growth::report(500_000);
        let taken = fastest(|| timed(|| self.write(&report)));
        let size = self.write(&report).len();
        println!(
            "statistics file of 500,000 activity rows: {taken:.2?} (at most 2.5 s), {} MB\n",
            size / 1_000_000
        );
    }

    /// Generates a package.
    fn package(&self, name: &str, spec: &PackageSpec) -> (PathBuf, Truth) {
        let path = self.folder.join(format!("{name}.zip"));
        let mut file = BufWriter::new(File::create(&path).unwrap());
        let truth = dumpus_tests::generate(spec, &mut file).unwrap();
        (path, truth)
    }

    fn read(&self, path: &Path, threads: usize, sentiment: bool) -> Report {
        self.read_with(path, threads, sentiment, Progress::new())
    }

    fn read_with(&self, path: &Path, threads: usize, sentiment: bool, progress: Arc<Progress>) -> Report {
        let mut options = ZipOptions::default();
        // Larger than those of real people.
        options.limits.memory_bytes = u64::MAX;
        options.threads = NonZeroUsize::new(threads).unwrap();
        options.sentiment = sentiment;
        let package = Arc::new(PackageFile::open(path).unwrap());
        self.runtime
            .block_on(ZipReader::new(options).read(package, progress, dumpus_ports::CancellationToken::new()))
            .unwrap()
    }

    fn write(&self, report: &Report) -> Vec<u8> {
        self.runtime
            .block_on(SqliteWriter::new(SqliteOptions::unlimited(Layout::Compact)).write(
                report,
                "bench",
                Packing::Plain,
            ))
            .unwrap()
    }
}

/// The fastest of several runs, after a warm-up run.
fn fastest(mut run: impl FnMut() -> Duration) -> Duration {
    run();
    (0..RUNS).map(|_| run()).min().unwrap_or_default()
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let began = Instant::now();
    let done = std::hint::black_box(work());
    let taken = began.elapsed();
    drop(done);
    taken
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "approximate results are enough")]
fn as_f64(number: u64) -> f64 {
    number as f64
}
