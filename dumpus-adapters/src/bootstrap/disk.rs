//! Disks that are nearly full.

use std::path::{Path, PathBuf};

use crate::cli::values::bytes_text;

/// With less free than one part in so many, a disk is nearly full.
const LITTLE: u64 = 10;

/// Watches the disks of folders, and logs when one becomes nearly full and when it has room again.
#[derive(Debug)]
pub struct DiskWatch(Vec<Folder>);

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    is_low: bool,
}

/// Bytes of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Room {
    free: u64,
    total: u64,
}

impl Room {
    /// Of the disk of a folder; `None` when the system does not tell.
    fn of(folder: &Path) -> Option<Self> {
        let disk = rustix::fs::statvfs(folder).ok()?;
        let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
        Some(Self {
            free: bytes(disk.f_bavail),
            total: bytes(disk.f_blocks),
        })
    }

    fn is_low(self) -> bool {
        self.free < self.total / LITTLE
    }
}

impl Folder {
    /// Whether the disk became nearly full, or has room again; `None` when that did not change.
    fn observe(&mut self, room: Room) -> Option<bool> {
        let was_low = std::mem::replace(&mut self.is_low, room.is_low());
        Some(self.is_low).filter(|is_low| *is_low != was_low)
    }
}

impl DiskWatch {
    /// Of these folders.
    #[must_use]
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let folder = |path| Folder { path, is_low: false };
        Self(folders.into_iter().map(folder).collect())
    }

    /// Looks once.
    pub fn look(&mut self) {
        for folder in &mut self.0 {
            let Some(room) = Room::of(&folder.path) else {
                continue;
            };
            let (path, free) = (folder.path.display().to_string(), bytes_text(room.free));
            match folder.observe(room) {
                Some(true) => {
                    tracing::warn!(
                        folder = path,
                        free,
                        total = bytes_text(room.total),
                        "A disk is nearly full"
                    );
                }
                Some(false) => tracing::info!(folder = path, free, "A disk has room again"),
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_reported_once_when_it_becomes_nearly_full_and_once_when_it_has_room_again() {
        let mut folder = Folder {
            path: PathBuf::new(),
            is_low: false,
        };
        let seen = [50, 10, 9, 5, 10, 30].map(|free| folder.observe(Room { free, total: 100 }));
        assert_eq!(seen, [None, None, Some(true), None, Some(false), None]);
    }

    #[test]
    fn the_disk_of_a_folder_has_a_size() {
        let room = Room::of(&std::env::temp_dir()).unwrap();
        assert!(room.total > 0 && room.free <= room.total);
        assert_eq!(Room::of(Path::new("/absent")), None);
    }
}
