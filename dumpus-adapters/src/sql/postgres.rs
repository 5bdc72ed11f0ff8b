//! A PostgreSQL server: its address, TLS and time limits.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};
use tokio::time::timeout;
use url::Url;

use super::error::{ConnectError, SqlError};
use super::pool::Pool;
use super::pools::{Pools, SqlOptions};

/// Limit of the first connection, which shows whether there is a server.
const FIRST: Duration = Duration::from_secs(5);
/// A connection that was idle for longer is pinged before a request gets it.
const TRUSTED: Duration = Duration::from_secs(1);
/// Connections for blobs. Blobs are large: more at once would only fill the memory.
const BLOBS: u32 = 4;

/// Parameters that the driver knows. It would log the values of others.
const PARAMETERS: [&str; 12] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// Where the server is.
#[derive(Clone)]
pub(super) struct PostgresAddress(PgConnectOptions);

impl fmt::Display for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.0;
        let database = options.get_database().unwrap_or(options.get_username());
        match options.get_socket() {
            Some(socket) => write!(f, "{database} at {}:{}", socket.display(), options.get_port()),
            None => write!(f, "{database} at {}:{}", options.get_host(), options.get_port()),
        }
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PostgresAddress {
    pub(super) fn parse(url: &str) -> Result<Self, ConnectError> {
        let refusal = |reason: &str| ConnectError::Address(reason.to_owned());
        let parsed = Url::parse(url)
            .map_err(|_| refusal("it is not of the form postgres://user:password@host:port/database"))?;
        let is_known = |name: &str| PARAMETERS.contains(&name) || name.starts_with("options[");
        if !parsed.query_pairs().all(|(name, _)| is_known(&name)) {
            let known = PARAMETERS.join(", ");
            return Err(refusal(&format!("one of its parameters is not among {known}")));
        }
        let options: PgConnectOptions = url
            .parse()
            .map_err(|_| refusal("one of its parts cannot be read, perhaps sslmode or a character to be escaped"))?;
        let is_given = |wanted: &str| parsed.query_pairs().any(|(name, _)| name == wanted);
        let options = match options.get_ssl_mode() {
            // A custom CA implies certificate verification, as in libpq. The driver would only encrypt.
            PgSslMode::Require if is_given("sslrootcert") => options.ssl_mode(PgSslMode::VerifyCa),
            _ if is_given("sslrootcert") && !is_given("sslmode") => options.ssl_mode(PgSslMode::VerifyFull),
            _ => options,
        };
        let options = match options.get_application_name() {
            Some(_) => options,
            None => options.application_name("dumpus"),
        };
        Ok(Self(options.disable_statement_logging()))
    }

    pub(super) async fn open(&self, options: SqlOptions) -> Result<Pools, SqlError> {
        let first = timeout(FIRST, PgConnection::connect_with(&self.0)).await;
        let first = first.map_err(|_| SqlError::transient("it does not answer"))?;
        let _ = first.map_err(|error| SqlError::from(&error))?.close().await;
        let pool = |connections, budget| {
            let timed_out = Arc::default();
            let pool = self.pool(connections, options.acquire_timeout, budget, Arc::clone(&timed_out));
            Pool::new(pool, budget, timed_out)
        };
        let requests = pool(options.connections, options.request_timeout);
        let blobs = pool(BLOBS, options.blob_timeout);
        Ok(Pools {
            read: requests.clone(),
            write: requests,
            queue_snapshot: pool(1, options.request_timeout),
            blob_reads: blobs.clone(),
            blob_writes: blobs,
            is_emptying_log: Arc::default(),
            file: None,
        })
    }

    pub(super) fn pool_for_migrations(&self) -> Pool {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(FIRST)
            .connect_lazy_with(self.0.clone());
        let pool = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
        Pool::new(pool, FIRST, Arc::default())
    }

    fn pool(
        &self,
        connections: u32,
        acquire_timeout: Duration,
        budget: Duration,
        timed_out: Arc<AtomicBool>,
    ) -> DatabaseConnection {
        // The server cancels a statement that nobody waits for any more.
        let millis = budget.as_millis();
        let limits = format!("SET statement_timeout = {millis}; SET idle_in_transaction_session_timeout = {millis}");
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(acquire_timeout)
            .test_before_acquire(false)
            .before_acquire(|connection, state| {
                Box::pin(async move {
                    if state.idle_for > TRUSTED {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_release(move |connection, _| {
                let timed_out = timed_out.clone();
                Box::pin(async move {
                    if timed_out.load(Ordering::Relaxed) {
                        // The driver pings as well, but without a limit.
                        let answer = timeout(TRUSTED, connection.ping()).await;
                        answer.map_err(io::Error::from)??;
                        timed_out.store(false, Ordering::Relaxed);
                    }
                    Ok(true)
                })
            })
            .after_connect(move |connection, _| {
                let limits = AssertSqlSafe(limits.clone());
                Box::pin(async move { connection.execute(limits).await.map(drop) })
            })
            .connect_lazy_with(self.0.clone());
        SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> PgSslMode {
        PostgresAddress::parse(url).unwrap().0.get_ssl_mode()
    }

    #[test]
    fn a_custom_ca_implies_certificate_verification() {
        let full = mode("postgresql://u:p@db/d?sslrootcert=/ca.pem");
        assert!(matches!(full, PgSslMode::VerifyFull));
        let authority = mode("postgres://u:p@db/d?sslmode=require&sslrootcert=/ca.pem");
        assert!(matches!(authority, PgSslMode::VerifyCa));
        assert!(matches!(
            mode("postgres://u:p@db/d?sslmode=disable"),
            PgSslMode::Disable
        ));
    }

    #[test]
    fn no_message_holds_the_password() {
        for url in [
            "postgres://user:hunter2@host:port/database",
            "postgres://user:hunter2@host/database?hunter2=hunter2",
            "postgres://user:hunter2@host/database?sslmode=hunter2",
            "postgres://user:%FFhunter2@host/database",
        ] {
            let error = PostgresAddress::parse(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        let address = PostgresAddress::parse("postgres://user:hunter2@host:5433/database").unwrap();
        assert_eq!(address.to_string(), "database at host:5433");
        assert!(!format!("{address:?}").contains("hunter2"));
    }
}
