//! `dumpus-worker analyze`: from a package on disk to the statistics file, without a server.

mod progress;
mod summary;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use dumpus_adapters::archive_zip::{ZipOptions, ZipReader};
use dumpus_adapters::package_file::PackageFile;
use dumpus_adapters::report_sqlite::{Layout, SqliteOptions, SqliteWriter};
use dumpus_ports::CancellationToken;
use dumpus_ports::archive::{ArchiveError, ArchiveReader, Progress};
use dumpus_ports::report::{Packing, ReportError, ReportWriter};

use self::progress::Display;
pub use self::summary::Summary;

/// What the statistics file of a package on disk calls itself.
const LOCAL_PACKAGE_ID: &str = "local";

/// Analyses a package on disk and writes its statistics file.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// The package as Discord sent it, or packed anew.
    #[arg(value_name = "PACKAGE.zip")]
    package: PathBuf,
    /// Where to write the statistics, an SQLite database.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Compress the statistics with gzip, as clients fetch them from a server.
    #[arg(long)]
    gzip: bool,
    /// Print the summary as JSON on standard output.
    #[arg(long)]
    json: bool,
    /// Leave the mood of conversations out: long histories are read faster.
    #[arg(long)]
    no_sentiment: bool,
    /// How much detail the statistics have: as much as a server allows by default, or all of it.
    #[arg(long, value_enum, default_value_t = DetailChoice::Fitting)]
    detail: DetailChoice,
    /// How the tables are stored. The compact ones need SQLite 3.38; plain ones have all detail.
    #[arg(long, value_enum, default_value_t = Layout::Compact)]
    layout: Layout,
    /// Threads that read the package; all processors if not given.
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,
}

/// How much detail the statistics have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DetailChoice {
    /// What fits into a file of the size that servers allow by default.
    Fitting,
    /// Everything.
    Full,
}

/// Why there is no statistics file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalyzeError {
    /// The package cannot be opened.
    #[error("{} cannot be read: {source}", path.display())]
    Input {
        /// The path that was given.
        path: PathBuf,
        /// What the file system says.
        source: std::io::Error,
    },
    /// The statistics file cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Output {
        /// The path that was given.
        path: PathBuf,
        /// What the file system says.
        source: std::io::Error,
    },
    /// The package cannot be analysed.
    #[error("the package cannot be analysed: {0}")]
    Package(#[from] ArchiveError),
    /// The statistics could not be written as a database.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl AnalyzeError {
    /// 1 for a package that cannot be analysed, 2 for a wrong use.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Input { .. } | Self::Output { .. } => 2,
            Self::Package(_) | Self::Report(_) => 1,
        }
    }
}

/// Analyses the package and prints the summary on standard output.
///
/// # Errors
/// [`AnalyzeError`]; the statistics file is then not there, or as it was before.
pub async fn run(args: AnalyzeArgs) -> Result<(), AnalyzeError> {
    let opened = PackageFile::open(&args.package);
    let package = opened.map_err(|source| AnalyzeError::Input {
        path: args.package.clone(),
        source,
    })?;
    let output = |source| AnalyzeError::Output {
        path: args.out.clone(),
        source,
    };
    let mut file = beside(&args.out).map_err(output)?;

    let mut options = ZipOptions::default();
    options.sentiment = !args.no_sentiment;
    if let Some(threads) = args.threads {
        options.threads = threads;
    }
    let progress = Progress::new();
    let display = Display::start(progress.clone());
    let read = ZipReader::new(options)
        .read(Arc::new(package), progress, CancellationToken::new())
        .await;
    display.finish().await;
    let report = read?;

    let packing = if args.gzip { Packing::Gzip } else { Packing::Plain };
    let options = match (args.layout, args.detail) {
        (Layout::Compact, DetailChoice::Fitting) => SqliteOptions::default(),
        (layout, _) => SqliteOptions::unlimited(layout),
    };
    let bytes = SqliteWriter::new(options)
        .write(&report, LOCAL_PACKAGE_ID, packing)
        .await?;
    file.write_all(&bytes).map_err(output)?;
    file.persist(&args.out).map_err(|error| output(error.error))?;

    let summary = Summary::new(&report, bytes.len() as u64);
    if args.json {
        say(&serde_json::to_string_pretty(&summary).unwrap_or_default());
    } else {
        say(&summary.to_string());
    }
    Ok(())
}

/// A temporary file in the folder of `path`: the statistics appear whole or not at all.
fn beside(path: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    if path.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    tempfile::NamedTempFile::new_in(folder)
}

/// A reader that closed the pipe, such as `head`, is not an error.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
