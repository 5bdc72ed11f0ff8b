use std::env;
use std::process::{Child, Command, Stdio};

use dumpus_adapters::sql::{ConnectError, SqlDatabase, SqlOptions};
use dumpus_ports::registry::{PackageRegistry as _, SecretStore as _};
use sea_orm::{ConnectionTrait as _, Database};
use tokio::task::JoinSet;

use crate::support::{self, Scratch};

/// Passes the database to a copy of this test in another process.
const SHARED: &str = "DUMPUS_TEST_SHARED_DATABASE";
/// Number of migrations in this release.
const STEPS: usize = 5;

#[tokio::test]
async fn migrating_again_changes_nothing() {
    for scratch in both().await {
        for _ in 0..2 {
            let database = scratch.connect().await;
            database.migrate().await.unwrap();
            assert_works(&database).await;
        }
        assert_eq!(steps(&scratch).await.len(), STEPS);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_tasks_migrate_once() {
    for scratch in both().await {
        let mut starting = JoinSet::new();
        for _ in 0..8 {
            let url = scratch.url.clone();
            starting.spawn(async move { start(&url).await });
        }
        starting.join_all().await;
        assert_eq!(steps(&scratch).await.len(), STEPS);
    }
}

#[tokio::test]
async fn concurrent_processes_migrate_once() {
    for scratch in both().await {
        let start = || -> Child {
            Command::new(env::current_exe().unwrap())
                .args(["--ignored", "--exact", "migrating::one_of_several_processes"])
                .env(SHARED, &scratch.url)
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        };
        let starting: Vec<_> = (0..4).map(|_| start()).collect();
        for mut process in starting {
            assert!(process.wait().unwrap().success());
        }
        assert_eq!(steps(&scratch).await.len(), STEPS);
    }
}

#[tokio::test]
#[ignore = "started by another test, in another process"]
async fn one_of_several_processes() {
    if let Ok(url) = env::var(SHARED) {
        start(&url).await;
    }
}

#[tokio::test]
async fn rejects_a_schema_of_a_newer_release_by_name() {
    for scratch in both().await {
        scratch.connect().await.migrate().await.unwrap();
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)";
        let raw = Database::connect(&scratch.url).await.unwrap();
        raw.execute_unprepared(newer).await.unwrap();
        let database = scratch.connect().await;
        let error = database.migrate().await.unwrap_err();
        assert!(matches!(error, ConnectError::Migration { .. }), "{error:?}");
        assert!(error.to_string().contains("m9999_later"), "{error}");
        // A process that was started before continues.
        assert_works(&database).await;
    }
}

async fn start(url: &str) {
    let database = SqlDatabase::connect(url, SqlOptions::default()).await.unwrap();
    database.migrate().await.unwrap();
    assert_works(&database).await;
}

async fn assert_works(database: &SqlDatabase) {
    database.registry().ping().await.unwrap();
    database.registry().secret("test", [1; 32]).await.unwrap();
}

async fn steps(scratch: &Scratch) -> Vec<String> {
    let raw = Database::connect(&scratch.url).await.unwrap();
    let select = "SELECT version FROM seaql_migrations";
    let rows = raw
        .query_all_raw(sea_orm::Statement::from_string(raw.get_database_backend(), select))
        .await
        .unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn both() -> impl Iterator<Item = Scratch> {
    [support::sqlite().await, support::postgres().await]
        .into_iter()
        .flatten()
}
