use std::os::unix::fs::symlink;

use dumpus_ports::registry::{Epoch, PackageRegistry as _, RedispatchPolicy, RegistryError, RegistryMaintenance as _};
use sea_orm::{ConnectionTrait as _, Database, Statement};

use crate::support::{self, Scratch};

#[tokio::test]
async fn old_epochs_are_deleted() {
    for scratch in [support::sqlite().await, support::postgres().await] {
        let Some((database, scratch)) = support::migrated(scratch).await else {
            continue;
        };
        let (registry, policy) = (database.registry(), RedispatchPolicy::default());
        let ask = async |name: String| registry.queue_snapshot(&Epoch(name), &policy).await.unwrap();
        for number in 0..50 {
            ask(format!("old-{number}")).await;
        }
        run(
            &scratch,
            "UPDATE queue_epochs SET first_seen = first_seen - 2 * 86400000",
        )
        .await;
        ask("young".to_owned()).await;
        ask("current".to_owned()).await;
        assert_eq!(epochs(&scratch).await, ["current", "young"]);
        // The current one is kept at any age.
        run(
            &scratch,
            "UPDATE queue_epochs SET first_seen = first_seen - 2 * 86400000",
        )
        .await;
        ask("current".to_owned()).await;
        assert_eq!(epochs(&scratch).await, ["current", "young"]);
    }
}

#[tokio::test]
async fn a_sqlite_file_takes_no_writes_while_its_disk_has_no_room() {
    let Some((database, scratch)) = support::migrated(support::sqlite().await).await else {
        return;
    };
    let registry = database.registry();
    registry.probe().await.unwrap();
    let file = scratch
        .url
        .strip_prefix("sqlite://")
        .unwrap()
        .split('?')
        .next()
        .unwrap();
    // A disk without room, for what is not in the database's own files.
    symlink("/dev/full", format!("{file}-probe")).unwrap();
    let Err(RegistryError::Unavailable(cause)) = registry.probe().await else {
        panic!("it takes writes");
    };
    assert_eq!(cause.to_string(), "the disk is full");
    registry.probe().await.unwrap();
}

async fn run(scratch: &Scratch, statement: &str) {
    let raw = Database::connect(&scratch.url).await.unwrap();
    raw.execute_unprepared(statement).await.unwrap();
}

async fn epochs(scratch: &Scratch) -> Vec<String> {
    let raw = Database::connect(&scratch.url).await.unwrap();
    let select = "SELECT epoch FROM queue_epochs ORDER BY epoch";
    let select = Statement::from_string(raw.get_database_backend(), select);
    let rows = raw.query_all_raw(select).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}
