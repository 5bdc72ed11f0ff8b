//! Empty databases for single tests.

#![expect(clippy::unwrap_used, reason = "a missing database fails the test")]

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher as _, Hasher as _};
use std::path::Path;
use std::thread;

use dumpus_adapters::sql::{SqlDatabase, SqlOptions};
use sea_orm::{ConnectionTrait as _, Database};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A database that is dropped with this value.
pub(crate) struct Scratch {
    /// Its URL.
    pub(crate) url: String,
    place: Place,
}

enum Place {
    Folder { _folder: TempDir },
    Schema { server: String, name: String },
}

impl Scratch {
    /// Connects like a program does.
    pub(crate) async fn connect(&self) -> SqlDatabase {
        SqlDatabase::connect(&self.url, SqlOptions::default()).await.unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Place::Schema { server, name } = &self.place {
            let (server, drop) = (server.clone(), format!("DROP SCHEMA {name} CASCADE"));
            let dropped = thread::spawn(move || Runtime::new().unwrap().block_on(run(&server, &drop)));
            dropped.join().unwrap();
        }
    }
}

/// A SQLite database without tables, in memory if the system has a folder there: each deletion writes through to the disk.
pub(crate) async fn sqlite() -> Option<Scratch> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    let folder = folder.unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("dumpus.db").display());
    let place = Place::Folder { _folder: folder };
    Some(Scratch { url, place })
}

/// A schema without tables, on the server at `DUMPUS_TEST_POSTGRES_URL`, which is required in CI.
pub(crate) async fn postgres() -> Option<Scratch> {
    let Ok(server) = env::var("DUMPUS_TEST_POSTGRES_URL") else {
        assert!(env::var_os("CI").is_none(), "CI must run the tests with PostgreSQL");
        println!("skipped: DUMPUS_TEST_POSTGRES_URL is not set");
        return None;
    };
    let name = format!("test_{:016x}", RandomState::new().build_hasher().finish());
    run(&server, &format!("CREATE SCHEMA {name}")).await;
    let joint = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{joint}options[search_path]={name}");
    let place = Place::Schema { server, name };
    Some(Scratch { url, place })
}

/// A database with the schema of this release.
pub(crate) async fn migrated(scratch: Option<Scratch>) -> Option<(SqlDatabase, Scratch)> {
    let scratch = scratch?;
    let database = scratch.connect().await;
    database.migrate().await.unwrap();
    Some((database, scratch))
}

async fn run(server: &str, statement: &str) {
    let database = Database::connect(server).await.unwrap();
    database.execute_unprepared(statement).await.unwrap();
    database.close().await.unwrap();
}
