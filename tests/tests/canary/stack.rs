//! PostgreSQL, Redis, a server and a worker.

use std::path::PathBuf;
use std::process::Command;

use crate::lifecycle::{Subject, Surroundings, live_and_search};
use crate::search::Search;
use crate::support::instance::Instance;
use crate::support::process::Process;
use crate::support::services::{PostgresDatabase, RedisDatabase, services};

struct Stack {
    worker: Process,
    server: Instance,
    postgres: PostgresDatabase,
    redis: RedisDatabase,
}

impl Subject for Stack {
    fn instance(&self) -> &Instance {
        &self.server
    }

    fn look(&mut self, search: &mut Search) {
        // Both processes write to this folder.
        search.folder(self.server.folder());
        search.open_files(&self.server.process);
        if self.worker.is_running() {
            search.open_files(&self.worker);
        }
        for (name, content) in self.postgres.dump() {
            search.bytes(&name, &content);
        }
        for (name, content) in self.redis.dump() {
            search.bytes(&name, &content);
        }
    }

    fn crash(&mut self) {
        self.worker.kill();
    }

    fn recover(&mut self) {
        self.worker.run();
    }

    fn plant(&mut self, text: &str) {
        self.postgres.run(&format!(
            "CREATE TABLE planted AS SELECT convert_to('{text}', 'UTF8') AS bytes"
        ));
        self.redis.ask(&["XADD", "planted", "*", "field", text]);
    }

    fn uproot(&mut self) {
        self.postgres.run("DROP TABLE planted");
        self.redis.ask(&["DEL", "planted"]);
    }
}

#[test]
fn servers_workers_and_their_backends_store_no_plain_text() {
    let Some((postgres, redis)) = services() else { return };
    let around = Surroundings::new();
    let key = Command::new("openssl")
        .args(["rand", "-base64", "32"])
        .output()
        .unwrap()
        .stdout;
    let mut settings = around.settings();
    let more = [
        ("POSTGRES_URL", postgres.url()),
        ("REDIS_URL", redis.url()),
        ("DUMPUS_INSTANCE_KEY", String::from_utf8(key).unwrap().trim().to_owned()),
    ];
    settings.extend(more.map(|(name, value)| (name.to_owned(), value)));
    let named: Vec<_> = settings.iter().map(|(name, value)| (&**name, &**value)).collect();
    let server = Instance::start(&around.discord, &named);
    let is_servers = |name: &str| name.starts_with("DISWHO_");
    settings.retain(|(name, _)| !is_servers(name));
    settings.extend(around.discord.settings());
    settings.push(("TMPDIR".to_owned(), server.temporary().display().to_string()));
    settings.push(("DUMPUS_WORKER_LISTEN".to_owned(), "127.0.0.1:0".to_owned()));
    let log: PathBuf = server.folder().join("worker.log");
    let worker = Process::start("dumpus-worker", &["run"], settings, &log);
    live_and_search(
        &mut Stack {
            worker,
            server,
            postgres,
            redis,
        },
        &around,
    );
}
