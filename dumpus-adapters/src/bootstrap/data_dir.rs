//! The data directory of embedded mode.

use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::backends::StartupError;

const DATABASE: &str = "dumpus.db";

/// Keeps other servers away from the data directory: they would take this one's packages for those of a dead process.
pub(super) fn lock(data_dir: &Path) -> Result<File, StartupError> {
    let (path, shown) = (data_dir.join("lock"), data_dir.display());
    let file = File::options().append(true).create(true).mode(0o600).open(&path);
    let file = file.map_err(|error| {
        StartupError::new(format!(
            "the data directory {shown} cannot be written: {}",
            error.kind()
        ))
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartupError::new(format!(
            "another process uses the data directory {shown}"
        ))),
        Err(TryLockError::Error(error)) => Err(StartupError::new(format!(
            "the data directory {shown} cannot be locked: {}",
            error.kind()
        ))),
    }
}

/// The address of the database.
pub(super) fn database(data_dir: &Path) -> String {
    format!("sqlite://{}?mode=rwc", data_dir.join(DATABASE).display())
}

/// Whether an instance is there.
pub(super) fn has_database(data_dir: &Path) -> bool {
    data_dir.join(DATABASE).is_file()
}
