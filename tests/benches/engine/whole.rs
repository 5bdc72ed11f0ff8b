//! A complete analysis as users run it, compared to an ideal inflate on two cores, and the phases that it consists of.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dumpus_ports::archive::Progress;
use dumpus_tests::PackageSpec;
use zip::{ZipArchive, ZipWriter};

use super::inflate::{self, Entries};
use super::{Bench, RUNS, fastest, ratio, timed};

/// Prints the ratios of the program to the ideal inflate, and the table of phases.
pub(super) fn package(bench: &Bench, size: u64) {
    let spec = PackageSpec {
        size,
        seed: 1,
        ..PackageSpec::default()
    };
    let (path, _) = bench.package("whole", &spec);
    let statistics = bench.folder.join("whole.sqlite");
    let mut entries = Entries::open(&path);
    let (mut complete, mut without_sentiment) = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        entries.run();
        complete = complete.min(timed(|| analyze(&path, &statistics, &[])));
        without_sentiment = without_sentiment.min(timed(|| analyze(&path, &statistics, &["--no-sentiment"])));
    }
    let ideal = inflate::ideal(&entries.fastest());
    println!("ideal inflate on 2 cores: {ideal:.2?}");
    println!("dumpus-worker analyze, 2 threads: {complete:.2?}, without sentiment {without_sentiment:.2?}");
    println!(
        "RATIO to the ideal inflate: {:.2} (at most 1.60), without sentiment {:.2}\n",
        ratio(complete, ideal),
        ratio(without_sentiment, ideal)
    );
    phases(bench, &path);
}

/// Runs the release build of the worker.
fn analyze(package: &Path, statistics: &Path, options: &[&str]) {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../release/dumpus-worker");
    assert!(
        program.exists(),
        "build the programs first: cargo build --release --workspace"
    );
    let status = Command::new(program)
        .arg("analyze")
        .arg(package)
        .arg("--out")
        .arg(statistics)
        .args(["--threads", "2"])
        .args(options)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

/// What each phase takes of the processor, on one thread. The phases of events and messages are what remains of a package
/// with only these when inflate and merge are subtracted; sentiment is the difference that it makes.
fn phases(bench: &Bench, whole: &Path) {
    let events = part(bench, whole, "events");
    let messages = part(bench, whole, "messages");
    let mut inflate = [Entries::open(&events), Entries::open(&messages)];
    let mut read = [Duration::MAX; 3];
    let mut merge = [Duration::MAX; 2];
    for _ in 0..RUNS {
        for (at, path) in [&events, &messages].into_iter().enumerate() {
            inflate[at].run();
            let (taken, tail) = read_with_tail(bench, path);
            read[at] = read[at].min(taken);
            merge[at] = merge[at].min(tail);
        }
        read[2] = read[2].min(timed(|| bench.read(&messages, 1, true)));
    }
    let report = bench.read(whole, 2, true);
    let file = fastest(|| timed(|| bench.write(&report)));
    let inflate = inflate.map(|entries| entries.fastest().iter().sum::<Duration>());
    let rest = |at: usize| read[at].saturating_sub(inflate[at]).saturating_sub(merge[at]);
    let phases = [
        ("inflate", inflate[0] + inflate[1]),
        ("events", rest(0)),
        ("messages", rest(1)),
        ("sentiment", read[2].saturating_sub(read[1])),
        ("merge", merge[0] + merge[1]),
        ("file", file),
    ];
    let total = phases.iter().map(|(_, taken)| *taken).sum();
    println!("| Phase | Time of one core | Share |\n| --- | --- | --- |");
    for (name, taken) in phases {
        println!(
            "| {name} | {} ms | {:.0} % |",
            taken.as_millis(),
            ratio(taken, total) * 100.0
        );
    }
    println!("| all | {} ms | |\n", total.as_millis());
}

/// The time to read a package without sentiment, and how much of it is after the last byte.
fn read_with_tail(bench: &Bench, path: &Path) -> (Duration, Duration) {
    let progress = Progress::new();
    let is_read = Arc::new(AtomicBool::new(false));
    let watching = thread::spawn({
        let (progress, is_read) = (Arc::clone(&progress), Arc::clone(&is_read));
        move || {
            while progress.percent().is_none_or(|percent| percent < 100) && !is_read.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            Instant::now()
        }
    });
    let began = Instant::now();
    let report = bench.read_with(path, 1, false, progress);
    let ended = Instant::now();
    is_read.store(true, Ordering::Relaxed);
    drop(report);
    (ended - began, ended.saturating_duration_since(watching.join().unwrap()))
}

/// A copy of the package with its account and either its events or its messages.
fn part(bench: &Bench, whole: &Path, name: &str) -> PathBuf {
    let path = bench.folder.join(format!("whole-{name}.zip"));
    let mut archive = ZipArchive::new(File::open(whole).unwrap()).unwrap();
    let layout = inflate::layout(&mut archive);
    let is_event = |at: &usize| layout.events.contains(at);
    let mut writer = ZipWriter::new(BufWriter::new(File::create(&path).unwrap()));
    for at in 0..archive.len() {
        let is_channel = layout
            .channels
            .iter()
            .any(|folder| [folder.channel, folder.messages_json, folder.messages_csv].contains(&Some(at)));
        if (name == "events" && !is_channel) || (name == "messages" && !is_event(&at)) {
            writer.raw_copy_file(archive.by_index_raw(at).unwrap()).unwrap();
        }
    }
    writer.finish().unwrap();
    path
}
