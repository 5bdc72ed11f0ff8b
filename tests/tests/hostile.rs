//! Malicious archives, analysed with little memory: each results in a report that states what is missing, or in a specific
//! error, and never in a crash.
#![expect(clippy::unwrap_used, reason = "a failing setup fails the test")]

mod support;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::report::SectionStatus;
use dumpus_tests::{Damage, PackageSpec, amplification, generate_in_memory, hostile};
use support::discord::{Behaviour, Discord};
use support::engine::analyse;
use support::http::Request;
use support::instance::Instance;

/// Limit of the address space in kilobytes; the code and threads of the program take a third of it.
const MEMORY: u32 = 1_500_000;

/// Runs the program on the archive, and returns its exit code and output.
fn run(archive: &[u8]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("package.zip"), archive).unwrap();
    let tests = std::env::current_exe().unwrap();
    let program = tests.ancestors().nth(2).unwrap().join("dumpus-worker");
    assert!(program.exists(), "build the programs first: cargo build --workspace");
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!(
            "ulimit -v {MEMORY}; exec \"$0\" analyze package.zip --out out --json"
        ))
        .arg(program)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn bombs_are_rejected_with_a_specific_error() {
    for archive in [hostile::bomb(4_000_000_000), hostile::bomb_of_many(200, 50_000_000)] {
        let (code, said) = run(&archive);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("the package is too large"), "{said}");
    }
    let (code, said) = run(&hostile::many_entries(300_000));
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("too large") || said.contains("not a readable archive"),
        "{said}"
    );
}

#[test]
fn irrelevant_entries_are_never_decompressed() {
    for archive in [hostile::nested(6, 1_000_000), hostile::path_traversal()] {
        let (code, said) = run(&archive);
        assert_eq!(code, Some(0), "{said}");
    }
}

#[test]
fn long_lines_and_deep_nesting_fit_in_little_memory() {
    // Lines of 100 MB of one letter exceed the compression ratio; shorter ones are skipped.
    let (code, said) = run(&hostile::long_lines(100_000_000));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("unpacked bytes for each packed byte"), "{said}");
    for archive in [hostile::long_lines(20_000_000), hostile::deep_json(2_000_000)] {
        let (code, said) = run(&archive);
        assert_eq!(code, Some(0), "{said}");
        assert!(
            said.contains("could not be read") || said.contains("too long"),
            "{said}"
        );
    }
}

#[test]
fn a_long_text_takes_no_memory_in_each_row_that_repeats_it() {
    for archive in [
        amplification::long_avatar(4 << 20, 1_000),
        amplification::long_guild_name(30 << 20, 1_000),
    ] {
        let (code, said) = run(&archive);
        assert_eq!(code, Some(0), "{said}");
    }
}

