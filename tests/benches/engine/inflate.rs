//! The lower bound: raw inflate of the entries that an analysis needs, with the same library.

use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use dumpus_ports::domain::layout::Layout;
use flate2::{Decompress, FlushDecompress, Status};
use zip::{CompressionMethod, ZipArchive};

/// Size in bytes of the blocks that are read and written.
const BLOCK: usize = 512 * 1024;

/// The entries that an analysis needs, with the fastest raw inflate of each so far.
pub(super) struct Entries {
    file: File,
    /// Start and length of the compressed bytes, and the time.
    entries: Vec<(u64, u64, Duration)>,
}

impl Entries {
    pub(super) fn open(path: &Path) -> Self {
        let file = File::open(path).unwrap();
        let mut archive = ZipArchive::new(&file).unwrap();
        let layout = layout(&mut archive);
        let mut places = Vec::new();
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).unwrap();
            let is_deflated = entry.compression() == CompressionMethod::Deflated;
            places.push(is_deflated.then(|| (entry.data_start().unwrap(), entry.compressed_size())));
        }
        let folders = layout.channels.iter();
        let channels = folders.flat_map(|folder| [folder.channel, folder.messages_json, folder.messages_csv]);
        let small = [layout.payments, layout.messages_index, layout.servers_index];
        let needed = channels
            .chain(small)
            .flatten()
            .chain(layout.profiles)
            .chain(layout.events);
        let entries = needed
            .filter_map(|index| places[index])
            .map(|(start, size)| (start, size, Duration::MAX));
        Self {
            entries: entries.collect(),
            file,
        }
    }

    /// Inflates each entry once.
    pub(super) fn run(&mut self) {
        let mut inflater = Inflater::new(&self.file);
        for (start, size, fastest) in &mut self.entries {
            *fastest = inflater.run(*start, *size).min(*fastest);
        }
    }

    /// The fastest inflate of each entry.
    pub(super) fn fastest(&self) -> Vec<Duration> {
        self.entries.iter().map(|(_, _, fastest)| *fastest).collect()
    }
}

/// Which entries of a package are what.
pub(super) fn layout(archive: &mut ZipArchive<impl Read + Seek>) -> Layout {
    let count = archive.len();
    let name = |index| {
        let entry = archive.by_index_raw(index).unwrap();
        String::from_utf8_lossy(entry.name_raw()).into_owned()
    };
    let names: Vec<_> = (0..count).map(name).collect();
    Layout::locate(names.iter().map(String::as_str).enumerate())
}

/// What an ideal reader takes on two cores: no core waits, but no entry is divided.
pub(super) fn ideal(entries: &[Duration]) -> Duration {
    let largest = entries.iter().max().copied().unwrap_or_default();
    largest.max(entries.iter().sum::<Duration>() / 2)
}

struct Inflater<'a> {
    file: &'a File,
    inflate: Decompress,
    packed: Vec<u8>,
    plain: Vec<u8>,
}

impl<'a> Inflater<'a> {
    fn new(file: &'a File) -> Self {
        Self {
            file,
            inflate: Decompress::new(false),
            packed: vec![0; BLOCK],
            plain: vec![0; BLOCK],
        }
    }

    fn run(&mut self, start: u64, size: u64) -> Duration {
        let began = Instant::now();
        self.inflate.reset(false);
        let mut offset = 0;
        loop {
            let length = usize::try_from((size - offset).min(BLOCK as u64)).unwrap();
            self.file
                .read_exact_at(&mut self.packed[..length], start + offset)
                .unwrap();
            offset += length as u64;
            let mut rest = &self.packed[..length];
            loop {
                let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
                let status = self
                    .inflate
                    .decompress(rest, &mut self.plain, FlushDecompress::None)
                    .unwrap();
                if status == Status::StreamEnd {
                    return began.elapsed();
                }
                rest = &rest[usize::try_from(self.inflate.total_in() - before_in).unwrap()..];
                let is_full = self.inflate.total_out() - before_out == BLOCK as u64;
                if rest.is_empty() && !is_full {
                    break;
                }
            }
        }
    }
}
