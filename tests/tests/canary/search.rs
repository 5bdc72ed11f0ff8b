//! Searches for markers in everything readable.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::Path;

use memchr::memmem::Finder;

use crate::markers::{Markers, spellings};
use crate::support::process::{Process, open_files_of};
use crate::support::wait::eventually;

/// Markers in all encodings, and the matches.
pub(crate) struct Search {
    needles: Vec<(String, Finder<'static>)>,
    hits: BTreeSet<String>,
    /// Number of bytes searched.
    searched: usize,
}

impl Search {
    pub(crate) fn new(markers: &Markers) -> Self {
        let needles = markers
            .needles()
            .into_iter()
            .map(|(what, bytes)| (what, Finder::new(&bytes).into_owned()));
        Self {
            needles: needles.collect(),
            hits: BTreeSet::new(),
            searched: 0,
        }
    }

    pub(crate) fn bytes(&mut self, place: &str, bytes: &[u8]) {
        self.searched += bytes.len();
        for (what, finder) in &self.needles {
            if let Some(at) = finder.find(bytes) {
                let around = &bytes[at.saturating_sub(80)..bytes.len().min(at + 40)];
                self.hits
                    .insert(format!("{place} at {at}: {what}\n    {}", around.escape_ascii()));
            }
        }
    }

    /// Every file in a folder.
    pub(crate) fn folder(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.folder(&path);
            } else if let Ok(bytes) = fs::read(&path) {
                self.bytes(&path.display().to_string(), &bytes);
            }
        }
    }

    /// Every file that a process has open, including deleted ones.
    pub(crate) fn open_files(&mut self, process: &Process) {
        let log = eventually("the process has logged something", || {
            Some(process.log_text()).filter(|text| !text.is_empty())
        });
        let files = process.open_files();
        // The log is open. If it cannot be read here, nothing can.
        let is_log = |path: &Path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(log.as_bytes()));
        assert!(
            files.iter().any(|(path, _)| is_log(path)),
            "the open files of the process cannot be read: run this as root"
        );
        for (path, name) in files {
            // Closed in the meantime.
            let Ok(mut file) = File::open(path) else { continue };
            let mut bytes = Vec::new();
            if file.read_to_end(&mut bytes).is_ok() {
                self.bytes(&name.display().to_string(), &bytes);
            }
        }
    }

    /// The matches since the last call.
    pub(crate) fn take(&mut self) -> BTreeSet<String> {
        self.searched = 0;
        std::mem::take(&mut self.hits)
    }

    /// Asserts that something was searched and nothing was found.
    pub(crate) fn assert_clean(&mut self, when: &str) {
        assert!(self.searched > 1_000, "{when}: almost nothing was searched");
        let hits: Vec<_> = self.take().into_iter().collect();
        assert!(hits.is_empty(), "{when}:\n{}", hits.join("\n"));
    }
}

/// Asserts that a marker is found in each encoding, in a file, in a deleted open file, and between other bytes.
pub(crate) fn prove(markers: &Markers, search: &mut Search) {
    let folder = tempfile::tempdir().unwrap();
    for (spelling, bytes) in spellings(&markers.text) {
        let planted = [&[0xff; 5_000][..], &bytes, &[0; 700]].concat();
        fs::write(folder.path().join("planted"), planted).unwrap();
        search.folder(folder.path());
        assert!(!search.take().is_empty(), "the marker is not found {spelling}");
    }
    for (name, needle) in markers.needles() {
        search.bytes("memory", &needle);
        assert!(!search.take().is_empty(), "not found: {name}");
    }
    let mut file = tempfile::tempfile_in(folder.path()).unwrap();
    file.write_all(markers.mail.as_bytes()).unwrap();
    file.rewind().unwrap();
    let found = open_files_of("self");
    let nameless = found
        .iter()
        .filter(|(_, name)| name.starts_with(folder.path()) && !name.exists());
    for (path, name) in nameless {
        search.bytes(&name.display().to_string(), &fs::read(path).unwrap());
    }
    assert!(!search.take().is_empty(), "the marker is not found in a deleted file");
}