/// Analyses the archive with two threads, and returns the exit code and the peak of resident memory in bytes.
fn peak_memory(archive: &[u8]) -> (Option<i32>, u64) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("package.zip"), archive).unwrap();
    let tests = std::env::current_exe().unwrap();
    let mut analysis = Command::new(tests.ancestors().nth(2).unwrap().join("dumpus-worker"))
        .args(["analyze", "package.zip", "--out", "out", "--threads", "2"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = 0;
    loop {
        // The kernel keeps the maximum, so that reading it now and then is enough; the last phase lasts longer.
        let status = fs::read_to_string(format!("/proc/{}/status", analysis.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        if let Some(kilobytes) = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()) {
            peak = kilobytes << 10;
        }
        if let Some(status) = analysis.try_wait().unwrap() {
            return (status.code(), peak);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
#[ignore = "takes minutes: a stage of `tests/run full`"]
fn no_kind_of_archive_takes_more_than_512_mib() {
    for (kind, archive) in dumpus_tests::worst::CANDIDATES {
        let (code, peak) = peak_memory(&archive());
        println!("{kind}: {} MiB, exit code {code:?}", peak >> 20);
        assert!(matches!(code, Some(0 | 1)), "{kind}: {code:?}");
        assert!(peak > 1 << 20 && peak <= 512 << 20, "{kind}: {} MiB", peak >> 20);
    }
}

#[test]
fn a_package_of_long_texts_does_not_end_the_server_that_processes_it() {
    let discord = Discord::start();
    let instance = Instance::start_under("ulimit -v 3000000", &discord, &[]);
    let before = instance.process.resident_bytes();
    let link = discord.link(amplification::long_avatar(4 << 20, 4_000), Behaviour::Package);
    instance.process(&link);
    let began = Instant::now();
    assert_eq!(instance.send(&Request::get("/health")).status, 200);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert!(instance.process.resident_bytes() < before + (64 << 20));
}

#[test]
fn chosen_message_ids_take_no_more_time_than_random_ones() {
    const COUNT: u64 = 50_000;
    let time = |archive: Vec<u8>| {
        let began = Instant::now();
        assert_eq!(analyse(archive, 1).unwrap().message_count, COUNT);
        began.elapsed()
    };
    let mut random = fastrand::Rng::with_seed(1);
    let usual = time(amplification::message_ids((0..COUNT).map(|_| random.u64(1..))));
    let chosen = time(amplification::message_ids(amplification::colliding_ids(COUNT)));
    // A table in which they collide takes fifteen times as long.
    assert!(chosen < usual * 4, "{chosen:?} instead of {usual:?}");
}

#[test]
fn wrong_sizes_in_headers_are_an_error_or_reported_as_damage() {
    for (name, archive) in [
        ("unpacked size", hostile::absurd_unpacked_size(u32::MAX - 1)),
        ("zip64 sizes", hostile::absurd_zip64_sizes()),
        ("offset", hostile::absurd_offset(u32::MAX - 1)),
    ] {
        let (code, said) = run(&archive);
        let is_refused = code == Some(1) && said.contains("the package cannot be analysed: ");
        let is_stated = code == Some(0) && said.contains("damaged");
        assert!(is_refused || is_stated, "{name}: {said}");
    }
}

#[test]
fn wrong_headers_that_no_content_depends_on_are_rejected_or_ignored() {
    for archive in [
        // The end of the compressed data is known without the header.
        hostile::absurd_packed_size(u32::MAX - 1),
        hostile::absurd_directory(u16::MAX - 1, 0),
        hostile::absurd_directory(3, u32::MAX - 1),
    ] {
        let (code, said) = run(&archive);
        let is_refused = code == Some(1) && said.contains("not a readable archive");
        let is_read = code == Some(0) && said.contains("\"owner\"") && !said.contains("damaged");
        assert!(is_refused || is_read, "{said}");
    }
}

#[test]
fn unreadable_entries_are_reported_as_damage() {
    for archive in [
        hostile::encrypted(),
        hostile::unknown_method(),
        hostile::damaged(Damage::BrokenDeflate),
        hostile::damaged(Damage::WrongCrc),
    ] {
        let report = analyse(archive, 2).unwrap();
        assert!(
            report
                .sections
                .iter()
                .any(|section| section.status == SectionStatus::Damaged)
        );
    }
}

#[test]
fn truncation_and_bit_flips_result_in_an_error_or_a_report() {
    let spec = PackageSpec {
        seed: 11,
        size: 30_000,
        ..PackageSpec::default()
    };
    let (whole, _) = generate_in_memory(&spec);
    let is_named = |response: Result<_, ArchiveError>| !matches!(response, Err(ArchiveError::Failed(_)));
    for part in 0..200 {
        let cut = hostile::truncated(&whole, whole.len() * part / 200);
        assert!(is_named(analyse(cut, 1).map(drop)), "cut at {part} of 200");
    }
    for seed in 0..2_000 {
        let flipped = hostile::bit_flips(&whole, seed, 1 + u32::try_from(seed % 9).unwrap());
        assert!(is_named(analyse(flipped, 1).map(drop)), "flips of seed {seed}");
    }
    for seed in 0..200 {
        assert!(analyse(hostile::noise(seed, 5_000), 1).is_err(), "noise of seed {seed}");
    }
}
