//! The programs, started like an operator starts them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;

use super::wait::eventually;

/// A running program. It is killed with this value, which prints the end of its log if the test has failed.
pub struct Process {
    child: Option<Child>,
    name: String,
    arguments: Vec<String>,
    settings: Vec<(String, String)>,
    /// Shell command that limits its resources.
    limits: String,
    /// Its output, over all restarts.
    pub log: PathBuf,
}

impl Process {
    /// Starts a program of the workspace with these settings and no other environment variables.
    pub fn start(name: &str, arguments: &[&str], settings: Vec<(String, String)>, log: &Path) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let mut process = Self {
            child: None,
            name: name.to_owned(),
            arguments,
            settings,
            limits: String::new(),
            log: log.to_owned(),
        };
        process.run();
        process
    }

    /// Ends it, and starts it again under limits such as `ulimit -n 128`.
    pub fn restart_under(&mut self, limits: &str) {
        limits.clone_into(&mut self.limits);
        self.kill();
        self.run();
    }

    /// Starts it again.
    pub fn run(&mut self) {
        assert!(self.child.is_none(), "{} runs already", self.name);
        let log = File::options().append(true).create(true).open(&self.log).unwrap();
        let child = Command::new("bash")
            .args(["-c", &format!("{}\nexec \"$0\" \"$@\"", self.limits)])
            .arg(program(&self.name))
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

    /// The address on loopback at which it accepts connections, if it does.
    pub fn listening(&self) -> Option<SocketAddr> {
        const LISTEN: &str = "0A";
        let sockets: HashSet<String> = fs::read_dir(format!("/proc/{}/fd", self.id()))
            .ok()?
            .filter_map(|entry| {
                let target = fs::read_link(entry.ok()?.path()).ok()?;
                let inode = target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
                Some(inode.to_owned())
            })
            .collect();
        fs::read_to_string("/proc/net/tcp").unwrap().lines().find_map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            let (_, port) = fields[1].rsplit_once(':')?;
            let is_its_own = fields[3] == LISTEN && sockets.contains(fields[9]);
            let port = u16::from_str_radix(port, 16).ok().filter(|_| is_its_own)?;
            Some((Ipv4Addr::LOCALHOST, port).into())
        })
    }

    /// Whether it was started and not yet killed.
    pub fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// The exit status, if it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut().unwrap().try_wait().unwrap()
    }

    /// Kills it with `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Sends `SIGTERM`.
    pub fn terminate(&self) {
        signal("-TERM", &[self.id()]);
    }

    /// Suspends or resumes it.
    pub fn freeze(&self, is_frozen: bool) {
        signal(if is_frozen { "-STOP" } else { "-CONT" }, &[self.id()]);
    }

    /// Waits until it has stopped.
    pub fn stopped(&mut self) -> ExitStatus {
        let status = eventually("the program stops", || self.ended());
        self.child = None;
        status
    }

    /// Used processor time in milliseconds.
    pub fn processor_ms(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        // The name of the program is in parentheses and may contain anything.
        let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks = |field: usize| fields[field].parse::<u64>().unwrap();
        // A tick is a hundredth of a second on every Linux.
        (ticks(11) + ticks(12)) * 10
    }

    /// Resident memory in bytes, including the touched pages of the program.
    pub fn resident_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Its open files; see [`open_files_of`].
    pub fn open_files(&self) -> Vec<(PathBuf, PathBuf)> {
        open_files_of(&self.id().to_string())
    }

    /// Bytes of open files without a name, which are spooled archives.
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

/// Sends a signal to processes, in order.
pub fn signal(name: &str, processes: &[u32]) {
    let ids = processes.iter().map(u32::to_string);
    let status = Command::new("kill").arg(name).args(ids).status().unwrap();
    assert!(status.success(), "failed to send the signal");
}

/// The open files of a process, including deleted ones: for each a path to its contents, and its name according to the
/// system.
pub fn open_files_of(process: &str) -> Vec<(PathBuf, PathBuf)> {
    let folder = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let files = folder.filter_map(|entry| {
        let path = entry.ok()?.path();
        // Closed in the meantime, or not a file.
        let target = fs::read_link(&path).ok()?;
        fs::metadata(&path).ok()?.is_file().then_some((path, target))
    });
    files.collect()
}

/// Preloaded, it shifts the clock of a program by `FAKETIME`, or by what the file says that `FAKETIME_TIMESTAMP_FILE` names.
pub const FAKE_TIME: &str = if cfg!(target_arch = "aarch64") {
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"
} else {
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
};

/// Whether the worker runs and is able to work, according to `dumpus-worker health`.
pub fn is_worker_healthy(worker: &Process) -> bool {
    let address = worker.child.as_ref().and_then(|_| worker.listening());
    address.is_some_and(|address| {
        let mut health = Command::new(program("dumpus-worker"));
        health.arg("health").env_clear();
        health.env("DUMPUS_WORKER_LISTEN", address.to_string());
        health.output().unwrap().status.success()
    })
}

/// What a command of the server prints with these settings, and whether it succeeds.
pub fn operate(arguments: &[&str], settings: &[(&str, &str)]) -> (bool, String) {
    let settings = settings
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut command = Process::start("dumpus-server", arguments, settings.collect(), &out);
    let is_done = command.stopped().success();
    (is_done, command.log_text())
}

/// The same with its output somewhere else; its errors are returned.
pub fn operate_into(out: impl Into<Stdio>, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program("dumpus-server"));
    command.args(arguments).env_clear().envs(settings.iter().copied());
    command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(Stdio::piped())
        .output()
        .unwrap()
}

/// The path of a program, which cargo builds beside the tests.
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
