use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use dumpus_adapters::sql::{SqlDatabase, SqlOptions};
use dumpus_ports::blobs::{BlobKey, BlobStore as _};
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::LaneTotals;
use dumpus_ports::registry::{NewPackage, OwnerLink, PackageRegistry as _};

use sea_orm::{ConnectionTrait as _, Database, Statement, TransactionTrait as _};
use tokio::time::{Duration, Instant, sleep};

use crate::support::{self, Scratch};

const MARKER: &[u8] = b"a marker that is easy to find";

#[tokio::test]
async fn no_file_of_the_database_contains_a_deleted_blob() {
    let (database, scratch) = support::migrated(support::sqlite().await).await.unwrap();
    let blobs = database.blobs();
    let large = MARKER.repeat(10_000);
    for (number, bytes) in [(1, MARKER.to_vec()), (2, large), (3, vec![3; 50_000])] {
        blobs
            .put(BlobKey::from_bytes([number; 16]), bytes.into())
            .await
            .unwrap();
    }
    assert_ne!(
        files_with_marker(&scratch),
        Vec::<PathBuf>::new(),
        "a marker can be found"
    );
    for number in [1, 2] {
        blobs.delete(BlobKey::from_bytes([number; 16])).await.unwrap();
    }
    assert_eq!(files_with_marker(&scratch), Vec::<PathBuf>::new());
    let kept = blobs.get(BlobKey::from_bytes([3; 16])).await.unwrap();
    assert_eq!(kept, Some(vec![3; 50_000].into()));
}

#[tokio::test]
async fn no_file_of_the_database_contains_a_deleted_package() {
    let (database, scratch) = support::migrated(support::sqlite().await).await.unwrap();
    let registry = database.registry();
    for number in 1..50 {
        let admission = NewPackage {
            package: PackageId::from_bytes([number; 16]),
            run: RunId::from_bytes([number; 16]),
            owner_link: OwnerLink([MARKER, &[number]].concat()),
            joined: LaneTotals::default(),
        };
        registry.admit(&admission).await.unwrap();
    }
    assert_ne!(
        files_with_marker(&scratch),
        Vec::<PathBuf>::new(),
        "a marker can be found"
    );
    for number in 1..50 {
        registry.delete(PackageId::from_bytes([number; 16])).await.unwrap();
    }
    assert_eq!(files_with_marker(&scratch), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn what_was_deleted_during_a_long_read_is_gone_soon_after_it() {
    let (database, scratch) = support::migrated(support::sqlite().await).await.unwrap();
    let (blobs, key) = (database.blobs(), BlobKey::from_bytes([1; 16]));
    blobs.put(key, MARKER.to_vec().into()).await.unwrap();
    let reader = Database::connect(&scratch.url).await.unwrap();
    let reading = reader.begin().await.unwrap();
    let all = Statement::from_string(reading.get_database_backend(), "SELECT * FROM blobs");
    assert_eq!(reading.query_all_raw(all).await.unwrap().len(), 1);
    blobs.delete(key).await.unwrap();
    assert_ne!(files_with_marker(&scratch), Vec::<PathBuf>::new());
    reading.rollback().await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !files_with_marker(&scratch).is_empty() {
        assert!(Instant::now() < deadline, "{:?}", files_with_marker(&scratch));
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn only_its_user_can_read_the_database() {
    let scratch = support::sqlite().await.unwrap();
    // A folder that does not exist yet.
    let url = scratch.url.replace("dumpus.db", "data/dumpus.db");
    let database = SqlDatabase::connect(&url, SqlOptions::default()).await.unwrap();
    database.migrate().await.unwrap();
    let folder = folder(&scratch).join("data");
    assert_eq!(mode(&folder), 0o700);
    let files = files(&folder);
    assert!(files.len() >= 2, "the database and its log: {files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn files_with_marker(scratch: &Scratch) -> Vec<PathBuf> {
    let has_marker = |file: &PathBuf| {
        let bytes = fs::read(file).unwrap();
        bytes.windows(MARKER.len()).any(|window| window == MARKER)
    };
    files(&folder(scratch)).into_iter().filter(has_marker).collect()
}

fn folder(scratch: &Scratch) -> PathBuf {
    let path = scratch
        .url
        .trim_start_matches("sqlite://")
        .trim_end_matches("?mode=rwc");
    Path::new(path).parent().unwrap().to_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}
