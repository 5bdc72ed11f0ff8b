//! Packages that several tests submit.

use std::io::Cursor;

use dumpus_tests::{ArchiveWriter, EntryOptions, PackageSpec, Truth, generate_in_memory};

/// A small package with all sections.
pub fn small() -> (Vec<u8>, Truth) {
    small_of_seed(1)
}

pub fn small_of_seed(seed: u64) -> (Vec<u8>, Truth) {
    generate_in_memory(&PackageSpec {
        seed,
        size: 100_000,
        ..PackageSpec::default()
    })
}

/// A package that does not identify its owner.
pub fn ownerless() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut archive = ArchiveWriter::new(&mut out, 1);
    archive
        .file("Messages/index.json", EntryOptions::default(), b"{}")
        .unwrap();
    archive.finish().unwrap();
    out.into_inner()
}
