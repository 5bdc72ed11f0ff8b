//! Whether the disk of a SQLite file has room.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::error::SqlError;

/// Bytes, more than a submission takes. A single row may find room within SQLite's files although the disk is full.
const ROOM: usize = 256 * 1024;

/// Fails unless there is room beside the database.
pub(super) async fn probe(database: &Path) -> Result<(), SqlError> {
    let mut file = database.as_os_str().to_owned();
    file.push("-probe");
    let file = PathBuf::from(file);
    let written = tokio::task::spawn_blocking(move || {
        let written = write(&file);
        // What was written in part takes room, too.
        drop(fs::remove_file(&file));
        written
    });
    let written = written.await.map_err(|_| SqlError::permanent("a task ended"))?;
    written.map_err(|error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => SqlError::transient("the disk is full"),
        _ => SqlError::transient(error.to_string()),
    })
}

fn write(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(file)?.write_all(&vec![0; ROOM])
}
