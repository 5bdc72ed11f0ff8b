use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dumpus_adapters::sql::{ConnectError, SqlDatabase, SqlOptions};
use dumpus_ports::blobs::{BlobError, BlobStore as _};
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::registry::{PackageRegistry as _, RegistryError, SecretStore as _};
use sea_orm::{ConnectionTrait as _, Database, TransactionTrait as _};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::support;

const PACKAGE: PackageId = PackageId::from_bytes([7; 16]);

/// A password that no message may contain.
const PASSWORD: &str = "hunter2";

#[tokio::test]
async fn the_error_for_a_wrong_address_does_not_contain_the_password() {
    let closed = closed_port();
    for (url, expected) in [
        (
            "mysql://user:hunter2@host/db".to_owned(),
            "sqlite://, postgres:// or postgresql://",
        ),
        ("postgres://user:hunter2@host:port/db".to_owned(), "form"),
        (
            format!("postgresql://user:hunter2@127.0.0.1:{closed}/db"),
            "db at 127.0.0.1",
        ),
        ("sqlite:///nowhere/at/all.db?mode=rw".to_owned(), "/nowhere/at/all.db"),
        ("sqlite::memory:".to_owned(), "file"),
    ] {
        let error = connect(&url).await.unwrap_err();
        let message = error.to_string();
        assert!(message.contains(expected), "{message}");
        assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error:?}");
    }
}

#[tokio::test]
async fn connecting_to_a_silent_server_times_out() {
    // It accepts connections, and sends nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://user:hunter2@{}/db", silent.local_addr().unwrap());
    let error = connect(&url).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unusable { .. }), "{error:?}");
}

#[tokio::test]
async fn the_error_for_a_missing_database_contains_its_name() {
    let Some(scratch) = support::postgres().await else {
        return;
    };
    let mut url = url::Url::parse(&scratch.url).unwrap();
    url.set_path("no_such_database");
    let message = connect(url.as_str()).await.unwrap_err().to_string();
    assert!(
        message.contains("no_such_database") && message.contains("3D000"),
        "{message}"
    );
}

#[tokio::test]
async fn requests_do_not_hang_on_a_locked_row() {
    for place in [support::sqlite().await, support::postgres().await] {
        let Some((database, scratch)) = support::migrated(place).await else {
            continue;
        };
        let raw = Database::connect(&scratch.url).await.unwrap();
        let registry = database.registry();
        let secret = registry.secret("held", [1; 32]).await.unwrap();
        let held = raw.begin().await.unwrap();
        let change = "UPDATE secrets SET value = value; UPDATE packages SET ticket = ticket; LOCK TABLE packages";
        let change = if raw.get_database_backend() == sea_orm::DbBackend::Postgres {
            change
        } else {
            "UPDATE secrets SET value = value"
        };
        held.execute_unprepared(change).await.unwrap();
        let began = Instant::now();
        let error = registry.upgrade(PACKAGE).await.unwrap_err();
        assert!(matches!(error, RegistryError::Unavailable(_)), "{error:?}");
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
        held.rollback().await.unwrap();
        // The failed request leaves nothing behind.
        assert_eq!(registry.upgrade(PACKAGE).await.unwrap(), None);
        assert_eq!(registry.secret("held", [2; 32]).await.unwrap(), secret);
    }
}

#[tokio::test]
async fn broken_connections_are_replaced() {
    let Some(mut scratch) = support::postgres().await else {
        return;
    };
    // Only connections of this test have this name.
    let name = format!("broken_{}", std::process::id());
    scratch.url = format!("{}&application_name={name}", scratch.url);
    let (database, scratch) = support::migrated(Some(scratch)).await.unwrap();
    let registry = database.registry();
    registry.ping().await.unwrap();
    let raw = Database::connect(scratch.url.replace(&name, "another")).await.unwrap();
    let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'");
    raw.execute_unprepared(&end).await.unwrap();
    // A request on a broken connection fails, and the next one gets another connection.
    loop {
        match registry.find(PACKAGE).await {
            Ok(found) => break assert_eq!(found, None),
            Err(error) => assert!(matches!(error, RegistryError::Unavailable(_)), "{error:?}"),
        }
    }
}

#[tokio::test]
async fn a_closed_database_is_unavailable() {
    let (database, _scratch) = support::migrated(support::sqlite().await).await.unwrap();
    database.close().await;
    let error = database.registry().find(PACKAGE).await.unwrap_err();
    assert!(matches!(error, RegistryError::Unavailable(_)), "{error:?}");
    let error = database.blobs().ping().await.unwrap_err();
    assert!(matches!(error, BlobError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn silent_connections_are_replaced() {
    let Some((_, scratch)) = support::migrated(support::postgres().await).await else {
        return;
    };
    let mut url = url::Url::parse(&scratch.url).unwrap();
    let wire = Wire::to(url.socket_addrs(|| Some(5432)).unwrap()[0]).await;
    url.set_ip_host(wire.address.ip()).unwrap();
    url.set_port(Some(wire.address.port())).unwrap();
    let mut options = SqlOptions::default();
    options.connections = 2;
    options.acquire_timeout = Duration::from_millis(300);
    options.request_timeout = Duration::from_millis(500);
    let database = SqlDatabase::connect(url.as_str(), options).await.unwrap();
    let registry = database.registry();
    assert_eq!(registry.find(PACKAGE).await.unwrap(), None);
    wire.silence();
    let began = Instant::now();
    // Without the check, only the timeout of the operating system would end the request.
    while began.elapsed() < Duration::from_mins(1) {
        match registry.find(PACKAGE).await {
            Ok(found) => return assert_eq!(found, None),
            Err(error) => assert!(matches!(error, RegistryError::Unavailable(_)), "{error:?}"),
        }
    }
    panic!("the silent connections are still in use");
}

/// A network between a process and its database.
struct Wire {
    address: SocketAddr,
    /// Connections up to this one no longer forward anything.
    silent: Arc<AtomicUsize>,
    made: Arc<AtomicUsize>,
}

impl Wire {
    async fn to(database: SocketAddr) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (silent, made) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (is_silent, count) = (silent.clone(), made.clone());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                let far = TcpStream::connect(database).await.unwrap();
                let (near_in, near_out) = near.into_split();
                let (far_in, far_out) = far.into_split();
                tokio::spawn(carry(near_in, far_out, number, is_silent.clone()));
                tokio::spawn(carry(far_in, near_out, number, is_silent.clone()));
            }
        });
        Self { address, silent, made }
    }

    fn silence(&self) {
        self.silent.store(self.made.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, number: usize, silent: Arc<AtomicUsize>) {
    let mut bytes = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        if number <= silent.load(Ordering::SeqCst) {
            // It stays open, but forwards nothing.
            std::future::pending::<()>().await;
        }
        if to.write_all(&bytes[..length]).await.is_err() {
            break;
        }
    }
}

async fn connect(url: &str) -> Result<SqlDatabase, ConnectError> {
    SqlDatabase::connect(url, SqlOptions::default()).await
}

/// A port without a listener.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
