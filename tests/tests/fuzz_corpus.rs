//! The fuzz targets with each input of the committed corpus: what the fuzzer has found once is not lost again.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a target panics when it finds a defect"
)]

#[expect(
    unreachable_pub,
    clippy::cast_possible_truncation,
    reason = "it is a library for the fuzzer, and its archives are small"
)]
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::fs;
use std::path::Path;

#[test]
fn no_input_of_the_corpus_breaks_its_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut folders: Vec<_> = fs::read_dir(&corpus)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    folders.sort();
    let mut names = fuzz::TARGETS.map(|(name, _)| name);
    names.sort_unstable();
    assert_eq!(folders, names, "each target has a folder, and each folder a target");
    for name in names {
        let files: Vec<_> = fs::read_dir(corpus.join(name)).unwrap().map(Result::unwrap).collect();
        assert!(files.len() > 3, "{name} has too few inputs");
        for file in files {
            println!("{name}: {}", file.file_name().display());
            fuzz::run(name, &fs::read(file.path()).unwrap());
        }
    }
}
