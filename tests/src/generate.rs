//! Writes a package and records the truth about it.

use std::io::{self, Cursor, Seek, Write};

use crate::{plan::Plan, spec::PackageSpec, tally, truth::Truth, writer};

/// Writes the package of `spec` to `out` and returns what an analysis of it must find.
///
/// # Errors
/// Errors of `out`.
pub fn generate<W: Write + Seek>(spec: &PackageSpec, out: W) -> io::Result<Truth> {
    let plan = Plan::new(spec);
    let (mut truth, sums) = writer::write(&plan, out)?;
    tally::fill(&plan, &sums, &mut truth);
    Ok(truth)
}

/// A package in memory.
///
/// # Panics
/// If the package does not fit into memory.
#[must_use]
pub fn generate_in_memory(spec: &PackageSpec) -> (Vec<u8>, Truth) {
    let mut out = Cursor::new(Vec::new());
    #[expect(clippy::expect_used, reason = "memory takes everything")]
    let truth = generate(spec, &mut out).expect("writing to memory");
    (out.into_inner(), truth)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, io::Read};

    use clap::ValueEnum;

    use super::*;
    use crate::{Quirk, Section, SectionStatus};

    fn every_quirk() -> BTreeSet<Quirk> {
        let silencing = [Quirk::OnlyEmptyEventFiles, Quirk::OnlyUntypedLines];
        let all = Quirk::value_variants().iter().copied();
        all.filter(|quirk| !silencing.contains(quirk)).collect()
    }

    fn names(package: &[u8]) -> Vec<String> {
        let archive = zip::ZipArchive::new(Cursor::new(package)).unwrap();
        archive.file_names().map(|name| name.unwrap().into_owned()).collect()
    }

    #[test]
    fn a_seed_always_gives_the_same_bytes() {
        for seed in 0..6 {
            let spec = PackageSpec::random(seed);
            assert_eq!(generate_in_memory(&spec), generate_in_memory(&spec), "seed {seed}");
        }
        let first = PackageSpec {
            seed: 1,
            ..PackageSpec::default()
        };
        let second = PackageSpec {
            seed: 2,
            ..PackageSpec::default()
        };
        assert_ne!(generate_in_memory(&first).0, generate_in_memory(&second).0);
    }

    #[test]
    fn every_entry_of_a_plain_package_is_readable() {
        let spec = PackageSpec {
            size: 200_000,
            ..PackageSpec::default()
        };
        let (package, truth) = generate_in_memory(&spec);
        let mut archive = zip::ZipArchive::new(Cursor::new(&package)).unwrap();
        let mut total = 0;
        for at in 0..archive.len() {
            let mut entry = archive.by_index(at).unwrap();
            total += std::io::copy(&mut entry, &mut std::io::sink()).unwrap();
        }
        assert_eq!(package.len() as u64, truth.archive.bytes);
        assert!(total >= truth.archive.unpacked_bytes);
        assert!(truth.archive.unpacked_bytes > 180_000);
        assert!(truth.sections.values().all(|status| *status == SectionStatus::Ok));
    }

    #[test]
    fn random_specifications_give_readable_archives() {
        for seed in 0..150 {
            let (package, truth) = generate_in_memory(&PackageSpec::random(seed));
            assert!(!names(&package).is_empty(), "seed {seed}");
            assert_eq!(truth.sections.len(), Section::ALL.len());
            assert!(package.len() < 3_000_000, "seed {seed}: {}", package.len());
        }
    }

    #[test]
    fn every_single_oddity_gives_a_readable_archive() {
        for &quirk in Quirk::value_variants() {
            let spec = PackageSpec {
                quirks: BTreeSet::from([quirk]),
                size: 30_000,
                events: Some(20),
                voice: Some(5),
                sessions: Some(5),
                channels: 8,
                ..PackageSpec::default()
            };
            assert!(!names(&generate_in_memory(&spec).0).is_empty(), "{quirk:?}");
        }
    }

    #[test]
    fn all_oddities_together_leave_no_table_empty() {
        let spec = PackageSpec {
            quirks: every_quirk(),
            size: 400_000,
            ..PackageSpec::default()
        };
        let (_, truth) = generate_in_memory(&spec);
        assert!(truth.activity.len() > 100);
        assert!(truth.voice_sessions.len() > 15);
        assert!(truth.sessions.len() > 15);
        assert!(truth.dm_channels_data.len() > 15);
        assert!(!truth.group_channels_data.is_empty());
        assert!(!truth.guild_channels_data.is_empty());
        assert!(!truth.payments.is_empty());
        assert_eq!(truth.sections[&Section::Messages], SectionStatus::Damaged);
        assert_eq!(truth.sections[&Section::Activity], SectionStatus::Damaged);
    }

    #[test]
    fn rows_of_the_truth_are_unique_and_sessions_do_not_overlap() {
        for seed in 0..60 {
            let truth = generate_in_memory(&PackageSpec::random(seed)).1;
            let keys: BTreeSet<_> = truth
                .activity
                .iter()
                .map(|row| crate::ActivityRow {
                    occurence_count: 0,
                    ..row.clone()
                })
                .collect();
            assert_eq!(keys.len(), truth.activity.len(), "seed {seed}");
            let voice = truth.voice_sessions.windows(2);
            assert!(
                voice.clone().all(|pair| pair[0].ended <= pair[1].started),
                "seed {seed}"
            );
            let sessions = truth.sessions.windows(2);
            assert!(
                sessions.clone().all(|pair| pair[0].ended <= pair[1].started),
                "seed {seed}"
            );
        }
    }

    #[test]
    fn lines_of_plain_event_files_are_json_with_the_usual_line_ends() {
        let spec = PackageSpec {
            size: 300_000,
            ..PackageSpec::default()
        };
        let (package, truth) = generate_in_memory(&spec);
        let mut archive = zip::ZipArchive::new(Cursor::new(&package)).unwrap();
        let mut lines = 0;
        for entry in &truth.archive.event_entries {
            let mut content = String::new();
            archive
                .by_name(&entry.name)
                .unwrap()
                .read_to_string(&mut content)
                .unwrap();
            for line in content.lines() {
                let value: serde_json::Value = serde_json::from_str(line).unwrap();
                assert!(line.starts_with("{\"event_type\":\""));
                assert!(value["timestamp"].is_string());
                assert!((900..3200).contains(&line.len()), "{line}");
                lines += 1;
            }
        }
        assert_eq!(lines, truth.archive.event_lines);
    }

    #[test]
    fn the_number_of_activity_rows_is_close_to_the_target() {
        let spec = PackageSpec {
            size: 3_000_000,
            messages: Some(12_000),
            events: Some(3000),
            activity_rows: Some(8000),
            lines: crate::LineWidth::Lean,
            ..PackageSpec::default()
        };
        let rows = generate_in_memory(&spec).1.activity.len();
        assert!((7000..9000).contains(&rows), "{rows}");
    }
}
