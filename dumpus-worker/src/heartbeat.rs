//! Tells `dumpus-worker health` that the worker works: by a file in the folder for temporary files, which is touched
//! while everything goes on, and locked as long as its process lives.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use dumpus_ports::usecase::Liveness;
use rustix::fs::{Mode, OFlags};
use tokio::time::sleep;

/// How often the file is touched.
const EVERY: Duration = Duration::from_secs(1);
/// A file that was not touched for this long belongs to a worker that hangs as a whole.
const STALE: Duration = Duration::from_secs(10);
/// Work without a sign of life for this long hangs; requests to backends take 30 seconds at most.
const SILENCE: Duration = Duration::from_mins(1);
/// What stands around the number of the process in the name.
const NAME: (&str, &str) = ("dumpus-worker-", ".alive");

/// The file of this process. It goes with this value.
pub struct Heartbeat {
    file: File,
    path: PathBuf,
}

impl Heartbeat {
    /// Makes the file.
    ///
    /// # Errors
    /// When the folder takes no files.
    pub fn start(folder: &Path) -> io::Result<Self> {
        remove_left_behind(folder)?;
        let path = folder.join(format!("{}{}{}", NAME.0, std::process::id(), NAME.1));
        // It gets its name when it is locked: one that is not is nobody's. Nothing that is there already is followed.
        let made = tempfile::NamedTempFile::new_in(folder)?;
        made.as_file().lock()?;
        let file = made.persist(&path).map_err(|error| error.error)?;
        Ok(Self { file, path })
    }

    /// Touches the file for as long as all work goes on.
    pub async fn follow(self, work: &[Liveness]) {
        let mut is_told = false;
        loop {
            let hangs = work.iter().any(|work| work.silence() > SILENCE);
            if hangs && !is_told {
                tracing::error!("Work hangs: this is a defect");
            }
            is_told = hangs;
            if !hangs && let Err(error) = self.file.set_modified(SystemTime::now()) {
                tracing::debug!(error = %error, "Failed to record the heartbeat");
            }
            sleep(EVERY).await;
        }
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        // One that stays is known to be nobody's by its lock.
        drop(fs::remove_file(&self.path));
    }
}

/// Why a worker is not healthy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unhealthy {
    /// No process has a file there.
    #[error("no worker runs that keeps its temporary files in {0}")]
    Absent(PathBuf),
    /// A process stopped touching its file.
    #[error("a worker hangs: there was no sign of life for {} seconds", .0.as_secs())]
    Hangs(Duration),
    /// The folder cannot be read.
    #[error("the folder for temporary files cannot be read")]
    Unreadable(#[from] io::Error),
}

/// Looks at the files of all workers that have them in this folder: one in a container, perhaps several elsewhere.
///
/// # Errors
/// When there is no worker, or one that hangs.
pub fn check(folder: &Path) -> Result<(), Unhealthy> {
    let mut is_there = false;
    for (file, _) in heartbeats(folder)? {
        if !is_somebodys(&file) {
            continue;
        }
        let age = file.metadata()?.modified()?.elapsed().unwrap_or_default();
        if age > STALE {
            return Err(Unhealthy::Hangs(age));
        }
        is_there = true;
    }
    is_there
        .then_some(())
        .ok_or_else(|| Unhealthy::Absent(folder.to_owned()))
}

/// Files of workers, alive or not. Another user's cannot be opened, and is not asked about.
fn heartbeats(folder: &Path) -> io::Result<Vec<(File, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_heartbeat = name
            .to_str()
            .is_some_and(|name| name.starts_with(NAME.0) && name.ends_with(NAME.1));
        if is_heartbeat && let Ok(file) = open(&entry.path()) {
            found.push((file, entry.path()));
        }
    }
    Ok(found)
}

/// Opens a regular file. Everybody can create others in the folder: opening a named pipe would wait for ever.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

fn is_somebodys(file: &File) -> bool {
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// Removes the files of workers that were killed.
fn remove_left_behind(folder: &Path) -> io::Result<()> {
    for (file, path) in heartbeats(folder)? {
        if !is_somebodys(&file) {
            // Or it is another user's, and stays.
            drop(fs::remove_file(path));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG_AGO: Duration = Duration::from_mins(2);

    fn set_back(heartbeat: &Heartbeat) {
        let before = SystemTime::now().checked_sub(LONG_AGO).unwrap();
        heartbeat.file.set_modified(before).unwrap();
    }

    #[test]
    fn a_named_pipe_is_no_worker_and_delays_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join(format!("{}1{}", NAME.0, NAME.1));
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert!(matches!(check(folder.path()), Err(Unhealthy::Absent(_))));
        assert!(Heartbeat::start(folder.path()).is_ok());
        check(folder.path()).unwrap_err();
    }

    #[test]
    fn a_worker_is_healthy_from_its_start_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(check(folder.path()), Err(Unhealthy::Absent(_))));
        let heartbeat = Heartbeat::start(folder.path()).unwrap();
        check(folder.path()).unwrap();
        set_back(&heartbeat);
        assert!(matches!(check(folder.path()), Err(Unhealthy::Hangs(age)) if age >= LONG_AGO));
        drop(heartbeat);
        assert!(matches!(check(folder.path()), Err(Unhealthy::Absent(_))));
    }

    #[test]
    fn files_of_killed_workers_are_nobodys_and_go_with_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        for process in [1, std::process::id()] {
            File::create(folder.path().join(format!("{}{process}{}", NAME.0, NAME.1))).unwrap();
        }
        assert!(matches!(check(folder.path()), Err(Unhealthy::Absent(_))));
        let _heartbeat = Heartbeat::start(folder.path()).unwrap();
        check(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_in_the_place_of_the_file_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = Heartbeat::start(folder.path()).unwrap().path.clone();
        let target = folder.path().join("target");
        std::os::unix::fs::symlink(&target, &path).unwrap();
        let _heartbeat = Heartbeat::start(folder.path()).unwrap();
        assert!(!target.exists());
        assert!(!path.is_symlink());
        check(folder.path()).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_worker_whose_work_hangs_is_not_healthy() {
        let folder = tempfile::tempdir().unwrap();
        let (ended, hanging) = (Liveness::default(), Liveness::default());
        ended.end();
        for (work, is_healthy) in [(vec![ended.clone()], true), (vec![ended, hanging], false)] {
            let heartbeat = Heartbeat::start(folder.path()).unwrap();
            set_back(&heartbeat);
            tokio::time::advance(SILENCE * 2).await;
            let looks = async {
                tokio::task::yield_now().await;
                assert_eq!(check(folder.path()).is_ok(), is_healthy);
            };
            tokio::select! {
                biased;
                () = heartbeat.follow(&work) => {}
                () = looks => {}
            }
        }
    }
}
