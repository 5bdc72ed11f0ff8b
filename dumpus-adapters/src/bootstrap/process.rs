//! What the process asks of the system at its start.

use std::io;

use rlimit::Resource;
#[cfg(target_os = "linux")]
use rustix::process::DumpableBehavior;

/// What helps to find defects, and reveals what the process knows.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Debugging")]
#[non_exhaustive]
pub struct DebugSettings {
    /// Lets the process leave core dumps, which contain keys and content of packages, and be debugged by its user.
    #[arg(long, env = "DUMPUS_ALLOW_CORE_DUMPS", value_name = "BOOLEAN", default_value_t = false,
        action = clap::ArgAction::Set)]
    pub allow_core_dumps: bool,
}

impl DebugSettings {
    /// Protects the memory of this process, unless that is switched off.
    pub fn apply(self) {
        if self.allow_core_dumps {
            tracing::warn!("Core dumps are allowed: they contain keys and content of packages");
        } else {
            protect_memory();
        }
    }
}

/// Keeps keys out of crash dumps: there are none. Other processes of the same user cannot read the memory either.
pub fn protect_memory() {
    let limited = rlimit::setrlimit(Resource::CORE, 0, 0);
    // The limit does not apply to dumps that the kernel pipes into a program, see core(5).
    #[cfg(target_os = "linux")]
    let limited =
        limited.and(rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(Into::into));
    if let Err(error) = limited {
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_protected_process_leaves_no_core_dumps_even_to_a_pipe() {
        protect_memory();
        assert_eq!(rlimit::getrlimit(Resource::CORE).unwrap(), (0, 0));
        let behavior = rustix::process::dumpable_behavior().unwrap();
        assert!(matches!(behavior, DumpableBehavior::NotDumpable), "{behavior:?}");
    }
}
