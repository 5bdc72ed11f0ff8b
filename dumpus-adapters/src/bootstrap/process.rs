//! What the process asks of the system at its start.

use std::io;

use rlimit::Resource;

/// Keeps keys out of crash dumps: there are none.
pub fn disable_core_dumps() {
    if let Err(error) = rlimit::setrlimit(Resource::CORE, 0, 0) {
        tracing::warn!(error = %error, "Could not disable core dumps");
    }
}

/// Raises the number of files that the process may open as far as the system permits, and returns it.
///
/// # Errors
/// When the system does not tell.
pub fn raise_file_limit() -> io::Result<usize> {
    let limit = rlimit::increase_nofile_limit(u64::MAX)?;
    Ok(usize::try_from(limit).unwrap_or(usize::MAX))
}
