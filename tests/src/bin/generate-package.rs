//! Writes a package and the truth about it.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use clap::{Parser, ValueEnum};
use dumpus_tests::{Folder, Generation, Language, LineWidth, PackageSpec, Quirk, Section, calendar, generate};

/// Generates a package of invented data, and the rows that an analysis of it must find
///
/// Equal arguments give equal bytes. The truth is written to `<out>.truth.json`.
#[derive(Debug, Parser)]
struct Arguments {
    /// The file to write
    #[arg(long, short, default_value = "package.zip")]
    out: PathBuf,
    /// Seed of the random generator
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Derive a random combination of everything from the seed; of the other arguments, only `--size` and `--level` apply
    #[arg(long)]
    random: bool,
    /// Uncompressed size, such as 300KB, 1MB or 10GB
    #[arg(long, value_parser = parse_size)]
    size: Option<u64>,
    /// Format, named after the year in which Discord introduced it
    #[arg(long, default_value = "2025")]
    generation: Generation,
    /// Language of the top-level folders, from 2025 on
    #[arg(long, default_value = "english")]
    language: Language,
    /// Sections to leave out
    #[arg(long, value_delimiter = ',')]
    without: Vec<Section>,
    /// Oddities to include
    #[arg(long = "with", value_delimiter = ',', value_name = "QUIRK")]
    quirks: Vec<Quirk>,
    /// Include every oddity except those that empty the event files
    #[arg(long)]
    with_all: bool,
    /// Folders with event files
    #[arg(long, value_delimiter = ',', default_value = "analytics,modeling,reporting,tns")]
    folders: Vec<Folder>,
    /// Event files per folder
    #[arg(long, default_value_t = 1)]
    shards: u32,
    /// Length of event lines
    #[arg(long, default_value = "realistic")]
    lines: LineWidth,
    /// Channels
    #[arg(long, default_value_t = 40)]
    channels: u32,
    /// Guilds
    #[arg(long, default_value_t = 12)]
    guilds: u32,
    /// Payments
    #[arg(long, default_value_t = 4)]
    payments: u32,
    /// Number of messages, instead of as many as fill their share of the bytes
    #[arg(long)]
    messages: Option<u64>,
    /// Share of the bytes that are messages, in percent
    #[arg(long, default_value_t = 10)]
    message_percent: u64,
    /// Share of the event lines that are of a counted type, in percent
    #[arg(long, default_value_t = 9)]
    counted_percent: u64,
    /// Number of counted events except voice and sessions, instead of their share of the lines
    #[arg(long)]
    events: Option<u64>,
    /// Number of voice sessions, instead of a tenth of the counted lines
    #[arg(long)]
    voice: Option<u64>,
    /// Number of sessions, instead of half of the counted lines
    #[arg(long)]
    sessions: Option<u64>,
    /// Target number of rows in the activity table
    #[arg(long)]
    activity_rows: Option<u64>,
    /// Whether one event file has half of all bytes; by default from 64 MB on
    #[arg(long)]
    half_in_one_file: Option<bool>,
    /// Years that the activity spans
    #[arg(long, default_value_t = 6)]
    years: u32,
    /// Date of the newest entry
    #[arg(long, default_value = "2026-02-01", value_parser = parse_day)]
    made_on: i64,
    /// Compression level, 1 to 9
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=9))]
    level: u32,
}

impl Arguments {
    fn spec(&self) -> PackageSpec {
        if self.random {
            let spec = PackageSpec::random(self.seed);
            return PackageSpec {
                size: self.size.unwrap_or(spec.size),
                level: self.level,
                ..spec
            };
        }
        let mut quirks: BTreeSet<_> = self.quirks.iter().copied().collect();
        if self.with_all {
            quirks.extend(Quirk::value_variants());
            quirks.remove(&Quirk::OnlyEmptyEventFiles);
            quirks.remove(&Quirk::OnlyUntypedLines);
        }
        PackageSpec {
            seed: self.seed,
            size: self.size.unwrap_or(1_000_000),
            generation: self.generation,
            language: self.language,
            without: self.without.iter().copied().collect(),
            quirks,
            folders: self.folders.iter().copied().collect(),
            shards: self.shards,
            lines: self.lines,
            channels: self.channels,
            guilds: self.guilds,
            payments: self.payments,
            messages: self.messages,
            message_percent: self.message_percent,
            counted_percent: self.counted_percent,
            events: self.events,
            voice: self.voice,
            sessions: self.sessions,
            activity_rows: self.activity_rows,
            half_in_one_file: self.half_in_one_file,
            years: self.years,
            made_on: self.made_on,
            level: self.level,
        }
    }
}

fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" | "K" => 1_000,
        "MB" | "M" => 1_000_000,
        "GB" | "G" => 1_000_000_000,
        other => return Err(format!("unknown unit `{other}`: expected B, KB, MB or GB")),
    };
    let number: u64 = digits.parse().map_err(|_| "expected a number and a unit".to_owned())?;
    number.checked_mul(unit).ok_or_else(|| "size is too large".to_owned())
}

fn parse_day(text: &str) -> Result<i64, String> {
    let parts: Vec<i64> = text.split('-').filter_map(|part| part.parse().ok()).collect();
    match parts[..] {
        [year, month @ 1..=12, day @ 1..=31] => Ok(calendar::day_number(year, month, day)),
        _ => Err("expected a date such as 2026-02-01".to_owned()),
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let started = Instant::now();
    let out = BufWriter::with_capacity(1 << 20, File::create(&arguments.out)?);
    let truth = generate(&arguments.spec(), out)?;
    let elapsed = started.elapsed();
    let mut beside = arguments.out.clone().into_os_string();
    beside.push(".truth.json");
    let mut file = BufWriter::new(File::create(&beside)?);
    serde_json::to_writer(&mut file, &truth)?;
    file.flush()?;
    let facts = &truth.archive;
    let megabytes = facts.unpacked_bytes / 1_000_000;
    let per_second = u128::from(facts.unpacked_bytes) / elapsed.as_micros().max(1);
    println!(
        "{}: {megabytes} MB in {} entries, packed to {} MB, {per_second} MB/s",
        arguments.out.display(),
        facts.entries,
        facts.bytes / 1_000_000,
    );
    println!(
        "{} messages, {} event lines ({} counted), {} activity rows, {} voice sessions, {} sessions",
        facts.messages,
        facts.event_lines,
        facts.counted_event_lines,
        truth.activity.len(),
        truth.voice_sessions.len(),
        truth.sessions.len(),
    );
    Ok(())
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Failed to write the package: {error}");
            ExitCode::FAILURE
        }
    }
}
