use dumpus_ports::registry::{Epoch, PackageRegistry as _, RedispatchPolicy};
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
