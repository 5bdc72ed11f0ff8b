use dumpus_adapters::sql::SqlDatabase;
use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::LaneTotals;
use dumpus_ports::registry::{
    Epoch, NewPackage, Outcome, OwnerLink, PackageRegistry as _, RedispatchPolicy, RegistryError, SecretStore as _,
};
use sea_orm::{ConnectionTrait as _, Database, Statement};

use crate::support::{self, Scratch};

const PACKAGE: PackageId = PackageId::from_bytes([7; 16]);

/// A value that no message may contain.
const GARBAGE: &str = "gar-bage";

async fn with_package(scratch: Option<Scratch>) -> Option<(SqlDatabase, Scratch)> {
    let (database, scratch) = support::migrated(scratch).await?;
    let admission = NewPackage {
        package: PACKAGE,
        run: RunId::from_bytes([8; 16]),
        owner_link: OwnerLink(vec![1]),
        joined: LaneTotals::default(),
    };
    database.registry().admit(&admission).await.unwrap();
    Some((database, scratch))
}

#[tokio::test]
async fn the_error_for_an_invalid_value_contains_its_column() {
    for place in [support::sqlite().await, support::postgres().await] {
        let Some((database, scratch)) = with_package(place).await else {
            continue;
        };
        let raw = Database::connect(&scratch.url).await.unwrap();
        for (change, expected) in [
            ("stage = 'gar-bage'", "packages.stage"),
            ("stage = 'LOCKED', lane = 'gar-bage'", "packages.lane"),
            ("lane = 'standard', error_code = 'gar-bage'", "packages.error_code"),
            ("error_code = NULL, stage = 'PROCESSED'", "packages.blob_key"),
            ("stage = 'LOCKED', progress = -1", "packages.progress"),
            ("progress = NULL, attempts = -1", "packages.attempts"),
            ("attempts = 0, joined_premium = -1", "packages.joined_premium"),
        ] {
            raw.execute_unprepared(&format!("UPDATE packages SET {change}"))
                .await
                .unwrap();
            let error = database.registry().find(PACKAGE).await.unwrap_err();
            assert!(
                matches!(error, RegistryError::Inconsistent { column } if column == expected),
                "{change}: {error:?}"
            );
            assert!(!format!("{error} {error:?}").contains(GARBAGE), "{error:?}");
        }
    }
}

#[tokio::test]
async fn details_of_failures_are_read_as_codes_and_as_sentences_of_old_versions() {
    let sentence = "Processing failed 3 times, at last because the package could not be read back.";
    for place in [support::sqlite().await, support::postgres().await] {
        let Some((database, scratch)) = with_package(place).await else {
            continue;
        };
        let raw = Database::connect(&scratch.url).await.unwrap();
        for (stored, expected) in [
            (sentence, FailureDetail::Stored(sentence.to_owned())),
            ("too_long?seconds=7200", FailureDetail::TooLong { seconds: 7200 }),
        ] {
            let change = format!("error_code = 'SERVER_ERROR', error_detail = '{stored}', ended_at = 1");
            raw.execute_unprepared(&format!("UPDATE packages SET {change}"))
                .await
                .unwrap();
            let row = database.registry().find(PACKAGE).await.unwrap().unwrap();
            let Some(Outcome::Failed(failure)) = row.run.outcome() else {
                panic!("{:?}", row.run);
            };
            assert_eq!(failure.detail.as_ref(), Some(&expected));
        }
    }
}

#[tokio::test]
async fn values_in_messages_of_the_database_are_not_passed_on() {
    for place in [support::sqlite().await, support::postgres().await] {
        let Some((database, scratch)) = with_package(place).await else {
            continue;
        };
        let raw = Database::connect(&scratch.url).await.unwrap();
        raw.execute_unprepared("DROP TABLE secrets").await.unwrap();
        let error = database.registry().secret(GARBAGE, [1; 32]).await.unwrap_err();
        let RegistryError::Failed(source) = &error else {
            panic!("a missing table does not come back by itself: {error:?}");
        };
        let messages = format!("{error} {error:?} {source}");
        assert!(
            !messages.contains(GARBAGE) && !messages.contains("INSERT"),
            "{messages}"
        );
    }
}

#[tokio::test]
async fn the_queue_snapshot_is_read_from_an_index_alone() {
    let (database, scratch) = with_package(support::sqlite().await).await.unwrap();
    let epoch = Epoch("epoch".to_owned());
    database
        .registry()
        .queue_snapshot(&epoch, &RedispatchPolicy::default())
        .await
        .unwrap();
    let raw = Database::connect(&scratch.url).await.unwrap();
    let explain = "EXPLAIN QUERY PLAN SELECT lane, string_agg(CAST(ticket AS TEXT), ',') FROM packages
        WHERE ended_at IS NULL AND NOT (ended_at IS NULL AND (lease_until IS NULL OR lease_until <= 1)
            AND dispatched_at <= 1 - 1 AND (queue_epoch IS NULL OR (1 AND queue_epoch <> 'epoch')))
        GROUP BY lane";
    let plan = raw
        .query_all_raw(Statement::from_string(raw.get_database_backend(), explain))
        .await
        .unwrap();
    let steps: Vec<String> = plan.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
    assert_eq!(steps, ["SCAN packages USING COVERING INDEX packages_queue_snapshot"]);
}
