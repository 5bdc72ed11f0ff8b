//! What is written to a spool can be read back, from memory and from a file.
#![cfg(feature = "http")]

use std::io;

use dumpus_adapters::spool::{SpoolSettings, SpoolWriter};
use dumpus_ports::archive::PackageBytes;
use proptest::prelude::*;

/// The size of the blocks that are encrypted: lengths around it are the interesting ones.
const BLOCK: usize = 64 << 10;

fn settings(memory: usize) -> SpoolSettings {
    let mut settings = SpoolSettings::default();
    settings.memory = memory;
    settings
}

/// Bytes that differ from block to block.
fn package(length: usize) -> Vec<u8> {
    (0..length as u64)
        .map(|at| at.wrapping_mul(0x9e37_79b9).to_be_bytes()[5])
        .collect()
}

fn read(package: &dyn PackageBytes, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; length];
    package.read_exact_at(offset, &mut buffer).map(|()| buffer)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_was_written_in_any_pieces_is_read_at_any_place(
        pieces in prop::collection::vec(0_usize..3 * BLOCK, 0..8),
        memory in prop_oneof![Just(0), Just(BLOCK), Just(100 * BLOCK)],
        is_expected: bool,
        reads in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..16),
    ) {
        let plain = package(pieces.iter().sum());
        let expected = is_expected.then_some(plain.len() as u64);
        let mut writer = SpoolWriter::new(settings(memory), expected).unwrap();
        let mut rest = &plain[..];
        for piece in pieces {
            let (now, later) = rest.split_at(piece);
            writer.write(now).unwrap();
            rest = later;
        }
        let spooled = writer.finish().unwrap();
        prop_assert_eq!(spooled.size(), plain.len() as u64);
        prop_assert_eq!(&read(&*spooled, 0, plain.len()).unwrap(), &plain);
        for (from, to) in reads {
            let (from, to) = (from.index(plain.len() + 1), to.index(plain.len() + 1));
            let (from, to) = (from.min(to), from.max(to));
            let got = read(&*spooled, from as u64, to - from).unwrap();
            prop_assert!(got == plain[from..to]);
            let beyond = read(&*spooled, from as u64, plain.len() - from + 1);
            prop_assert_eq!(beyond.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }
}

#[test]
fn threads_read_different_places_at_once() {
    let plain = package(20 * BLOCK + 77);
    let mut writer = SpoolWriter::new(settings(0), None).unwrap();
    writer.write(&plain).unwrap();
    let file = writer.finish().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (file, plain) = (&file, &plain);
            scope.spawn(move || {
                for step in 0..200 {
                    let from = (thread * 7919 + step * 104_729) % (plain.len() - 5000);
                    assert!(read(&**file, from as u64, 5000).unwrap() == plain[from..from + 5000]);
                }
            });
        }
    });
}

#[test]
fn a_folder_that_takes_no_file_is_an_error() {
    let mut nowhere = settings(10);
    nowhere.folder = "/nowhere/at/all".into();
    assert!(SpoolWriter::new(nowhere.clone(), Some(11)).is_err());
    let mut writer = SpoolWriter::new(nowhere, None).unwrap();
    assert!(writer.write(&[0; 10]).is_ok());
    assert!(writer.write(&[0; 1]).is_err());
}
