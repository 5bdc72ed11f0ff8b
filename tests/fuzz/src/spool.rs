//! Packages on the disk while they are analysed.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use dumpus_adapters::spool::{SpoolSettings, SpoolWriter};

use super::take;

/// Bytes that are sealed at once.
const BLOCK: usize = 64 << 10;

/// What is read is what was written, in whatever pieces; a block that changed on the disk is not read.
pub(crate) fn spool(mut data: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = SpoolSettings::default();
    settings.folder = folder.path().into();
    settings.memory = usize::from(take(&mut data) % 2) * BLOCK;
    let expected = take(&mut data).is_multiple_of(2).then_some(BLOCK as u64 + 1);
    let (change, place) = (take(&mut data), number(&mut data));
    let mut writer = SpoolWriter::new(settings, expected).unwrap();
    let mut plain = Vec::new();
    for _ in 0..take(&mut data) % 8 {
        let piece: Vec<u8> = (0..number(&mut data) as u64)
            .map(|at| at.wrapping_mul(0x9e37_79b9).to_be_bytes()[5])
            .collect();
        writer.write(&piece).unwrap();
        plain.extend(piece);
    }
    writer.write(data).unwrap();
    plain.extend(data);
    let package = writer.finish().unwrap();
    assert_eq!(package.size(), plain.len() as u64);
    let read = |from: usize, length: usize| {
        let mut buffer = vec![0; length];
        package.read_exact_at(from as u64, &mut buffer).map(|()| buffer)
    };
    let end = read(plain.len(), 1).unwrap_err();
    assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    if let Some(file) = file_in(folder.path()).filter(|_| change != 0 && !plain.is_empty()) {
        // Blocks are opened when they are read for the first time, so the file changes before that.
        let size = usize::try_from(file.metadata().unwrap().len()).unwrap();
        let at = place.wrapping_mul(251) % size;
        let mut byte = [0];
        file.read_exact_at(&mut byte, at as u64).unwrap();
        file.write_all_at(&[byte[0] ^ change], at as u64).unwrap();
        assert_eq!(read(0, plain.len()).unwrap_err().kind(), io::ErrorKind::InvalidData);
        return;
    }
    for _ in 0..4 {
        let from = number(&mut data) % (plain.len() + 1);
        let length = number(&mut data) % (plain.len() - from + 1);
        assert!(read(from, length).unwrap() == plain[from..from + length]);
    }
    assert!(read(0, plain.len()).unwrap() == plain);
}

fn number(data: &mut &[u8]) -> usize {
    usize::from(u16::from_be_bytes([take(data), take(data)]))
}

/// The spool's file, which has no name: this process still has it open.
fn file_in(folder: &Path) -> Option<File> {
    let open = fs::read_dir("/proc/self/fd").unwrap().filter_map(Result::ok);
    let path = open.map(|entry| entry.path()).find(|path| {
        let target = fs::read_link(path).unwrap_or_default();
        target.starts_with(folder)
    })?;
    Some(File::options().read(true).write(true).open(path).unwrap())
}
