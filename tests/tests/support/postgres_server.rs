//! A PostgreSQL server of one test, which can be killed, suspended and restarted.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use super::process::signal;
use super::redis_server::lasting_port;
use super::services::{output_of, psql};
use super::wait::eventually;

/// A server of one test, in its own folder. It keeps its data and its port across restarts.
pub struct PostgresServer {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl PostgresServer {
    /// Starts a new server if PostgreSQL is installed.
    pub fn start() -> Option<Self> {
        let programs = programs();
        assert!(
            programs.is_some() || std::env::var_os("CI").is_none(),
            "PostgreSQL must be installed if CI is set"
        );
        let Some(programs) = programs else {
            println!("skipped: PostgreSQL is not installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&data).output();
            output_of("chown", owned);
        }
        let mut server = Self {
            folder,
            programs,
            port: lasting_port(),
            process: None,
        };
        let mut initdb = server.command("initdb");
        let made = initdb.args(["-U", "dumpus", "-A", "trust", "--no-sync"]).output();
        output_of("initdb", made);
        server.run();
        Some(server)
    }

    pub fn url(&self) -> String {
        format!("postgres://dumpus@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it with its existing data, and waits until it accepts connections.
    pub fn run(&mut self) {
        assert!(self.process.is_none(), "it runs already");
        let log = File::options().append(true).create(true).open(self.log()).unwrap();
        let (port, sockets) = (self.port.to_string(), self.data());
        let mut postgres = self.command("postgres");
        postgres.args(["-p", &port, "-h", "127.0.0.1", "-c", "max_connections=200"]);
        // A killed process loses nothing that it has written to the page cache; only a machine crash would.
        postgres.args(["-c", "fsync=off", "-k"]).arg(sockets);
        postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.process = Some(postgres.spawn().unwrap());
        let process = self.process.as_mut().unwrap();
        eventually("PostgreSQL accepts connections", || {
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none(), "PostgreSQL ended: {ended:?}");
            let ready = Command::new(self.programs.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &port])
                .status();
            ready.unwrap().success().then_some(())
        });
    }

    /// Stops it cleanly: connections are closed, and nothing is lost.
    pub fn stop(&mut self) {
        let mut process = self.process.take().unwrap();
        signal("-INT", &[process.id()]);
        eventually("PostgreSQL stops", || process.try_wait().unwrap());
    }

    /// Kills all its processes with `kill -9`.
    pub fn kill(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        // Suspended first, so that it starts no further children, and those that end remain listed.
        signal("-STOP", &[process.id()]);
        let all = family(process.id());
        signal("-KILL", &all);
        process.wait().unwrap();
        // The next server refuses to start while they exist.
        eventually("all processes of PostgreSQL end", || {
            all.iter().all(|&process| parent(process).is_none()).then_some(())
        });
    }

    /// Suspends or resumes all its processes.
    pub fn freeze(&self, is_frozen: bool) {
        let main = self.process.as_ref().unwrap().id();
        if is_frozen {
            // As in `kill`.
            signal("-STOP", &[main]);
            signal("-STOP", &family(main));
        } else {
            signal("-CONT", &family(main));
        }
    }

    /// Makes it read-only, as a failover to a replica does, or writable again. Connections of before are ended.
    pub fn set_read_only(&self, is_read_only: bool) {
        self.ask(&format!(
            "SET transaction_read_only = off;
            ALTER DATABASE postgres SET default_transaction_read_only = {is_read_only};
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND datname = current_database()"
        ));
    }

    /// The result of a statement: a line for each row, with values separated by `|`.
    pub fn ask(&self, statement: &str) -> Vec<String> {
        let text = String::from_utf8(psql(&self.url(), statement)).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    pub fn number(&self, statement: &str) -> i64 {
        self.ask(statement)[0].parse().unwrap()
    }

    /// Blocks all writes to a table until the lock is dropped.
    pub fn lock(&self, table: &str) -> Lock {
        let held = format!(
            "SELECT count(*) FROM pg_locks WHERE granted AND mode = 'ExclusiveLock' AND relation = '{table}'::regclass"
        );
        let lock = self.begin(&format!("LOCK TABLE {table} IN EXCLUSIVE MODE"));
        eventually("the table is locked", || (self.number(&held) == 1).then_some(()));
        lock
    }

    /// Begins a transaction, which is rolled back when it is dropped, unless it is committed.
    pub fn begin(&self, statements: &str) -> Lock {
        let mut psql = Command::new("psql")
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", &self.url()])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut session = psql.stdin.take().unwrap();
        writeln!(session, "BEGIN; {statements};").unwrap();
        Lock {
            psql,
            session: Some(session),
        }
    }

    /// Number of statements that begin with `start` and wait for a lock.
    pub fn waiting(&self, start: &str) -> i64 {
        self.number(&format!(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '{start}%'"
        ))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// One of its programs, which refuse to run as root. The program replaces `setpriv`, so it is the child itself.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
            command.arg(program);
            command
        } else {
            Command::new(program)
        };
        command.arg("-D").arg(self.data()).current_dir("/");
        command
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A session with a transaction, such as one that holds a lock on a table.
pub struct Lock {
    psql: Child,
    /// The session ends with it.
    session: Option<ChildStdin>,
}

impl Lock {
    pub fn commit(mut self) {
        writeln!(self.session.take().unwrap(), "COMMIT;").unwrap();
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.session = None;
        self.psql.wait().unwrap();
    }
}

/// The directory of programs of the newest release, as installed by Debian.
fn programs() -> Option<PathBuf> {
    let releases = fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = releases.filter_map(|release| Some(release.ok()?.path().join("bin")));
    folders.filter(|folder| folder.join("initdb").is_file()).max()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// The children of a process, followed by the process itself.
fn family(main: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap();
    let ids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter(|&process| parent(process) == Some(main))
        .chain([main])
        .collect()
}

/// The parent of a running process.
fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?;
    fields.next()?.parse().ok().filter(|_| !matches!(state, "Z" | "X"))
}
