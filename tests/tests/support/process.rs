//! The programs themselves, as an operator runs them.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use super::wait::eventually;

/// A running program. Ends with this value, and shows the end of its log when the test has failed.
pub struct Process {
    child: Option<Child>,
    name: String,
    arguments: Vec<String>,
    settings: Vec<(String, String)>,
    /// Everything that it has printed, over all its lives.
    pub log: PathBuf,
}

impl Process {
    /// Starts a program of the workspace with these settings and no others, and its own temporary folder.
    pub fn start(name: &str, arguments: &[&str], settings: Vec<(String, String)>, log: &Path) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let mut process = Self {
            child: None,
            name: name.to_owned(),
            arguments,
            settings,
            log: log.to_owned(),
        };
        process.run();
        process
    }

    /// Starts it once more.
    pub fn run(&mut self) {
        assert!(self.child.is_none(), "{} runs already", self.name);
        let log = File::options().append(true).create(true).open(&self.log).unwrap();
        let child = Command::new(program(&self.name))
            .args(&self.arguments)
            .env_clear()
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        self.child = Some(child.unwrap());
    }

    pub fn log_text(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Whether it was started and not yet killed.
    pub fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// Whether it has ended, and how.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut().unwrap().try_wait().unwrap()
    }

    /// As `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        signal("-TERM", &[self.id()]);
    }

    /// Holds it as a machine out of memory would, or lets it run on.
    pub fn freeze(&self, is_frozen: bool) {
        signal(if is_frozen { "-STOP" } else { "-CONT" }, &[self.id()]);
    }

    /// Waits until it has stopped.
    pub fn stopped(&mut self) -> ExitStatus {
        let status = eventually("the program stops", || self.ended());
        self.child = None;
        status
    }

    /// Milliseconds of processor time that it has used.
    pub fn processor_ms(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        // The name of the program stands in parentheses and may hold anything.
        let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks = |field: usize| fields[field].parse::<u64>().unwrap();
        // A tick is a hundredth of a second on every Linux.
        (ticks(11) + ticks(12)) * 10
    }

    /// The files that it has open; see [`open_files_of`].
    pub fn open_files(&self) -> Vec<(PathBuf, PathBuf)> {
        open_files_of(&self.id().to_string())
    }

    /// Open files without a name, that is spooled archives.
    pub fn nameless_bytes(&self) -> u64 {
        let files = self.open_files().into_iter();
        files
            .filter_map(|(path, _)| fs::metadata(path).ok())
            .filter(|file| file.nlink() == 0)
            .map(|file| file.len())
            .sum()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            let text = self.log_text();
            let lines: Vec<_> = text.lines().collect();
            eprintln!(
                "--- the log of {} ends:\n{}",
                self.name,
                lines[lines.len().saturating_sub(60)..].join("\n")
            );
        }
    }
}

/// Sends a signal to processes, in this order.
pub fn signal(name: &str, processes: &[u32]) {
    let ids = processes.iter().map(u32::to_string);
    let status = Command::new("kill").arg(name).args(ids).status().unwrap();
    assert!(status.success(), "the signal was not sent");
}

/// The files that a process has open, each by a way to its bytes and by the name that the system knows. Those that are
/// deleted are among them.
pub fn open_files_of(process: &str) -> Vec<(PathBuf, PathBuf)> {
    let folder = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let files = folder.filter_map(|entry| {
        let path = entry.ok()?.path();
        // Gone meanwhile, or no file at all.
        let target = fs::read_link(&path).ok()?;
        fs::metadata(&path).ok()?.is_file().then_some((path, target))
    });
    files.collect()
}

/// Where cargo puts the programs, beside the tests.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join(name);
    assert!(
        program.is_file(),
        "{} is missing: run `cargo build --workspace` first",
        program.display()
    );
    program
}
