//! The statistics file of any package contains exactly what was written into the package, number by number.
#![expect(clippy::unwrap_used, reason = "a failing setup fails the test")]

mod support;

use clap::ValueEnum as _;
use dumpus_adapters::report_sqlite::Layout;
use dumpus_ports::report::Packing;
use dumpus_tests::{Generation, PackageSpec, Quirk, Section, Truth, generate};
use proptest::prelude::*;
use support::engine::{analyse, written, written_as};
use support::tables::assert_file_equals;

/// Generates the package and compares its statistics file with the truth, which it returns.
fn assert_truth(spec: &PackageSpec) -> Truth {
    let mut package = std::io::Cursor::new(Vec::new());
    let truth = generate(spec, &mut package).unwrap();
    let read = analyse(package.into_inner(), 2);
    match (&truth.owner, read) {
        (Some(_), Ok(report)) => {
            for layout in [Layout::Plain, Layout::Numbers, Layout::Differences] {
                assert_file_equals(&written_as(&report, Packing::Plain, layout), &truth);
            }
        }
        (None, Err(error)) => assert!(
            matches!(error, dumpus_ports::archive::ArchiveError::MissingUserData(_)),
            "{error}"
        ),
        (Some(_), Err(error)) => panic!("the package was rejected: {error}"),
        (None, Ok(report)) => panic!(
            "the package does not identify its owner, but the analysis found {}",
            report.owner.id
        ),
    }
    truth
}

proptest! {
    // 256 cases, or as many as `PROPTEST_CASES` says.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_combination_of_oddities_reproduces_the_truth(seed: u64) {
        assert_truth(&PackageSpec::random(seed));
    }
}

/// Inputs of public reports that other tools, or this one, have counted wrongly.
#[test]
fn every_generation_of_reported_inputs_reproduces_the_truth() {
    let reported = [
        Quirk::VoiceOddities,
        Quirk::SessionOddities,
        Quirk::UnusualTypes,
        Quirk::TypelessChannels,
        Quirk::LabelSpellings,
        Quirk::DeletedUsers,
        Quirk::NamelessChannels,
        Quirk::EventFileNames,
        Quirk::UndatedEvents,
        Quirk::KeyCases,
        Quirk::CompactJson,
    ];
    for generation in Generation::value_variants() {
        let spec = |quirks: &[Quirk], without: &[Section]| PackageSpec {
            seed: 7,
            size: 200_000,
            generation: *generation,
            quirks: quirks.iter().copied().collect(),
            without: without.iter().copied().collect(),
            voice: Some(30),
            sessions: Some(30),
            ..PackageSpec::default()
        };
        for quirk in reported {
            assert_truth(&spec(&[quirk], &[]));
        }
        assert_truth(&spec(&reported, &[]));
        // The owner is known by most conversations only, of which one is odd.
        let odd = [Quirk::OnlyUntypedLines, Quirk::LabelSpellings];
        assert_truth(&spec(&odd, &[Section::Account]));
    }
}

#[test]
fn a_realistic_package_reproduces_the_truth() {
    assert_truth(&PackageSpec {
        seed: 5,
        size: 20_000_000,
        ..PackageSpec::default()
    });
}

#[test]
#[ignore = "takes a minute: a stage of tests/run full"]
fn a_million_rows_of_activity_reproduce_the_truth() {
    let truth = assert_truth(&PackageSpec {
        seed: 6,
        size: 600_000_000,
        messages: Some(1_500_000),
        activity_rows: Some(1_250_000),
        ..PackageSpec::default()
    });
    let rows = truth.activity.len();
    assert!(rows >= 1_000_000, "{rows} rows");
}

#[test]
fn the_file_is_the_same_for_any_number_of_threads() {
    for seed in 0..12 {
        let mut package = std::io::Cursor::new(Vec::new());
        generate(&PackageSpec::random(seed), &mut package).unwrap();
        let package = package.into_inner();
        let file = |threads| {
            analyse(package.clone(), threads)
                .map(|report| written(&report, Packing::Gzip))
                .ok()
        };
        let once = file(1);
        for threads in [1, 2, 5] {
            assert!(file(threads) == once, "seed {seed}, {threads} threads");
        }
    }
}

#[test]
fn channels_without_messages_are_an_empty_section() {
    for generation in Generation::value_variants() {
        let truth = assert_truth(&PackageSpec {
            generation: *generation,
            messages: Some(0),
            ..PackageSpec::default()
        });
        assert!(!truth.dm_channels_data.is_empty());
    }
}
