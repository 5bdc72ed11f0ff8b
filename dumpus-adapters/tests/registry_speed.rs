//! Measurements of the registry: `cargo test --release -p dumpus-adapters --features sql --test registry_speed -- --ignored --nocapture`.
//!
//! `REGISTRY_ROWS` is the number of waiting packages.

#![cfg(feature = "sql")]
#![expect(clippy::unwrap_used, reason = "a failing setup fails the measurement")]

#[path = "databases/mod.rs"]
mod databases;

use std::env;
use std::time::{Duration, Instant};

use dumpus_adapters::sql::SqlDatabase;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::LaneTotals;
use dumpus_ports::registry::{Epoch, NewPackage, OwnerLink, PackageRegistry as _, RedispatchPolicy};
use tokio::task::JoinSet;

use databases::Scratch;

const ROWS: u32 = 100_000;
/// Number of concurrent clients.
const CLIENTS: u32 = 32;
const LENGTH: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement for release builds"]
async fn sqlite_answers_polls() {
    measure("SQLite", databases::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement for release builds"]
async fn postgres_answers_polls() {
    measure("PostgreSQL", databases::postgres().await).await;
}

async fn measure(name: &str, scratch: Option<Scratch>) {
    let rows = env::var("REGISTRY_ROWS").map_or(ROWS, |text| text.parse().unwrap());
    let Some((database, _scratch)) = databases::migrated(scratch).await else {
        return;
    };
    let start = Instant::now();
    fill(&database, rows).await;
    println!(
        "{name}: {rows} packages admitted and confirmed in {:?}",
        start.elapsed()
    );

    let registry = database.registry();
    for _ in 0..3 {
        let start = Instant::now();
        let queue_snapshot = registry
            .queue_snapshot(&epoch(), &RedispatchPolicy::default())
            .await
            .unwrap();
        assert_eq!(queue_snapshot.totals().standard, u64::from(rows));
        println!("{name}: the snapshot took {:?}", start.elapsed());
    }

    let start = Instant::now();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let registry = database.registry();
        clients.spawn(async move {
            let mut worst = Duration::ZERO;
            let mut found = 0_u32;
            // Polls the packages out of order, like clients.
            let mut package = client;
            while start.elapsed() < LENGTH {
                package = (package + 7_919) % rows;
                let asked = Instant::now();
                assert!(registry.find(id(package)).await.unwrap().is_some());
                worst = worst.max(asked.elapsed());
                found += 1;
            }
            (found, worst)
        });
    }
    let results = clients.join_all().await;
    let found: u32 = results.iter().map(|(found, _)| found).sum();
    let worst = results.iter().map(|(_, worst)| *worst).max().unwrap_or_default();
    println!(
        "{name}: {:.0} finds/s, the slowest took {worst:?}",
        f64::from(found) / start.elapsed().as_secs_f64()
    );
}

async fn fill(database: &SqlDatabase, rows: u32) {
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let registry = database.registry();
        clients.spawn(async move {
            for package in (client..rows).step_by(CLIENTS as usize) {
                let admission = NewPackage {
                    package: id(package),
                    run: RunId::from_bytes([1; 16]),
                    owner_link: OwnerLink(vec![1; 900]),
                    joined: LaneTotals::default(),
                };
                registry.admit(&admission).await.unwrap();
                let confirmed = registry.confirm(admission.package, admission.run, &epoch()).await;
                assert!(confirmed.unwrap().is_some());
            }
        });
    }
    clients.join_all().await;
}

fn epoch() -> Epoch {
    Epoch("0123456789abcdef0123456789abcdef".to_owned())
}

/// Distributed over the whole range, like derived ids.
fn id(number: u32) -> PackageId {
    let spread = u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    PackageId::from_bytes(spread.to_be_bytes())
}
